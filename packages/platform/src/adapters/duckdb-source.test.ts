import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { canonicalText } from '../assess/dataset-values.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'

const files = temporaryFolder()
const source = duckdbSource({ threads: 2, memoryBytes: 512 * 2 ** 20 })
afterAll(files.remove)

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

async function textsOf(path: string, names?: readonly string[]) {
  const engine = await source.open(path)
  const columns = (names ?? engine.table.columns.map((c) => c.name)).map((name) => ({
    name,
    as: 'text' as const,
  }))
  const read: (string | null)[][] = columns.map(() => [])
  for await (const batch of engine.read({ columns, batchRows: 7 }))
    for (const [i, column] of batch.columns.entries())
      for (const cell of column) read[i]?.push(typeof cell === 'string' ? cell : null)
  await engine.close()
  return { table: engine.table, read }
}

describe('opens', () => {
  test('a CSV file: every cell exactly as written, and the digest of its bytes', async () => {
    const path = files.csv('id,name;x\n007, Ann \n1.50,"a ""b"", c"\n,NaN\n')
    const { table, read } = await textsOf(path)
    expect(table).toMatchObject({ format: 'csv', rows: 3, sizeBytes: readFileSync(path).length })
    expect(table.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'))
    expect(table.columns.map((c) => [c.name, c.kind])).toEqual([
      ['id', 'text'],
      ['name;x', 'text'],
    ])
    expect(read).toEqual([
      ['007', '1.50', null],
      [' Ann ', 'a "b", c', null],
    ])
  })

  test('a Parquet file: the same values as text, the kinds from its types', async () => {
    const path = await files.parquet(`SELECT * FROM (VALUES
      (1::BIGINT, 1.0::DOUBLE, true, 'x', DATE '2024-01-02', 1.00::DECIMAL(5,2)),
      (NULL, 'nan'::DOUBLE, NULL, NULL, NULL, NULL)) AS t(i, d, b, s, day, m)`)
    const { table, read } = await textsOf(path)
    expect(table.columns.map((c) => c.kind)).toEqual([
      'number',
      'number',
      'boolean',
      'text',
      'other',
      'number',
    ])
    const first = ['1', '1', 'true', 'x', '2024-01-02', '1']
    expect(read.map((column) => column[0])).toEqual(first)
    expect(read.map((column) => column[1])).toEqual(first.map(() => null))
  })

  test('names that would be SQL, and names that differ only in case', async () => {
    const names = [
      'a"b',
      "c'd",
      'A',
      'a',
      'rowid',
      'c0',
      'SELECT 1; DROP TABLE data',
      '漢字',
      'x=1',
    ]
    const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')
    const path = files.csv(`${header}\n${names.map((_, i) => i).join(',')}\n`)
    const { read } = await textsOf(path, names)
    expect(read).toEqual(names.map((_, i) => [String(i)]))
  })

  test('paths with quotes, spaces and wildcards, without opening their neighbours', async () => {
    const folder = join(files.folder, "it's [a] folder=1")
    mkdirSync(folder)
    writeFileSync(join(folder, 'da?a*[1].csv'), 'a,b\n1,2\n')
    writeFileSync(join(folder, 'data-other1.csv'), 'a,b\n3,4\n')
    const { read } = await textsOf(join(folder, 'da?a*[1].csv'))
    expect(read).toEqual([['1'], ['2']])
  })

  test('a thousand columns', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `column ${i}`)
    const path = files.csv(`${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`)
    const { table, read } = await textsOf(path)
    expect(table.columns.length).toBe(1000)
    expect(read[999]).toEqual(['999'])
  })

  test('every line ending and delimiter to the same cells', async () => {
    for (const newline of ['\n', '\r\n', '\r'])
      for (const delimiter of [',', ';', '\t', '|']) {
        const text = [
          ['a', 'b'],
          ['1', '2'],
          ['', '4'],
        ]
          .map((r) => r.join(delimiter))
          .join(newline)
        const { read } = await textsOf(files.csv(text))
        expect(read).toEqual([
          ['1', null],
          ['2', '4'],
        ])
      }
  })

  test('a cell of spaces alone as missing, other white space as text', async () => {
    const spaces = ['  ', '\u00a0', '\u3000', '\u2009 ', '\t', '\u2028', '\ufeff']
    const cells = [...spaces, '\ufeff\ufeffa', 'NULL', '\u212a']
    const { read } = await textsOf(files.csv(['a', ...cells.map(quoted)].join('\n')))
    expect(read).toEqual([cells.map((cell) => (canonicalText(cell) === null ? null : cell))])
  })

  test('any text in any cell', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).map((s) => s.replaceAll('\0', ''))
    const row = fc.array(cell, { minLength: 2, maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const lines = rows.map((cells) => cells.map(quoted).join(','))
        const { read } = await textsOf(files.csv(['a,b', ...lines].join('\n')))
        for (const [i, column] of read.entries())
          for (const [r, text] of column.entries()) {
            const wrote = rows[r]?.[i] ?? ''
            expect(text).toBe(canonicalText(wrote) === null ? null : wrote)
          }
      }),
      { numRuns: 40 },
    )
  })
})

