// The predictive power of every column of a table, with an interval: which column alone tells the label. Rows without a value on
// either side are left out, at most 5,000 are looked at, as in ppscore.

import { everyNth } from '../checks/nearest-rows.ts'
import type { Limits } from '../intervals/proportion.ts'
import { numbersOfCells } from '../number-cells.ts'
import { seededRandom } from '../intervals/random.ts'
import { studentQuantile } from '../intervals/special-functions.ts'
import {
  baselineScore,
  modelScore,
  openScore,
  type PowerColumn,
  predictivePower,
  type PredictivePower,
} from './predictive-power.ts'
import { pause } from '../scoring-interruption.ts'
import type { CellColumn } from './row-keys.ts'

/** Rows looked at: ppscore's; of a table with more than 200 columns fewer, so that all of them together take no longer. */
const rowsMax = 5_000
const cellsMax = 1_000_000
const wideRowsMin = 500
/** Rows below which nothing is said. */
const rowsMin = 100
/** Parts of the rows that are left out one at a time, to see how much the score hangs on each. */
const blocks = 20

/** What one column tells of the label. */
export interface ColumnPower {
  readonly column: string
  readonly n: number
  /** From 0, no better than a naive guess, to 1, everything; null where it is not defined. */
  readonly score: number | null
  /** Simultaneous over all columns; null with the score. */
  readonly limits: Limits | null
  /** F1 (weighted) or mean absolute error, of the column and of the naive guess. */
  readonly model: number | null
  readonly baseline: number | null
  readonly note?: string
}

/** The power of every column, the strongest first. @throws `interrupted` */
export async function columnPowers(
  columns: readonly CellColumn[],
  target: { readonly column: CellColumn; readonly kind: PowerColumn['kind'] },
  by: { readonly seed: number; readonly error: number; readonly signal?: AbortSignal | undefined },
): Promise<ColumnPower[]> {
  const tail = by.error / (2 * Math.max(1, columns.length))
  const most = Math.min(rowsMax, Math.max(wideRowsMin, Math.floor(cellsMax / columns.length)))
  const powers: ColumnPower[] = []
  for (const column of columns) {
    await pause(by.signal)
    powers.push(powerOf(column, target, { seed: by.seed, tail, most }))
  }
  return powers.toSorted(
    (a, b) => (b.score ?? -1) - (a.score ?? -1) || (a.column < b.column ? -1 : 1),
  )
}

function powerOf(
  column: CellColumn,
  target: { readonly column: CellColumn; readonly kind: PowerColumn['kind'] },
  { seed, tail, most }: { readonly seed: number; readonly tail: number; readonly most: number },
): ColumnPower {
  const texts = column.cells
  const labels = target.column.cells
  // Of a column of numbers, a text is a number that is missing.
  const numbers = numbersOfCells(texts)
  const complete = Uint32Array.from(texts.keys()).filter(
    (row) =>
      texts[row] !== null &&
      labels[row] !== null &&
      (numbers === null || Number.isFinite(numbers[row])),
  )
  const rows = everyNth(complete, most)
  const of = (all: readonly (string | null)[]) => Array.from(rows, (row) => all[row] ?? '')
  const feature = powerColumn(of(texts), 'any')
  const label = powerColumn(of(labels), target.kind)
  const base = { column: column.name, n: rows.length }
  const undefinedFor = (note: string): ColumnPower => ({
    ...base,
    score: null,
    limits: null,
    model: null,
    baseline: null,
    note: `undefined: ${note}`,
  })
  if (rows.length < rowsMin) return undefinedFor(`fewer than ${rowsMin} rows`)
  if (label === null) return undefinedFor('the label is no number')
  if (feature === null || (feature.kind === 'category' && isUnique(feature)))
    return undefinedFor('every row has another value')
  const power = predictivePower(feature, label, shuffled(rows.length, seed))
  if (power === null) return undefinedFor('the label is the same everywhere')
  const { score, model, baseline } = power
  return { ...base, score, model, baseline, limits: jackknifeLimits(power, label.kind, tail) }
}

/** Texts as numbers, or as categories in order of code unit; null for texts that should be numbers and are not. */
function powerColumn(
  texts: readonly string[],
  kind: PowerColumn['kind'] | 'any',
): PowerColumn | null {
  const numbers = Float64Array.from(texts, Number)
  const isNumber = numbers.every((value, row) => Number.isFinite(value) && texts[row] !== '')
  if (kind === 'number' && !isNumber) return null
  if (kind !== 'category' && isNumber) return { kind: 'number', values: numbers }
  const codes = new Map([...new Set(texts)].toSorted().map((text, code) => [text, code]))
  return { kind: 'category', values: Float64Array.from(texts, (text) => codes.get(text) ?? 0) }
}

function isUnique({ values }: PowerColumn): boolean {
  return new Set(values).size === values.length
}

/** A random order of rows (Fisher & Yates). */
function shuffled(rows: number, seed: number): Uint32Array {
  const random = seededRandom(seed)
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  for (let last = rows - 1; last > 0; last--) {
    const other = Math.floor((last + 1) * random())
    const kept = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = kept
  }
  return order
}

/**
 * Limits of a score by leaving out one twentieth of the predictions at a time (Tukey's jackknife, Student's t). A
 * column that was never wrong may yet be: as many rows as an event never seen may be expected are allowed to be as
 * wrong as can be.
 */
function jackknifeLimits(power: PredictivePower, kind: PowerColumn['kind'], tail: number): Limits {
  const { truth, predicted, fold } = power.predictions
  const n = truth.length
  const scoreWithout = (block: number): number => {
    const isKept = (_: number, row: number) => row % blocks !== block
    const kept = {
      truth: truth.filter(isKept),
      predicted: predicted.filter(isKept),
      fold: fold.filter(isKept),
      guessed: power.guessed.filter(isKept),
      asked: power.asked.filter(isKept),
    }
    return openScore(modelScore(kept, kind), baselineScore({ kind, ...kept }), kind)
  }
  const without = Array.from({ length: blocks }, (_, block) => scoreWithout(block))
  const mean = without.reduce((sum, one) => sum + one, 0) / blocks
  const squares = without.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  const error = Math.sqrt(((blocks - 1) / blocks) * squares)
  const room = studentQuantile(tail, blocks - 1) * error
  const unseen = (-Math.log(tail) / n) * worstCase(power, kind)
  const whole = openScore(power.model, power.baseline, kind)
  const within = (value: number) => Math.min(1, Math.max(0, value))
  return {
    low: within(Math.min(whole - room, whole - unseen)),
    high: Math.max(power.score, within(whole + room)),
  }
}

/** By how much the score falls for each share of rows that are as wrong as can be. */
function worstCase({ predictions, baseline }: PredictivePower, kind: PowerColumn['kind']): number {
  if (kind === 'category') return baseline === 1 ? 0 : 1 / (1 - baseline)
  let [low, high] = [Infinity, -Infinity]
  for (const value of predictions.truth) [low, high] = [Math.min(low, value), Math.max(high, value)]
  return (high - low) / baseline
}
