import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { OperatingError } from '@proofhouse/evidence'
import {
  Bool,
  compressionRegistry,
  CompressionType,
  DateDay,
  Dictionary,
  Float32,
  Float64,
  Int32,
  Int64,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
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

  test('a folder of Parquet files as one table, in the order of their names', async () => {
    const folder = await files.parts(
      ...[0, 1, 2].map(
        (part) => `SELECT range + ${part * 5000} AS n, 'p${part}' AS "N" FROM range(5000)`,
      ),
    )
    writeFileSync(join(folder, '_SUCCESS'), '')
    writeFileSync(join(folder, '.part-0.parquet.crc'), 'x')
    const { table, read } = await textsOf(folder)
    const parts = [0, 1, 2].map((part) => readFileSync(join(folder, `part-${part}.parquet`)))
    const digests = parts.map((part) => createHash('sha256').update(part).digest())
    expect(table).toMatchObject({
      format: 'parquet',
      rows: 15_000,
      sizeBytes: parts.reduce((sum, part) => sum + part.length, 0),
      sha256: createHash('sha256').update(Buffer.concat(digests)).digest('hex'),
    })
    expect(read[0]).toEqual(Array.from({ length: 15_000 }, (_, i) => String(i)))
    expect(read[1]?.[9999]).toBe('p1')
  })

  test('a table of a DuckDB file, by its name or as the only one', async () => {
    const one = await files.database(
      `CREATE TABLE "lo""ans" AS SELECT range::DOUBLE AS n, 'x' AS "N" FROM range(3)`,
      'DELETE FROM "lo""ans" WHERE n = 1',
    )
    for (const path of [one, `${one}#lo"ans`]) {
      const { table, read } = await textsOf(path)
      expect(read).toEqual([
        ['0', '2'],
        ['x', 'x'],
      ])
      const sha256 = createHash('sha256').update(readFileSync(one)).digest('hex')
      expect(table).toMatchObject({ path, format: 'duckdb', rows: 2, sha256 })
    }
    const two = await files.database(
      'CREATE TABLE a AS SELECT 1 AS x',
      'CREATE TABLE b AS SELECT 2 AS x',
    )
    expect((await textsOf(`${two}#b`)).read).toEqual([['2']])
    const tricky = files.csv('x\n7\n')
    writeFileSync(`${tricky}#b`, 'x\n8\n')
    expect((await textsOf(`${tricky}#b`)).read).toEqual([['8']])
  })

  test.each(['file', 'stream'] as const)('an Arrow %s, plain and compressed', async (kind) => {
    const table = new Table({
      whole: vectorFromArray([1n, null, -(2n ** 62n)], new Int64()),
      single: vectorFromArray([0.1, 0.5, null], new Float32()),
      double: vectorFromArray([0.1, Number.NaN, 1e300], new Float64()),
      flag: vectorFromArray([true, null, false], new Bool()),
      text: vectorFromArray(['a', '', 'NULL'], new Utf8()),
      group: vectorFromArray(['x', 'y', 'x'], new Dictionary(new Utf8(), new Int32())),
      day: vectorFromArray([new Date('2024-02-29'), null, new Date(0)], new DateDay()),
    })
    for (const compressionType of [null, CompressionType.ZSTD]) {
      compressionRegistry.set(CompressionType.ZSTD, {
        encode: (data) => zstdCompressSync(data),
        decode: (data) => zstdDecompressSync(data),
      })
      const Writer = kind === 'file' ? RecordBatchFileWriter : RecordBatchStreamWriter
      const writer = new Writer({ compressionType })
      const bytes = await writer.writeAll([...table.batches, ...table.batches]).toUint8Array()
      const { table: found, read } = await textsOf(files.csv(bytes))
      expect(found).toMatchObject({ format: 'arrow', rows: 6 })
      expect(found.columns.map((column) => column.kind)).toEqual([
        'number',
        'number',
        'number',
        'boolean',
        'text',
        'text',
        'other',
      ])
      const once = [
        ['1', null, String(-(2n ** 62n))],
        ['0.1', '0.5', null],
        ['0.1', null, '1e+300'],
        ['true', null, 'false'],
        ['a', null, null],
        ['x', 'y', 'x'],
        ['2024-02-29', null, '1970-01-01'],
      ]
      expect(read).toEqual(once.map((column) => [...column, ...column]))
    }
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
    const { table, read } = await textsOf(path, names.slice(-10))
    expect(table.columns.length).toBe(1000)
    expect(read[9]).toEqual(['999'])
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
    ['a folder of anything', () => files.folder, 'data-malformed', /holds `.*`; a folder of data/],
    ['an empty folder', () => files.parts(), 'data-malformed', /a folder without `.parquet` files/],
    [
      'parts with other columns',
      () => files.parts('SELECT 1 AS a, 2 AS b', 'SELECT 1 AS a, 2 AS c'),
      'data-malformed',
      /part-1.parquet: column 2 is `c` \(INTEGER\) instead of `b` \(INTEGER\), unlike .*part-0/,
    ],
    [
      'parts with other types',
      () => files.parts('SELECT 1 AS a', "SELECT '1' AS a"),
      'data-malformed',
      /`a` \(VARCHAR\) instead of `a` \(INTEGER\)/,
    ],
    [
      'parts of another width',
      () => files.parts('SELECT 1 AS a', 'SELECT 1 AS a, 2 AS b'),
      'data-malformed',
      /has 2 columns instead of 1/,
    ],
    ['an empty file', () => files.csv(''), 'data-malformed', /is empty/],
    ['a ragged row', () => files.csv('a,b\n1,2\n3\n'), 'data-malformed', /line 3/],
    ['Latin-1', () => files.csv(Buffer.from('a\nb\xe9\n', 'latin1')), 'data-malformed', /UTF-8/],
    ['UTF-16', () => files.csv(Buffer.from('\ufeffa\n1\n', 'utf16le')), 'data-malformed', /UTF-16/],
    ['gzip', () => files.csv(Buffer.from([0x1f, 0x8b, 8, 0])), 'data-malformed', /gzip/],
    ['a spreadsheet', () => files.csv('PK\x03\x04'), 'data-malformed', /spreadsheet/],
    ['a broken Parquet file', () => files.csv('PAR1 no more'), 'data-malformed', /cannot be read/],
    [
      'a DuckDB file of views',
      () => files.database("CREATE VIEW v AS SELECT * FROM read_csv('/etc/passwd')"),
      'data-malformed',
      /has no table/,
    ],
    [
      'one table of several, unnamed',
      () => files.database('CREATE TABLE a (x INTEGER)', 'CREATE TABLE b (x INTEGER)'),
      'data-malformed',
      /has the tables `a` and `b`; say which, as in `.*#a`|has the tables `a`, `b`; say which/,
    ],
    [
      'a table that is not there',
      async () => `${await files.database('CREATE TABLE loans (x INTEGER)')}#loan`,
      'data-malformed',
      /has no table `loan`; did you mean `loans`/,
    ],
    ['a table of a CSV file', () => `${files.csv('a\n1\n')}#a`, 'data-malformed', /no DuckDB/],
    ['an Arrow file of nothing', () => files.csv('ARROW1\0\0'), 'data-malformed', /Arrow table/],
    ['Feather of the old kind', () => files.csv('FEA1....'), 'data-malformed', /version 1/],
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

  test('a Parquet file with any byte changed, or reads it', async () => {
    const whole = readFileSync(
      await files.parquet("SELECT range AS a, 'text ' || range AS b FROM range(500)"),
    )
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 30)) {
      const path = files.csv(whole.map((byte, n) => (n === at ? byte ^ 0xff : byte)))
      const outcome = await textsOf(path).then(
        () => 'read',
        (error: unknown) => (error instanceof OperatingError ? error.code : String(error)),
      )
      expect(['read', 'data-malformed', 'data-unsuitable', 'limit-exceeded']).toContain(outcome)
    }
  })

  test('an Arrow file, wherever it is cut or changed, or reads it', async () => {
    const table = new Table({ a: vectorFromArray(['x', 'y', 'z'], new Utf8()) })
    const whole = await new RecordBatchFileWriter().writeAll(table).toUint8Array()
    const open = async (bytes: Uint8Array) => {
      try {
        await textsOf(files.csv(bytes))
        return 'read'
      } catch (error) {
        return error instanceof OperatingError ? error.code : String(error)
      }
    }
    for (let at = 6; at < whole.length; at += 29) {
      expect(['data-malformed', 'read']).toContain(await open(whole.subarray(0, at)))
      const changed = whole.map((byte, i) => (i === at ? byte ^ 0xff : byte))
      expect(['data-malformed', 'read', 'limit-exceeded']).toContain(await open(changed))
    }
  })

  test('a Parquet file that changed between opening and counting', async () => {
    const path = await files.parquet('SELECT range % 2 AS y, range % 2 AS p FROM range(100)')
    const engine = await source.open(path)
    const request = {
      label: 'y',
      positiveClass: '1',
      protectedColumns: [],
      predictions: { from: 'prediction', prediction: 'p', score: null },
    } as const
    expect((await engine.statistics(request)).cells[0]?.outcomes.tp).toBe(50)
    const other = await files.parquet('SELECT range % 2 AS y, 1 AS p FROM range(100)')
    writeFileSync(path, readFileSync(other))
    await expect(engine.statistics(request)).rejects.toMatchObject({
      code: 'data-malformed',
      message: expect.stringMatching(/changed while it was read|cannot be read/) as unknown,
    })
    await engine.close()
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
