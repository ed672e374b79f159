import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, fromHex, textOf, toHex, utf8 } from './encoding.ts'
import { leafHash, nodeHash } from './merkle.ts'
import {
  bundlesOfSize,
  decodeBundle,
  decodeTile,
  encodeBundle,
  entriesPath,
  nodeFromTiles,
  parseTilePath,
  rootOfHashes,
  tilePath,
  tilesOfSize,
} from './tile.ts'
import { bundleHex, entries } from './tlog-vectors.fixture.ts'

test('paths have groups of three digits', () => {
  expect(tilePath({ level: 0, index: 0, width: 256 })).toBe('tile/0/000')
  expect(tilePath({ level: 3, index: 1_234_067, width: 256 })).toBe('tile/3/x001/x234/067')
  expect(entriesPath({ index: 1_000, width: 7 })).toBe('tile/entries/x001/000.p/7')
})

test('a path has one spelling', () => {
  fc.assert(
    fc.property(
      fc.nat(63),
      fc.integer({ min: 0, max: 10 ** 12 }),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({
          kind: 'tile',
          level,
          index,
          width,
        })
        expect(parseTilePath(entriesPath({ index, width }))).toEqual({
          kind: 'entries',
          index,
          width,
        })
      },
    ),
  )
  for (const path of [
    'tile/00/000',
    'tile/64/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000/',
    'tile/0/../000',
    'tile/data/000',
    'checkpoint',
    `tile/0/${'x999/'.repeat(9)}999`,
  ])
    expect(parseTilePath(path), path).toBeNull()
})

test('a size has full tiles and at most one partial tile per level', () => {
  expect([...tilesOfSize(0)]).toEqual([])
  expect([...tilesOfSize(256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1'])
  expect([...tilesOfSize(300)].map(tilePath)).toEqual([
    'tile/0/000',
    'tile/0/001.p/44',
    'tile/1/000.p/1',
  ])
  expect([...tilesOfSize(65_536)].slice(-2).map(tilePath)).toEqual(['tile/1/000', 'tile/2/000.p/1'])
  expect([...bundlesOfSize(300)].map(entriesPath)).toEqual([
    'tile/entries/000',
    'tile/entries/001.p/44',
  ])
})

test('bundles hold what was put in, and nothing else', () => {
  const bundle = encodeBundle(entries.map(utf8))
  expect(toHex(bundle)).toBe(bundleHex)
  expect(decodeBundle(fromHex(bundleHex), 3).map(textOf)).toEqual(entries)
  for (const [bytes, count] of [
    [bundle, 2],
    [bundle, 4],
    [bundle.subarray(1), 3],
    [bundle.subarray(0, -1), 3],
    [concatBytes(bundle, utf8('x')), 3],
  ] as const)
    expect(() => decodeBundle(bytes, count)).toThrow(
      expect.objectContaining({ code: 'tile-malformed' }),
    )
  expect(encodeBundle([new Uint8Array(65_535)]).length).toBe(65_537)
  expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(
    expect.objectContaining({ code: 'entry-too-large' }),
  )
})

test('a tile of the wrong length is refused', () => {
  expect(decodeTile(new Uint8Array(64), 2)).toHaveLength(2)
  expect(() => decodeTile(new Uint8Array(65), 2)).toThrow(
    expect.objectContaining({ code: 'tile-malformed' }),
  )
})

test('every node of a tree of 600 comes out of its tiles', async () => {
  const size = 600
  const levels: Uint8Array[][] = [Array.from({ length: size }, (_, n) => leafHash(utf8(`${n}`)))]
  for (let below = levels[0] ?? []; below.length > 1; ) {
    const above = Array.from({ length: Math.floor(below.length / 2) }, (_, n) =>
      nodeHash(below[2 * n] ?? new Uint8Array(), below[2 * n + 1] ?? new Uint8Array()),
    )
    levels.push(above)
    below = above
  }
  const tiles = new Map(
    [...tilesOfSize(size)].map((tile) => {
      const hashes = levels[tile.level * 8] ?? []
      return [
        tilePath(tile),
        concatBytes(...hashes.slice(tile.index * 256, tile.index * 256 + tile.width)),
      ]
    }),
  )
  for (const [level, nodes] of levels.entries())
    for (const [index, expected] of nodes.entries()) {
      const hash = await nodeFromTiles({ level, index }, size, (tile) =>
        Promise.resolve(tiles.get(tilePath(tile)) ?? new Uint8Array()),
      )
      expect(toHex(hash)).toBe(toHex(expected))
    }
  expect(rootOfHashes(levels[0]?.slice(0, 4) ?? [])).toEqual(levels[2]?.[0])
})