describe('refuses', () => {
  test.each<[string, () => string | Promise<string>, string, RegExp]>([
    ['a missing file', () => join(files.folder, 'no.csv'), 'file-missing', /no such file/],
    ['a folder', () => files.folder, 'file-unreadable', /is a folder/],
    ['an empty file', () => files.csv(''), 'data-malformed', /is empty/],
    ['a ragged row', () => files.csv('a,b\n1,2\n3\n'), 'data-malformed', /line 3/],
    ['Latin-1', () => files.csv(Buffer.from('a\nb\xe9\n', 'latin1')), 'data-malformed', /UTF-8/],
    ['UTF-16', () => files.csv(Buffer.from('\ufeffa\n1\n', 'utf16le')), 'data-malformed', /UTF-16/],
    ['gzip', () => files.csv(Buffer.from([0x1f, 0x8b, 8, 0])), 'data-malformed', /gzip/],
    ['a spreadsheet', () => files.csv('PK\x03\x04'), 'data-malformed', /spreadsheet/],
    ['a broken Parquet file', () => files.csv('PAR1 no more'), 'data-malformed', /cannot be read/],
    ['no rows', () => files.parquet('SELECT 1 AS a WHERE false'), 'data-malformed', /no rows/],
  ])('%s', async (_, make, code, message) => {
    const path = await make()
    await expect(source.open(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    })
    await expect(source.open(path)).rejects.toThrow(path)
  })

  test.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    const path = files.csv('a\n1\n')
    chmodSync(path, 0)
    await expect(source.open(path)).rejects.toMatchObject({ code: 'file-unreadable' })
  })

  test('a truncated Parquet file, wherever it is cut', async () => {
    const whole = readFileSync(
      await files.parquet('SELECT range AS a, range::VARCHAR AS b FROM range(9)'),
    )
    for (let size = 4; size < whole.length; size += 37)
      await expect(source.open(files.csv(whole.subarray(0, size)))).rejects.toMatchObject({
        code: 'data-malformed',
      })
  })

  test('more rows than memory holds, with what to do', async () => {
    const lines = Array.from({ length: 400_000 }, (_, i) => `${i},${'x'.repeat(60)}${i}`)
    const path = files.csv(`a,b\n${lines.join('\n')}\n`)
    const small = duckdbSource({ memoryBytes: 24 * 2 ** 20 })
    await expect(small.open(path)).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringMatching(/more than the 24 MiB.*leave out columns/) as unknown,
    })
  })

  test('to go on once aborted', async () => {
    const path = files.csv('a\n1\n')
    await expect(source.open(path, AbortSignal.abort())).rejects.toMatchObject({
      code: 'interrupted',
    })
  })
})
