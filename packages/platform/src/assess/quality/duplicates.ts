// Rows that stand in the data more than once: in the test data and in the training data, within one table, or with another label
// each time. A model is not tested by rows it has learnt, and cannot be right about rows that contradict each other.

import { everyNth } from '../checks/nearest-rows.ts'
import { clopperPearson } from '../intervals/proportion.ts'
import { type DataMeasure, measured, type MeasureSubject, undefinedMeasure } from './findings.ts'
import { type KeyedTable, rowKey } from './row-keys.ts'

/** Test rows that are looked for among near ones, at most; each among all training rows. */
const nearRowsMax = 10_000
/** With fewer columns, rows that differ in one of them have little in common. */
const nearColumnsMin = 3
/** Rows named at most. */
const namedMax = 20

/** How many rows of a table stand in another. An engine that reads every row may count this itself. */
export interface OverlapCounts {
  /** Test rows looked at, and those of them that a training row equals. */
  readonly rows: number
  readonly found: number
}

/** Test rows that the training data hold. */
export interface Overlap extends OverlapCounts {
  /** Test rows that are found, the first ones, each with the first training row that equals it. */
  readonly pairs: readonly { readonly test: number; readonly training: number }[]
}

/** Test rows that equal a training row in every column. */
export function exactOverlap(training: KeyedTable, test: KeyedTable): Overlap {
  const first = new Map<number, number>()
  for (let row = 0; row < training.rows; row++) {
    const key = rowKey(training, row)
    if (!first.has(key)) first.set(key, row)
  }
  const pairs: { test: number; training: number }[] = []
  let found = 0
  for (let row = 0; row < test.rows; row++) {
    const twin = first.get(rowKey(test, row))
    if (twin === undefined) continue
    found += 1
    if (pairs.length < namedMax) pairs.push({ test: row, training: twin })
  }
  return { rows: test.rows, found, pairs }
}

/**
 * Test rows that no training row equals in every column, but one does in all columns but one: every such pair is found.
 * Looks at 10,000 test rows at most, evenly taken. Null with fewer than three columns.
 */
export function nearOverlap(training: KeyedTable, test: KeyedTable): Overlap | null {
  if (test.values.length < nearColumnsMin) return null
  const all = Uint32Array.from({ length: test.rows }, (_, row) => row)
  const asked = everyNth(all, nearRowsMax)
  const known = new Set<number>()
  for (let row = 0; row < training.rows; row++) known.add(rowKey(training, row))
  const open = asked.filter((row) => !known.has(rowKey(test, row)))
  const twins = new Map<number, number>()
  for (let column = 0; column < test.values.length; column++) {
    const wanted = new Map<number, number | null>()
    for (const row of open) wanted.set(rowKey(test, row, column), null)
    for (let row = 0; row < training.rows; row++) {
      const key = rowKey(training, row, column)
      if (wanted.get(key) === null) wanted.set(key, row)
    }
    for (const row of open) {
      const twin = wanted.get(rowKey(test, row, column)) ?? null
      if (twin !== null && !twins.has(row)) twins.set(row, twin)
    }
  }
  const pairs = [...twins].map(([row, twin]) => ({ test: row, training: twin }))
  pairs.sort((a, b) => a.test - b.test)
  return { rows: asked.length, found: twins.size, pairs: pairs.slice(0, namedMax) }
}

/** 1 for each row that equals an earlier one. */
export function repeatedRows(table: KeyedTable): Uint8Array {
  const seen = new Set<number>()
  return Uint8Array.from({ length: table.rows }, (_, row) => {
    const key = rowKey(table, row)
    const isRepeated = seen.has(key)
    seen.add(key)
    return Number(isRepeated)
  })
}

/** Rows that are alike but for the label. */
export interface Conflicts {
  readonly rows: number
  /** Rows of which another is alike and has another label. */
  readonly found: number
  /** Rows that no model can be right about: alike rows beyond those with their most frequent label. */
  readonly unattainable: number
  /** The largest groups of such rows: how many, and the labels they have. */
  readonly groups: readonly {
    readonly row: number
    readonly rows: number
    readonly labels: Readonly<Record<string, number>>
  }[]
}

/** Rows of one table that contradict each other; rows without a label do not. */
export function conflictingLabels(
  table: KeyedTable,
  labels: readonly (string | null)[],
): Conflicts {
  const groups = new Map<number, { row: number; labels: Map<string, number> }>()
  let rows = 0
  for (const [row, label] of labels.entries()) {
    if (label === null) continue
    rows += 1
    const group = groups.getOrInsertComputed(rowKey(table, row), () => ({ row, labels: new Map() }))
    group.labels.set(label, (group.labels.get(label) ?? 0) + 1)
  }
  const conflicts = [...groups.values()]
    .filter((group) => group.labels.size > 1)
    .map((group) => {
      const counts = [...group.labels.values()]
      const all = counts.reduce((sum, count) => sum + count, 0)
      return { ...group, all, lost: all - Math.max(...counts) }
    })
    .toSorted((a, b) => b.all - a.all || a.row - b.row)
  return {
    rows,
    found: conflicts.reduce((sum, { all }) => sum + all, 0),
    unattainable: conflicts.reduce((sum, { lost }) => sum + lost, 0),
    groups: conflicts.slice(0, namedMax).map((group) => ({
      row: group.row,
      rows: group.all,
      labels: Object.fromEntries(group.labels),
    })),
  }
}

/** How much of the data was looked at. Shares are above 0 and at most 1. */
export interface Coverage {
  /** Share of the rows that were asked about. */
  readonly asked: number
  /** Share of the rows they were looked for among. */
  readonly among: number
  readonly tail: number
}

/**
 * The share of rows that are found. With every row looked at it is a fact of the files, without an interval. Of a
 * sample of the rows asked about it has Clopper–Pearson limits. Among a sample of the others a twin may be missed, and
 * every n-th row of a sorted file may miss them all: then the share is a lower one, and the upper limit is 1.
 */
export function overlapMeasure(
  subject: MeasureSubject,
  { rows, found }: OverlapCounts,
  { asked, among, tail }: Coverage,
): DataMeasure {
  if (rows === 0) return undefinedMeasure(subject, { n: 0, note: 'undefined: no rows' })
  const value = found / rows
  const { low, high } =
    asked === 1
      ? { low: value, high: value }
      : clopperPearson({ successes: found, trials: rows }, tail)
  const limits = { low, high: among === 1 ? high : 1 }
  const one = measured(subject, { value, limits, n: rows })
  if (among === 1) return one
  const percent = Math.round(1000 * among) / 10
  return { ...one, note: `looked for among ${percent} % of the rows: at least this share` }
}
