// The contract of ArtifactBlobs; every adapter passes it, in tests or, where it needs a server, in
// a suite of its own.

import { expect, test } from 'vitest'
import { type Bytes, concatBytes, utf8 } from '@proofhouse/evidence'
import type { ArtifactBlobs } from './ports.ts'

/** A stream of the given pieces. */
export async function* piecesOf(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

/** All bytes of a stream. */
export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return concatBytes(...pieces)
}

/** All items of a stream, in order. */
export async function sortedOf(source: AsyncIterable<string>): Promise<string[]> {
  const items: string[] = []
  for await (const item of source) items.push(item)
  return items.toSorted()
}

/** Bytes that differ from place to place, and from seed to seed. */
export function patterned(sizeBytes: number, seed = 0): Bytes {
  const bytes = new Uint8Array(sizeBytes)
  for (let at = 0; at < sizeBytes; at++) bytes[at] = (at * 31 + (at >>> 13) * 7 + seed) & 0xff
  return bytes
}

/** Registers the tests; `open` gives an empty place each time it is called. */
export function testArtifactBlobs(open: () => Promise<ArtifactBlobs>): void {
  const missing = { code: 'artifact-missing' }

  test('what was written is read back, whole and by ranges', async () => {
    const blobs = await open()
    for (const sizeBytes of [0, 1, 1_000, 262_144, 1_100_000]) {
      const bytes = patterned(sizeBytes)
      const middle = Math.floor(sizeBytes / 3)
      const pieces = piecesOf(bytes.subarray(0, middle), new Uint8Array(), bytes.subarray(middle))
      await blobs.write('t/data/a', pieces)
      expect(await blobs.stat('t/data/a')).toMatchObject({ sizeBytes })
      expect(Buffer.compare(await bytesOf(blobs.read('t/data/a')), bytes)).toBe(0)
      for (const [start, end] of [
        [0, 0],
        [0, 1],
        [middle, sizeBytes],
        [middle, sizeBytes + 9],
        [sizeBytes, sizeBytes + 1],
        [sizeBytes + 5, sizeBytes + 9],
      ] as const) {
        const part = await bytesOf(blobs.read('t/data/a', { start, end }))
        expect(Buffer.compare(part, bytes.subarray(start, end)), `${start} to ${end}`).toBe(0)
      }
    }
  })

  test('a blob is replaced whole, and removed with its name', async () => {
    const blobs = await open()
    await blobs.write('t/a', piecesOf(utf8('a longer first')))
    await blobs.write('t/a', piecesOf(utf8('second')))
    expect(await bytesOf(blobs.read('t/a'))).toEqual(utf8('second'))
    await blobs.remove('t/a')
    await blobs.remove('t/a')
    expect(await blobs.stat('t/a')).toBeNull()
    await expect(bytesOf(blobs.read('t/a'))).rejects.toMatchObject(missing)
    expect(await sortedOf(blobs.list('t'))).toEqual([])
  })

  test('what was never written is missing', async () => {
    const blobs = await open()
    await blobs.write('t/a', piecesOf(utf8('a')))
    for (const name of ['t', 't/b', 't/a/b', 'u/a']) {
      expect(await blobs.stat(name), name).toBeNull()
      await expect(bytesOf(blobs.read(name)), name).rejects.toMatchObject(missing)
    }
  })

  test('a list has every blob below a folder and no other', async () => {
    const blobs = await open()
    const names = ['t/a/b/1', 't/a/2', 't/ab/3', 't/c', 'tt/a/4', 't-1/5']
    for (const name of names) await blobs.write(name, piecesOf(utf8(name)))
    expect(await sortedOf(blobs.list('t/a'))).toEqual(['t/a/2', 't/a/b/1'])
    expect(await sortedOf(blobs.list('t'))).toEqual(['t/a/2', 't/a/b/1', 't/ab/3', 't/c'])
    expect(await sortedOf(blobs.list('none'))).toEqual([])
  })

  test('a source that fails changes nothing, and its own failure is told', async () => {
    const blobs = await open()
    await blobs.write('t/kept', piecesOf(utf8('old')))
    const failing = async function* () {
      yield patterned(100_000)
      yield* await Promise.reject<Uint8Array[]>(new Error('the source broke'))
    }
    for (const name of ['t/kept', 't/new'])
      await expect(blobs.write(name, failing())).rejects.toThrow('the source broke')
    expect(await bytesOf(blobs.read('t/kept'))).toEqual(utf8('old'))
    expect(await sortedOf(blobs.list('t'))).toEqual(['t/kept'])
  })

  test('of two writers at once, one has written whole', async () => {
    const blobs = await open()
    const contents = [patterned(300_000, 1), patterned(400_000, 2)]
    await Promise.all(contents.map((bytes) => blobs.write('t/a', piecesOf(bytes))))
    const read = await bytesOf(blobs.read('t/a'))
    expect(contents.some((bytes) => Buffer.compare(bytes, read) === 0)).toBe(true)
  })

  test('a reader may stop early', async () => {
    const blobs = await open()
    await blobs.write('t/a', piecesOf(patterned(900_000)))
    for await (const piece of blobs.read('t/a')) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
    await blobs.remove('t/a')
  })

  test('a name that could lead elsewhere is a defect of the caller', async () => {
    const blobs = await open()
    for (const name of [
      '',
      '.',
      '..',
      't/../u',
      '/t',
      't/',
      't//a',
      '.hidden',
      't/A',
      't\\a',
      't\0',
    ])
      await expect(
        Promise.try(() => blobs.stat(name)),
        name,
      ).rejects.toThrow('is no name')
  })
}
