// One contract for the files of a decision log; every adapter passes it.

import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textOf, utf8 } from '@proofhouse/evidence'
import { afterEach, describe, expect, test } from 'vitest'
import type { VaultFiles } from '../decisions/index.ts'
import { DiskVaultFiles } from './disk-vault-files.ts'
import { MemoryVaultFiles } from './memory-vault-files.ts'

const folders: string[] = []
const opened: VaultFiles[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vault-files-'))
  folders.push(folder)
  return folder
}
async function onDisk(folder = newFolder()): Promise<VaultFiles> {
  const files = await DiskVaultFiles.open(folder)
  opened.push(files)
  return files
}
afterEach(async () => {
  for (const files of opened.splice(0)) await files.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const failed: unknown = expect.objectContaining({ code: 'storage-failed' })

describe.each<{ name: string; make: () => Promise<VaultFiles> }>([
  { name: 'in memory', make: () => Promise.resolve(new MemoryVaultFiles()) },
  { name: 'on disk', make: () => onDisk() },
])('vault files $name', ({ make }) => {
  const read = async (files: VaultFiles, name: string, offset = 0, length = 100) => {
    const bytes = await files.read(name, offset, length)
    return bytes === null ? null : textOf(bytes)
  }

  test('append keeps what is before a place and cuts what is after', async () => {
    const files = await make()
    expect(await read(files, 'a')).toBeNull()
    await files.append('a', 0, utf8('one'))
    await files.append('a', 3, utf8('two three'))
    await files.append('a', 6, utf8('!'))
    expect(await read(files, 'a')).toBe('onetwo!')
    await files.append('a', 2, new Uint8Array())
    expect(await read(files, 'a')).toBe('on')
    await expect(files.append('a', 3, utf8('x'))).rejects.toThrow(failed)
    await expect(files.append('new', 1, utf8('x'))).rejects.toThrow(failed)
    expect(await read(files, 'a')).toBe('on')
  })

  test('read gives at most what is there', async () => {
    const files = await make()
    await files.append('a', 0, utf8('0123456789'))
    expect(await read(files, 'a', 8, 5)).toBe('89')
    expect(await read(files, 'a', 10, 5)).toBe('')
    expect(await read(files, 'a', 50, 5)).toBe('')
    expect(await read(files, 'a', 3, Number.MAX_SAFE_INTEGER)).toBe('3456789')
  })

  test('overwrite changes places and no size', async () => {
    const files = await make()
    await files.append('a', 0, utf8('0123456789'))
    await files.overwrite('a', [
      { offset: 0, bytes: utf8('ab') },
      { offset: 8, bytes: utf8('yz') },
    ])
    expect(await read(files, 'a')).toBe('ab234567yz')
    const beyond = [{ offset: 9, bytes: utf8('xx') }]
    await expect(files.overwrite('a', beyond)).rejects.toThrow(failed)
    await expect(files.overwrite('none', beyond)).rejects.toThrow(failed)
    expect(await files.list()).toEqual([{ name: 'a', sizeBytes: 10 }])
  })

  test('replace makes, replaces and removes', async () => {
    const files = await make()
    await files.replace('a', utf8('one'))
    await files.append('a', 3, utf8('more'))
    await files.replace('a', utf8('two'))
    expect(await read(files, 'a')).toBe('two')
    await files.append('a', 3, utf8('!'))
    expect(await read(files, 'a')).toBe('two!')
    await files.replace('a', null)
    await files.replace('a', null)
    expect(await read(files, 'a')).toBeNull()
    await files.append('a', 0, utf8('again'))
    expect(await read(files, 'a')).toBe('again')
  })

  test('keeps its own copy, and tells every file', async () => {
    const files = await make()
    const bytes = utf8('content')
    await files.append('a', 0, bytes)
    await files.replace('b', bytes)
    bytes.fill(0)
    for (const name of ['a', 'b']) {
      ;(await files.read(name, 0, 10))?.fill(0)
      expect(await read(files, name)).toBe('content')
    }
    const listed = await files.list()
    expect(listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'a', sizeBytes: 7 },
      { name: 'b', sizeBytes: 7 },
    ])
    await files.close()
    await files.close()
  })
})

test('on disk, an interrupted replacement is removed, and only the owner reads', async () => {
  const folder = newFolder()
  const left = join(folder, 'state.0123456789abcdef.new')
  writeFileSync(left, 'x')
  const files = await onDisk(folder)
  expect(existsSync(left)).toBe(false)
  await files.append('a', 0, utf8('x'))
  await files.replace('b', utf8('x'))
  for (const name of ['a', 'b']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
})

test('on disk, what is there when it is opened again is what was written', async () => {
  const folder = newFolder()
  await (await onDisk(folder)).append('a', 0, utf8('one'))
  const again = await onDisk(folder)
  await again.append('a', 3, utf8('two'))
  expect(textOf((await again.read('a', 0, 9)) ?? new Uint8Array())).toBe('onetwo')
})

test.skipIf(process.getuid?.() === 0)(
  'on disk, a folder that cannot be written says so',
  async () => {
    const folder = newFolder()
    const files = await onDisk(folder)
    chmodSync(folder, 0o500)
    await expect(files.replace('a', utf8('x'))).rejects.toThrow(failed)
    expect(readdirSync(folder)).toEqual([])
    chmodSync(folder, 0o700)
  },
)
