// What single columns are worth before any model: one that never varies teaches nothing, and two that say the same count twice.

import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { CellColumn } from './row-keys.ts'
import { missingGroup } from '../dataset-values.ts'

/** A column of which this share of rows has one value is almost constant. */
const almostConstantShare = 0.99

/** The variety of one column. A missing value is a value of its own. */
export interface ColumnVariety {
  readonly column: string
  readonly n: number
  readonly distinct: number
  /** Share of rows without a value. */
  readonly missing: number
  /** The most frequent value, and its share with limits that hold for all columns at once. */
  readonly commonest: string
  readonly share: number
  readonly limits: Limits
  /** `constant` with one value in these rows; `almost constant` with one in 99 % of them. */
  readonly variety: 'constant' | 'almost constant' | 'varies'
}

/** The variety of every column that has rows. */
export function columnVarieties(columns: readonly CellColumn[], error: number): ColumnVariety[] {
  const tail = error / (2 * Math.max(1, columns.length))
  return columns.flatMap(({ name, cells }) => {
    const counts = new Map<string, number>()
    for (const cell of cells) {
      const text = cell ?? missingGroup
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    let [commonest, rows] = ['', 0]
    for (const [text, count] of counts) if (count > rows) [commonest, rows] = [text, count]
    if (rows === 0) return []
    const share = rows / cells.length
    return [
      {
        column: name,
        n: cells.length,
        distinct: counts.size,
        missing: (counts.get(missingGroup) ?? 0) / cells.length,
        commonest,
        share,
        limits: clopperPearson({ successes: rows, trials: cells.length }, tail),
        variety:
          counts.size === 1
            ? 'constant'
            : share >= almostConstantShare
              ? 'almost constant'
              : 'varies',
      } as const,
    ]
  })
}

/** Columns that tell the same rows apart. */
export interface DuplicateColumns {
  readonly columns: readonly string[]
  /** Whether the values are the same, too, and not only their pattern (`m`, `f` and `1`, `2`). */
  readonly equal: boolean
}

/** Groups of two or more columns of which each says exactly what the others do, constants left out. */
export function duplicateColumns(columns: readonly CellColumn[]): DuplicateColumns[] {
  const patterns = columns.flatMap(({ name, cells }) => {
    const pattern = patternOf(cells)
    return pattern === null ? [] : [{ name, cells, pattern }]
  })
  // Only columns of one digest are compared cell by cell, so that many columns that begin alike cost no more than others.
  const groups = [...Map.groupBy(patterns, ({ pattern }) => digestOf(pattern)).values()].flatMap(
    (alike) => {
      const same: (typeof patterns)[] = []
      for (const one of alike) {
        const group = same.find((known) => isSame(known[0]?.pattern, one.pattern))
        if (group === undefined) same.push([one])
        else group.push(one)
      }
      return same
    },
  )
  return groups
    .filter((group) => group.length > 1)
    .map((group) => {
      const [first] = group
      const equal = group.every(({ cells }) =>
        cells.every((cell, row) => cell === first?.cells[row]),
      )
      return { columns: group.map(({ name }) => name), equal }
    })
}

/** Each value by when it first came up; null for a column with one value. */
function patternOf(cells: readonly (string | null)[]): Uint32Array | null {
  const order = new Map<string | null, number>()
  const pattern = Uint32Array.from(cells, (cell) =>
    order.getOrInsertComputed(cell, () => order.size),
  )
  return order.size < 2 ? null : pattern
}

/** FNV-1a over whole numbers, with the finaliser of MurmurHash3 at every step so that sparse flags spread. */
function digestOf(pattern: Uint32Array): number {
  let digest = 0x811c9dc5
  for (const one of pattern) {
    digest = Math.imul(digest ^ one, 0x01000193)
    digest ^= digest >>> 15
    digest = Math.imul(digest, 0x85ebca6b)
  }
  return digest >>> 0
}

function isSame(a: Uint32Array | undefined, b: Uint32Array): boolean {
  return a?.length === b.length && b.every((one, row) => one === a[row])
}
