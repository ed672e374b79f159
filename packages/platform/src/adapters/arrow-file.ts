// Arrow IPC, as files and as streams (`.arrow`, `.feather` version 2), in plain values: what DuckDB cannot read by itself.
// A hostile file may claim anything about its lengths, so what a compressed buffer and a batch may hold is bounded.

import { zstdDecompressSync } from 'node:zlib'
import {
  compressionRegistry,
  CompressionType,
  DataType,
  Precision,
  type RecordBatchFileReader,
  RecordBatchReader,
  Type,
  type RecordBatchStreamReader,
} from 'apache-arrow'
import { assert, type Bytes, OperatingError } from '@proofhouse/evidence'
import type { DataColumn } from '../assess/index.ts'

const bufferSizeMaxBytes = 2 ** 30
const rowsMax = 100_000_000

/** What an Arrow value becomes in DuckDB. */
type ArrowTarget = 'BIGINT' | 'UBIGINT' | 'FLOAT' | 'DOUBLE' | 'BOOLEAN' | 'VARCHAR'

/** A column of an Arrow table. */
export interface ArrowColumn extends DataColumn {
  readonly target: ArrowTarget
}

/** A value in the form that its target takes. */
type ArrowValue = bigint | number | boolean | string | null

/** Rows of an Arrow table, column by column. */
export interface ArrowBatch {
  readonly rows: number
  /** The value of a column at a row of the batch. */
  readonly value: (column: number, row: number) => ArrowValue
}

/**
 * Reads a table out of bytes.
 * @throws `data-malformed`, `limit-exceeded`
 */
export function readArrow(
  path: string,
  bytes: Bytes,
): { columns: readonly ArrowColumn[]; batches: Iterable<ArrowBatch> } {
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (data) => zstdDecompressSync(data, { maxOutputLength: bufferSizeMaxBytes }),
  })
  const reader = translated(path, () => RecordBatchReader.from(bytes).open())
  const columns = translated(path, () =>
    reader.schema.fields.map((field): ArrowColumn => {
      const name: unknown = field.name
      const type: unknown = field.type
      if (typeof name !== 'string') throw new TypeError('a column has no name')
      const target = targetOf(type)
      const kind = kindOf(type, target)
      return { name, kind, type: kind === 'other' ? nameOf(type) : target, target }
    }),
  )
  return { columns, batches: batchesOf(path, reader, columns) }
}

function* batchesOf(
  path: string,
  reader: RecordBatchFileReader | RecordBatchStreamReader,
  columns: readonly ArrowColumn[],
): Generator<ArrowBatch> {
  let rows = 0
  for (;;) {
    const batch = translated(path, () => nextBatch(reader, columns))
    if (batch === null) return
    rows += batch.rows
    if (!(rows <= rowsMax))
      throw new OperatingError(
        'limit-exceeded',
        `${path}: has more than ${rowsMax} rows; write it as Parquet, which is read in pieces`,
      )
    yield {
      rows: batch.rows,
      value: (column, row) => translated(path, () => batch.value(column, row)),
    }
  }
}

function nextBatch(
  reader: RecordBatchFileReader | RecordBatchStreamReader,
  columns: readonly ArrowColumn[],
): ArrowBatch | null {
  const next = reader.next()
  if (next.done === true) return null
  const batch = next.value
  const vectors = columns.map((column, position) => {
    const vector = batch.getChildAt(position)
    if (vector?.length !== batch.numRows)
      throw new RangeError(`column \`${column.name}\` ends before its rows do`)
    return vector
  })
  return {
    rows: batch.numRows,
    value: (column, row) => {
      const vector = vectors[column]
      const found: unknown = vector?.get(row)
      return plain(vector?.type, found, columns[column]?.target ?? 'VARCHAR')
    },
  }
}

function nameOf(type: unknown): string {
  return (type instanceof DataType ? Type[type.typeId] : undefined) ?? 'unknown'
}

function targetOf(type: unknown): ArrowTarget {
  if (DataType.isBool(type)) return 'BOOLEAN'
  if (DataType.isInt(type)) return type.isSigned ? 'BIGINT' : 'UBIGINT'
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'DOUBLE' : 'FLOAT'
  if (DataType.isDecimal(type)) return 'DOUBLE'
  return 'VARCHAR'
}

function kindOf(type: unknown, target: ArrowTarget): DataColumn['kind'] {
  if (target === 'BOOLEAN') return 'boolean'
  if (target !== 'VARCHAR') return 'number'
  const values: unknown = DataType.isDictionary(type) ? type.dictionary : type
  return DataType.isUtf8(values) || DataType.isLargeUtf8(values) || DataType.isUtf8View(values)
    ? 'text'
    : 'other'
}

/** Days and times as ISO 8601 without zone, as DuckDB writes them for other formats. */
function plain(type: DataType | undefined, value: unknown, target: ArrowTarget): ArrowValue {
  if (value === null || value === undefined) return null
  if (target === 'BOOLEAN') return Boolean(value)
  if (target === 'BIGINT' || target === 'UBIGINT') return whole(value)
  if (target === 'FLOAT') return Number(value)
  if (target === 'DOUBLE')
    return DataType.isDecimal(type) ? scaled(value, type.scale) : Number(value)
  if (typeof value === 'string') return value
  if (DataType.isDate(type)) return new Date(Number(value)).toISOString().slice(0, 10)
  if (DataType.isTimestamp(type))
    return new Date(Number(value)).toISOString().slice(0, 23).replace('T', ' ')
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner,
  )
}

function whole(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  return BigInt(Number(value))
}

/** A decimal arrives as little-endian 32-bit words in two's complement. */
function scaled(value: unknown, scale: number): number {
  assert(value instanceof Uint32Array, 'the reader gives decimals as words')
  const bits = 32 * value.length
  const unsigned = value.reduceRight<bigint>((sum, word) => (sum << 32n) | BigInt(word), 0n)
  const digits = BigInt.asIntN(bits, unsigned).toString()
  return Number(`${digits}e${-scale}`)
}

function translated<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof OperatingError || !(error instanceof Error)) throw error
    throw malformed(path, problemOf(error), error)
  }
}

function problemOf(error: Error): string {
  if (/codec|compress/i.test(error.message))
    return 'is compressed in a way that is not read here; write it with `compression="zstd"` or without'
  return `cannot be read as an Arrow table: ${(error.message.split('\n')[0] ?? '').slice(0, 200)}`
}

function malformed(path: string, problem: string, cause?: Error): OperatingError {
  return new OperatingError('data-malformed', `${path}: ${problem}`, { cause })
}
