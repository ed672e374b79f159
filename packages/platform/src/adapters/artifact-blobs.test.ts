import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { utf8 } from '@proofhouse/evidence'
import {
  bytesOf,
  patterned,
  piecesOf,
  sortedOf,
  testArtifactBlobs,
} from '../artifacts/store/artifact-blobs.contract.fixture.ts'
import { openDirectoryBlobs } from './directory-blobs.ts'
import { MemoryBlobs } from './memory-blobs.ts'

const root = mkdtempSync(join(tmpdir(), 'artifact-blobs-'))
const newFolder = () => join(mkdtempSync(join(root, 'place-')), 'blobs')

afterAll(() => {
  rmSync(root, { recursive: true })
})

describe('in memory', () => {
  testArtifactBlobs(() => Promise.resolve(new MemoryBlobs(Date.now)))
})

describe('in a directory', () => {
  testArtifactBlobs(() => openDirectoryBlobs(newFolder(), 60_000))

  test('files and folders are their owner’s alone', async () => {
    const folder = newFolder()
    const blobs = await openDirectoryBlobs(folder, 60_000)
    await blobs.write('t/data/ab/c', piecesOf(utf8('secret')))
    expect(statSync(join(folder, 't/data/ab/c')).mode & 0o777).toBe(0o600)
    for (const name of ['t', 't/data', 't/data/ab', '.writing'])
      expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o700)
  })

  test('what a crash left goes when the directory is opened once it is stale', async () => {
    const folder = newFolder()
    await (await openDirectoryBlobs(folder, 60_000)).write('t/a', piecesOf(utf8('a')))
    const [old, fresh] = [join(folder, '.writing/old'), join(folder, '.writing/fresh')]
    for (const path of [old, fresh]) writeFileSync(path, 'half')
    const anHourAgo = Date.now() / 1_000 - 3_600
    utimesSync(old, anHourAgo, anHourAgo)
    const blobs = await openDirectoryBlobs(folder, 60_000)
    expect(readdirSync(join(folder, '.writing'))).toEqual(['fresh'])
    expect(await sortedOf(blobs.list('t'))).toEqual(['t/a'])
  })

  test('what survives a new opening is what was written', async () => {
    const folder = newFolder()
    const bytes = patterned(100_000)
    await (await openDirectoryBlobs(folder, 60_000)).write('t/a', piecesOf(bytes))
    const blobs = await openDirectoryBlobs(folder, 60_000)
    expect(Buffer.compare(await bytesOf(blobs.read('t/a')), bytes)).toBe(0)
    expect(readdirSync(join(folder, '.writing'))).toEqual([])
  })

  test('a folder that is none is told', async () => {
    const path = join(root, 'a-file')
    writeFileSync(path, '')
    await expect(openDirectoryBlobs(path, 0)).rejects.toMatchObject({ code: 'storage-failed' })
  })
})
