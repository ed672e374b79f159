// 7-Zip and RAR archives: what their reader stops before, what they say wrongly, and what cannot be read of them.

import { crc32 } from 'node:zlib'
import { concatBytes, fromBase64, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { global, int, op, pickle, reduce, text } from '../pickle/pickle-bytes.fixture.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'

type File = Uint8Array<ArrayBuffer>

const hostile = pickle(reduce(global('os', 'system'), text('id')))
const honest = pickle(int(1))
const signature = concatBytes(utf8('Rar!'), op(0x1a, 7, 1, 0))

/** A number of seven bits to a byte. */
function vint(value: number): File {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return op(...bytes, rest)
    bytes.push((rest % 128) + 128)
  }
}

const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer)

/** A header of RAR 5 with data behind it. */
function block(type: number, body: File, data: File = new Uint8Array(0)): File {
  const flags = type === 2 ? concatBytes(vint(2), vint(data.length)) : vint(0)
  const header = concatBytes(vint(type), flags, body)
  const sized = concatBytes(vint(header.length), header)
  return concatBytes(u32(crc32(sized)), sized, data)
}

const file = (name: string, data: File, sizeBytes = data.length) =>
  block(
    2,
    concatBytes(
      vint(4),
      vint(sizeBytes),
      vint(0o100644),
      u32(crc32(data)),
      vint(0),
      vint(1),
      vint(name.length),
      utf8(name),
    ),
    data,
  )
const main = block(1, vint(0))
const end = block(5, vint(0))
const rar = (...blocks: File[]) => concatBytes(signature, main, ...blocks, end)

/** A pickle that calls os.system, and three letters behind an encrypted directory, as py7zr packs them. */
const sevenZip =
  'N3q8ryccAATPJ5QwcQAAAAAAAAAUAAAAAAAAAPLqdHwBABeABGNvcwpzeXN0ZW0KKFgCAAAAaWR0Ui4AAQBQAQQGAAEJHAAHCwEAAiEhARgEAwMBAwEADBgYAAgKAexnlM8AAAUBGQMAAAARDQBhAC4AcABrAGwAAAAUCgEA8OdsjcJ53QEVBgEAIICkgQAAABcGHAEJVQAHCwEAASEhARgMUQAA'

describe('clean', () => {
  test.each([
    ['two files', rar(file('a.pkl', honest), file('d/b.pkl', honest))],
    ['an empty one', rar(file('a', new Uint8Array(0)))],
  ])('%s', async (_, bytes) => {
    expect(await scanned(bytes)).toMatchObject({ format: 'rar', verdict: 'clean', findings: [] })
  })
})

describe('not clean', () => {
  test.each<[string, readonly string[], File]>([
    ['a pickle', ['pickle-dangerous-import'], rar(file('a.pkl', hostile))],
    [
      'a pickle that says it is of 2^50 bytes, whose lowest 32 bits are none',
      ['archive-malformed', 'archive-outside-data', 'pickle-dangerous-import'],
      rar(file('a.pkl', hostile, 2 ** 50)),
    ],
    [
      'a file of more than it says',
      ['archive-malformed', 'archive-outside-data', 'pickle-dangerous-import'],
      rar(file('a.pkl', hostile, 9)),
    ],
    [
      'a pickle behind the archive',
      ['archive-outside-data', 'pickle-dangerous-import'],
      concatBytes(rar(file('a.pkl', honest)), hostile),
    ],
    [
      'an archive behind the archive',
      ['archive-outside-data', 'pickle-dangerous-import'],
      concatBytes(rar(file('a.pkl', honest)), rar(file('a.pkl', hostile))),
    ],
    [
      'files behind the end',
      ['archive-outside-data', 'unread-code', 'unread-content'],
      concatBytes(rar(file('a.pkl', honest)), file('b.pkl', hostile), end),
    ],
    ['a folder above', ['archive-path-traversal'], rar(file('../../a.pkl', honest))],
    [
      'a pickle behind 7-Zip',
      ['archive-outside-data', 'pickle-dangerous-import'],
      concatBytes(fromBase64(sevenZip), hostile),
    ],
  ])('%s', async (_, rules, bytes) => {
    expect(await rulesOf(bytes)).toEqual(rules)
  })
})

describe('what cannot be read is named', () => {
  test.each([
    [
      'is encrypted',
      concatBytes(signature, block(4, concatBytes(vint(0), vint(0), vint(15), new Uint8Array(16)))),
    ],
    ['one of several parts', fromBase64(sevenZip).slice(0, 40)],
    ['one of several parts', concatBytes(signature, main.slice(0, 5))],
  ])('%s', async (words, bytes) => {
    const { verdict, findings } = await scanned(bytes)
    expect(verdict).toBe('incomplete')
    expect(findings[0]?.detail).toContain(words)
  })
})

test('no changed byte of its first headers makes the scan fail', async () => {
  const whole = rar(file('a.pkl', hostile))
  for (let at = 4; at < 26; at++) {
    const changed = whole.slice()
    changed[at] = (changed[at] ?? 0) ^ 0x55
    expect((await scanned(changed)).path).toBe('file')
  }
})

test('a few hundred bytes that unpack to more than 256 MiB are a bomb', async () => {
  expect(await rulesOf(fromBase64(bomb))).toEqual(['archive-bomb'])
})

/** 300 million zeros by bzip2, as py7zr packs them. */
const bomb =
  'N3q8ryccAATduEO7NwEAAAAAAAAVAAAAAAAAAAdjA5pCWmg5MUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZdyOfrAC8dEAgwAAQAAAIIAAwzAmqaapCoLalIVBeLuSKcKEhAQQMiAEAQAEEBgABCYDyAAcLAQABAwQCAgzwAKPhEQAICgFbyIT4AAAFAREFAHoAAAAUCgEAsC9U8tx53QEVBgEAIICAgQAAABcGgPIBCUUABwsBAAEhIQEYDEEAAA=='
