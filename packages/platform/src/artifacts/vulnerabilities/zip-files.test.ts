import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readableFiles } from '../../adapters/readable-files.ts'
import { folderOf } from '../inventory/disk.fixture.ts'
import type { OpenedFile } from '../inventory/ports.ts'
import { zipOf } from './zip.fixture.ts'
import { zipFiles } from './zip-files.ts'

const inMemory = (bytes: Uint8Array): OpenedFile => ({
  sizeBytes: bytes.length,
  read: async (start, length) => bytes.slice(start, start + length),
  close: async () => undefined,
})

async function read(file: OpenedFile, fileMaxBytes = 1_000_000): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const isWanted = (name: string) => name.endsWith('.json')
  for await (const { name, bytes } of zipFiles(file, { fileMaxBytes, isWanted }))
    found[name] = Buffer.from(bytes).toString('latin1')
  return found
}

const files = {
  'a.json': '{"id": "A"}'.repeat(30),
  'b/': '',
  'b/stored.json': '{}',
  'readme.txt': 'x',
}
const archive = zipOf(files)
const contents = { 'a.json': files['a.json'], 'b/stored.json': '{}' }

test('packed and stored files, from memory and from disk', async () => {
  expect(await read(inMemory(archive))).toEqual(contents)
  const opened = await readableFiles.open(join(folderOf({ 'all.zip': archive }), 'all.zip'))
  try {
    expect(await read(opened)).toEqual(contents)
  } finally {
    await opened.close()
  }
})

test('64-bit records', async () => {
  const end = archive.lastIndexOf(0x50, archive.length - 22)
  const view = new DataView(archive.buffer, archive.byteOffset)
  const directoryBytes = view.getUint32(end + 12, true)
  const offset = view.getUint32(end + 16, true)
  const wide = Buffer.alloc(56 + 20)
  wide.writeUInt32LE(0x0606_4b50, 0)
  wide.writeBigUInt64LE(4n, 32)
  wide.writeBigUInt64LE(BigInt(directoryBytes), 40)
  wide.writeBigUInt64LE(BigInt(offset), 48)
  wide.writeUInt32LE(0x0706_4b50, 56)
  wide.writeBigUInt64LE(BigInt(end), 64)
  const last = Buffer.from(archive.subarray(end))
  last.writeUInt16LE(0xffff, 10)
  last.writeUInt32LE(0xffff_ffff, 16)
  const bytes = new Uint8Array(Buffer.concat([archive.subarray(0, end), wide, last]))
  expect(await read(inMemory(bytes))).toEqual(contents)
})

test('a file larger than it may be is not unpacked', async () => {
  await expect(read(inMemory(archive), 100)).rejects.toMatchObject({ code: 'limit-exceeded' })
  const bomb = zipOf({ 'a.json': '0'.repeat(5_000_000) })
  const directory = Buffer.from(bomb).indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
  new DataView(bomb.buffer).setUint32(directory + 24, 10, true)
  await expect(read(inMemory(bomb))).rejects.toMatchObject({ code: 'feed-malformed' })
})

test('two entries over the same bytes are refused', async () => {
  const once = Buffer.from(zipOf({ 'a.json': '{}' }))
  const start = once.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
  const entry = once.subarray(start, -22)
  const end = Buffer.from(once.subarray(-22))
  end.writeUInt16LE(2, 10)
  end.writeUInt32LE(2 * entry.length, 12)
  const twice = new Uint8Array(Buffer.concat([once.subarray(0, start), entry, entry, end]))
  await expect(read(inMemory(twice))).rejects.toThrow('overlap')
})

test('cut off anywhere, it is refused; changed anywhere, it is refused or the same', async () => {
  const outcome = async (bytes: Uint8Array) =>
    read(inMemory(bytes)).catch((error: unknown) =>
      error instanceof OperatingError ? error.code : 'a crash',
    )
  for (let length = 0; length < archive.length; length++)
    expect(await outcome(archive.slice(0, length)), `${length}`).toBe('feed-malformed')
  await fc.assert(
    fc.asyncProperty(
      fc.nat(archive.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const changed = Uint8Array.from(archive)
        changed[at] = (changed[at] ?? 0) ^ flip
        const found = await outcome(changed)
        if (typeof found === 'string') expect(found).toMatch(/^(feed-malformed|limit-exceeded)$/)
        // A changed name may hide an entry from `isWanted`; what is read is never other content.
        else
          for (const [name, text] of Object.entries(found ?? {}))
            expect(Object.values(contents), name).toContain(text)
      },
    ),
    { numRuns: 250 },
  )
})
