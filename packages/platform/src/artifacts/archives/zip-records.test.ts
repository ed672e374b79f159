import { expect, test } from 'vitest'
import { readLocalHeader } from './zip-records.ts'

/** A header before an entry's data, of a name and an extra field, whose sizes are given. */
function localHeader(sizes: readonly [packed: number, unpacked: number], extra: Buffer): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x0403_4b50, 0)
  header.writeUInt32LE(sizes[0], 18)
  header.writeUInt32LE(sizes[1], 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, Buffer.from('a'), extra])
}

const none = 0xffff_ffff

test('sizes of 64 bits are taken where the old ones are all ones, the unpacked one first', () => {
  const extra = Buffer.alloc(20)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(16, 2)
  extra.writeBigUInt64LE(5_000_000_000n, 4)
  extra.writeBigUInt64LE(4_000_000_000n, 12)
  expect(readLocalHeader(localHeader([none, none], extra))).toMatchObject({
    sizeBytes: 5_000_000_000,
    packedBytes: 4_000_000_000,
  })
  expect(readLocalHeader(localHeader([7, none], extra))).toMatchObject({
    sizeBytes: 5_000_000_000,
    packedBytes: 7,
  })
  expect(readLocalHeader(localHeader([7, 8], extra))).toMatchObject({
    sizeBytes: 8,
    packedBytes: 7,
  })
})
