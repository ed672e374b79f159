// Rows as keys: two rows have one key when they hold the same values, whatever the table. A value is told by its canonical text,
// exactly; a row by the sum of its values' 64-bit hashes, cut to 53 bits, so that any one column can be taken out of it.
// Of n rows that differ, two share a key with a chance of about n² / 2⁵⁴: one in a million for 100,000.

import { assert } from '@proofhouse/evidence'
import { canonicalText } from '../dataset-values.ts'

/** A column of a table. */
export interface CellColumn {
  readonly name: string
  /** Canonical texts (dataset-values.ts), so that equal values have equal texts; null where there is no value. */
  readonly cells: readonly (string | null)[]
}

/** A column as it stands in a table, made canonical. */
export function canonicalColumn({ name, cells }: CellColumn): CellColumn {
  const known = new Map<string | null, string | null>()
  return {
    name,
    cells: cells.map((cell) => known.getOrInsertComputed(cell, () => canonicalText(cell))),
  }
}

/** Rows a sample holds at most. */
const sampleRowsMax = 100_000

/** Columns as whole numbers: equal numbers are equal values, also between tables that were coded together. */
export interface KeyedTable {
  readonly rows: number
  /** One number per row and column; 0 where there is no value. */
  readonly values: readonly Uint32Array[]
  /** The two halves of the rows' hashes. */
  readonly hashes: readonly [Uint32Array, Uint32Array]
}

/**
 * Codes tables together, by the position of their columns.
 * @param tables each with the same columns in the same order, and at most 100,000 rows
 */
export function keyTables(tables: readonly (readonly CellColumn[])[]): KeyedTable[] {
  const width = tables[0]?.length ?? 0
  const dictionaries = Array.from({ length: width }, () => new Map<string, number>())
  return tables.map((columns) => {
    assert(columns.length === width, 'tables are keyed by the same columns')
    const rows = columns[0]?.cells.length ?? 0
    assert(rows <= sampleRowsMax, 'a sample holds at most 100,000 rows')
    const values = columns.map(({ cells }, at) => valuesOf(cells, dictionaries[at] ?? new Map()))
    const hashes = [new Uint32Array(rows), new Uint32Array(rows)] as const
    for (const [column, codes] of values.entries())
      for (const [row, code] of codes.entries())
        for (const [lane, sums] of hashes.entries())
          sums[row] = (sums[row] ?? 0) + valueHash(code, column, lane)
    return { rows, values, hashes }
  })
}

function valuesOf(cells: readonly (string | null)[], dictionary: Map<string, number>): Uint32Array {
  return Uint32Array.from(cells, (cell) =>
    cell === null ? 0 : dictionary.getOrInsertComputed(cell, () => dictionary.size + 1),
  )
}

/** The key of a row over all columns, or over all but one: a whole number below 2⁵³. */
export function rowKey({ values, hashes }: KeyedTable, row: number, without?: number): number {
  let [first, second] = [hashes[0][row] ?? 0, hashes[1][row] ?? 0]
  if (without !== undefined) {
    const code = values[without]?.[row] ?? 0
    first = (first - valueHash(code, without, 0)) >>> 0
    second = (second - valueHash(code, without, 1)) >>> 0
  }
  return first * 2_097_152 + (second >>> 11)
}

/** One half of a value's hash: the finaliser of MurmurHash3 (Appleby 2011) over value, column and half. */
function valueHash(code: number, column: number, lane: number): number {
  let h = Math.imul(code, 0x9e3779b1) ^ Math.imul(2 * column + lane + 1, 0x85ebca77)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h ^= h >>> 16
  // Once more with the column, so that no two columns' hashes differ by a constant.
  h = Math.imul(h ^ Math.imul(column + 1, 0x27d4eb2f) ^ (lane === 0 ? 0 : 0x165667b1), 0x2c1b3c6d)
  return (h ^ (h >>> 15)) >>> 0
}
