// Compressed streams: read in every compression, to their end and behind it, and where they break off.

import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { concatBytes, fromBase64, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { global, int, op, pickle, reduce, text } from '../pickle/pickle-bytes.fixture.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import { unpackLz4 } from './lz4-frames.ts'
import { unpackLzma } from './lzma-alone.ts'
import { ContentTooLarge } from '../../archives/unpacked.ts'

type File = Uint8Array<ArrayBuffer>

const owned = (data: Uint8Array): File => new Uint8Array(data)
const hostile = pickle(reduce(global('os', 'system'), text('id')))
const honest = pickle(int(1))
const junk = utf8('junk junk')

/** A pickle that calls os.system, and one of 600 numbers, as Python's lz4 and lzma and as bz2 and lzma pack them. */
const packedHostile = {
  lz4: 'BCJNGGhAGAAAAAAAAABPGAAAgIAEY29zCnN5c3RlbQooWAIAAABpZHRSLgAAAAA=',
  lzma: 'XQAAgAD//////////wBAAQgDvDC9NN4vXibQafM/sJifPX+58rkmf9kD///OYwAA',
  'lzma of other properties': 'EgAQAAD//////////wBAARGUSjhIyBbZ8fHEqdWTqEDoh50tsniTlfyb//+2dgAA',
  bzip2:
    'QlpoOTFBWSZTWa/xrrwAAAvTwFQQAEEQQA4ijCBAACAAIiaBo9RpmoU0yMTExFVGLwwkCLCPSQeofi7kinChIV/jXXg=',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAXgARjb3MKc3lzdGVtCihYAgAAAGlkdFIuAL4UClS/zEBjAAEwGI4brOwftvN9AQAAAAAEWVo=',
}
const numbers = pickle(
  op(0x5d, 0x28),
  ...Array.from({ length: 600 }, (_, i) => int(i % 7)),
  op(0x65),
)
const numbersLz4 = fromBase64(
  'BCJNGGxAtgQAAAAAAADiIQAAAP8DgARdKEsASwFLAksDSwRLBUsGDgD/////kFADSwRlLgAAAACqMw6i',
)
const numbersLzma = fromBase64(
  'XQAAgAD//////////wBAAQdFbldqoKik4fI8cjtxOjvzqQcW9lXtSTyob0kBtTP///w2wAA=',
)
const gzip = (data: File) => owned(gzipSync(data))
const zstd = (data: File) => owned(zstdCompressSync(data))
const hostileStreams: readonly (readonly [string, File])[] = [
  ...Object.entries(packedHostile).map(([name, data]) => [name, fromBase64(data)] as const),
  ['gzip', gzip(hostile)],
  ['zlib', owned(deflateSync(hostile))],
  ['zstd', zstd(hostile)],
]
const skippable = concatBytes(op(0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0), utf8('skip'))

describe.each(hostileStreams)('%s', (_, file) => {
  test('what is in it is scanned', async () => {
    expect(await rulesOf(file)).toEqual(['pickle-dangerous-import'])
  })

  test('so it is with something behind it, which is a finding', async () => {
    expect(await rulesOf(concatBytes(file, junk))).toEqual([
      'pickle-dangerous-import',
      'trailing-data',
    ])
    expect(await rulesOf(concatBytes(file, new Uint8Array(512)))).toEqual([
      'pickle-dangerous-import',
    ])
  })
})

describe('a stream that breaks off', () => {
  const long = concatBytes(
    hostile,
    new Uint8Array(2000).map((_, i) => (i * i * 31) ^ (i >> 3)),
  )
  test.each([
    ['gzip', gzip(long)],
    ['zlib', owned(deflateSync(long))],
    ['lz4', fromBase64(packedHostile.lz4)],
  ])('%s gave its beginning to whoever loads it', async (_, file) => {
    const { verdict, findings } = await scanned(file.slice(0, -6))
    expect(verdict).toBe('malicious')
    expect(findings.map(({ rule }) => rule)).toContain('archive-malformed')
  })

  test('says why', async () => {
    const { findings } = await scanned(zstd(long).slice(0, -9))
    expect(findings[0]?.detail).toBe('the compressed stream: a frame is cut off')
  })
})

describe('frames', () => {
  test.each([
    ['of zstd one behind the other', concatBytes(zstd(honest), zstd(honest))],
    ['of zstd behind one that is passed over', concatBytes(skippable, zstd(honest), skippable)],
    ['of lz4 one behind the other', concatBytes(numbersLz4, numbersLz4)],
    ['of lz4 behind one that is passed over', concatBytes(skippable, numbersLz4)],
    ['of gzip with zeros behind', concatBytes(gzip(honest), new Uint8Array(1024))],
  ])('%s', async (_, file) => {
    expect(await scanned(file)).toMatchObject({ verdict: 'clean', findings: [] })
  })

  test('that are passed over do not hide the one behind', async () => {
    expect(await rulesOf(concatBytes(skippable, zstd(hostile)))).toEqual([
      'pickle-dangerous-import',
    ])
  })
})

describe.each([
  ['lz4', unpackLz4, numbersLz4],
  ['lzma', unpackLzma, numbersLzma],
] as const)('%s', (_, unpack, packed) => {
  test('unpacks what Python packs', async () => {
    expect(await unpack(packed, 4096)).toEqual({
      content: numbers,
      packedEnd: packed.length,
      fault: null,
    })
  })

  test('ends at its limit', () => {
    expect(() => unpack(packed, 500)).toThrow(ContentTooLarge)
  })

  test('tells of every cut, and survives every changed byte', async () => {
    for (let at = 18; at < packed.length; at++) {
      const { content } = await unpack(packed.slice(0, at), 4096)
      expect(content).toEqual(numbers.slice(0, content.length))
      const changed = packed.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x55
      expect((await scanned(changed)).path).toBe('file')
    }
  })
})
