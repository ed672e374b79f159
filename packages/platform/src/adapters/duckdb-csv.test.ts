import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvScanner, type CsvStructure } from './duckdb-csv.ts'

function scan(text: string | Uint8Array, pieceBytes = 1 << 20): CsvStructure {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const scanner = new CsvScanner('data.csv')
  for (let i = 0; i < bytes.length; i += pieceBytes) scanner.push(bytes.subarray(i, i + pieceBytes))
  return scanner.end()
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('reads the structure of a file', () => {
  test.each([
    ['commas', 'a,b\n1,2\n', [',', '\n', ['a', 'b'], 1]],
    ['semicolons', 'a;b,c;d\n1;2;3\n', [';', '\n', ['a', 'b,c', 'd'], 1]],
    ['tabs and CRLF', 'a\tb\r\n1\t2\r\n3\t4', ['\t', '\r\n', ['a', 'b'], 2]],
    ['bare CR', 'a|b\r1|2\r', ['|', '\r', ['a', 'b'], 1]],
    ['one column', 'a\n1\n2\n', [',', '\n', ['a'], 2]],
    ['quotes', '"a,1","b ""x"""\n"1\n2",""\n', [',', '\n', ['a,1', 'b "x"'], 1]],
    ['byte order mark', '\ufeffa,b\n1,2\n', [',', '\n', ['a', 'b'], 1]],
    ['blank lines', 'a,b\n\n1,2\n\n\n3,4\n\n', [',', '\n', ['a', 'b'], 2]],
    ['a quote in the middle', 'a,b\n5"6,2\n', [',', '\n', ['a', 'b'], 1]],
    ['unicode', 'größe,年齢\n1,2\n', [',', '\n', ['größe', '年齢'], 1]],
  ])('%s', (_, text, [delimiter, newline, names, rows]) => {
    const expected = { delimiter, newline, names, rows }
    expect(scan(text)).toEqual(expected)
    expect(scan(text, 1)).toEqual(expected)
  })

  test('any table written by the rules is read back, whole or in pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\n', ';', ' ', 'é') })
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }),
      )
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, pieceBytes) => {
        const header = (rows[0] ?? []).map((_, i) => `column ${i}`)
        const text = [header, ...rows].map((row) => row.map(quoted).join(',')).join('\n')
        const found = scan(text, pieceBytes)
        expect(found.names).toEqual(header)
        expect(found.rows).toBe(rows.length)
      }),
    )
  })
})

describe('refuses, naming the line', () => {
  test.each([
    ['an empty file', '', /file is empty/],
    ['a blank file', ' \n\n', /file is empty/],
    ['a blank first line', '\na,b\n1,2\n', /line 1: is blank/],
    ['a header alone', 'a,b\n', /no rows/],
    ['a short row', 'a,b\n1,2\n\n3\n', /line 4: has 1 field where the header has 2/],
    ['a long row', 'a,b\n1,2,\n', /line 2: has 3 fields where the header has 2; quote/],
    ['a row after lines in quotes', 'a,b\n"1\n\n1",2\n3\n', /line 5: has 1 field/],
    ['a short last row without its end', 'a,b\n1,2\n3', /line 3: has 1 field/],
    ['an open quote', 'a,b\n1,2\n"3,4\n5,6\n', /line 3: a quoted field is never closed/],
    ['text after a quote', 'a,b\n"1"x,2\n', /line 2: text follows a closing/],
    ['a space before a quote', 'a,b\n1, "2"\n', /line 2: a space stands before/],
    ['mixed line endings', 'a,b\r\n1,2\n3,4\r\n', /line 2: the line ending differs/],
    ['a blank line in one column', 'a\n1\n\n2\n', /line 3: is blank, in a table of one column/],
    ['a zero byte', 'a,b\n1,\0\n', /line 2: holds a zero byte/],
    ['a repeated name', 'a,b,a\n1,2,3\n', /columns 1 and 3 are both named `a`/],
    ['an empty name', ',a\n0,1\n', /column 1 has no name.*index=False/],
    [
      'an endless record',
      `a,b\n"${'x'.repeat(2_000_000)}`,
      /line 2: a record is longer than 1.9 MB/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => scan(text)).toThrow(message)
    const pieceBytes = text.length < 100 ? 1 : 65_521
    expect(() => scan(text, pieceBytes)).toThrow(message)
  })
})
