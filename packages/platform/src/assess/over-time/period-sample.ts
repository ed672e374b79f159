// Rows of two periods side by side: every n-th of each, in the order of the file, coded together, with what was predicted and, as far
// as it is known, what was true.

import { assert, OperatingError } from '@proofhouse/evidence'
import { canonicalText } from '../dataset-values.ts'
import { seededRandom } from '../intervals/random.ts'
import type { AggregateEngine, ColumnBatch, OutcomeRequest } from '../ports.ts'
import { type CodedColumn, codeColumn } from '../checks/coding.ts'
import { numberOfCell } from '../number-cells.ts'
import type { PeriodColumn } from './reconstruction.ts'

/** Rows of a period a sample holds at most. */
const sampleRowsMax = 100_000
const batchRows = 4_096

/** A label that is not known. */
export const unknownLabel = 2

/** Rows of one period. */
export interface Period {
  readonly rows: number
  /** 1 positive, 0 not, {@link unknownLabel}. */
  readonly label: Uint8Array
  readonly predicted: Uint8Array
  /** Null for a system without scores. */
  readonly score: Float64Array | null
  /** Texts of the time column; null without one. */
  readonly time: readonly string[] | null
}

/** Both periods. */
export interface PeriodSample {
  readonly reference: Period
  readonly current: Period
  /** Columns over the reference rows, then the current ones. */
  readonly coded: readonly CodedColumn[]
  /** Columns of which both periods have values. */
  readonly raw: readonly PeriodColumn[]
  /** 1 for current rows. */
  readonly isCurrent: Uint8Array
  /** 0 or 1 at random. */
  readonly half: Uint8Array
}

/** What to read. */
export interface PeriodRequest {
  /** Columns of the inputs with what they hold. */
  readonly columns: readonly {
    readonly name: string
    readonly kind: 'number' | 'category'
    /** Whether either period has no value of it: rows are told apart by that, and not rebuilt from it. */
    readonly isEmpty: boolean
  }[]
  /** Columns that are not looked at, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[]
  readonly outcomes: OutcomeRequest
  readonly time: string | null
  /** Labels that came later, by identifier; null when there are none. */
  readonly later: { readonly engine: AggregateEngine; readonly identifier: string } | null
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads both periods.
 * @throws `data-unsuitable` for scores that are no probabilities, and identifiers that name several rows
 */
export async function takePeriods(
  reference: AggregateEngine,
  current: AggregateEngine,
  request: PeriodRequest,
): Promise<PeriodSample> {
  const before = await readPeriod(reference, { ...request, later: null })
  const now = await readPeriod(current, request)
  const random = seededRandom(request.seed)
  const rows = before.period.rows + now.period.rows
  const coded = request.columns.map(({ name }, n) =>
    codeColumn(name, [...(before.cells[n] ?? []), ...(now.cells[n] ?? [])]),
  )
  return {
    reference: before.period,
    current: now.period,
    coded: coded.filter((column) => column !== null),
    raw: request.columns.flatMap(({ kind, isEmpty }, n) =>
      isEmpty ? [] : [rawColumn(kind, before.cells[n] ?? [], now.cells[n] ?? [])],
    ),
    isCurrent: Uint8Array.from({ length: rows }, (_, row) => Number(row >= before.period.rows)),
    half: Uint8Array.from({ length: rows }, () => Number(random() < 0.5)),
  }
}

type Cells = readonly (string | null)[]

function rawColumn(kind: 'number' | 'category', reference: Cells, current: Cells): PeriodColumn {
  if (kind === 'category') return { kind, reference, current }
  const numbers = [reference, current].map((cells) => Float64Array.from(cells, numberOf))
  const [low, high] = finiteRange(numbers)
  // What is beyond all numbers lies at the end of those that there are.
  const bounded = (period: Float64Array | undefined) =>
    Float64Array.from(period ?? [], (value) => Math.min(high, Math.max(low, value)))
  return { kind, reference: bounded(numbers[0]), current: bounded(numbers[1]) }
}

function finiteRange(periods: readonly Float64Array[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const period of periods)
    for (const value of period)
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)]
  return low <= high ? [low, high] : [Number.NaN, Number.NaN]
}

/** A cell of a column of numbers: NaN where it is missing or another text. */
function numberOf(cell: string | null): number {
  const text = canonicalText(cell)
  return text === 'true' || text === 'false' ? Number(text === 'true') : numberOfCell(text)
}

async function readPeriod(
  engine: AggregateEngine,
  request: PeriodRequest,
): Promise<{ readonly period: Period; readonly cells: readonly Cells[] }> {
  const { columns, outcomes, time, later } = request
  const known = new Set(engine.table.columns.map(({ name }) => name))
  const extra = [
    ...(time === null || !known.has(time) ? [] : [time]),
    ...(later === null ? [] : [later.identifier]),
  ]
  const names = [...columns.map(({ name }) => name), ...extra]
  const cells = names.map((): (string | null)[] => [])
  const [label, predicted, score]: [number[], number[], number[]] = [[], [], []]
  const batches = engine.read({
    columns: names.map((name) => ({ name, as: 'text' })),
    outcomes: { ...outcomes, label: known.has(outcomes.label) ? outcomes.label : null },
    stride: Math.ceil(engine.table.rows / sampleRowsMax),
    batchRows,
    signal: request.signal,
  })
  for await (const batch of batches) {
    assert(batch.outcomes !== null, 'outcomes were asked for')
    for (const [n, column] of batch.columns.entries())
      for (const cell of column) cells[n]?.push(typeof cell === 'number' ? `${cell}` : cell)
    label.push(...batch.outcomes.label)
    predicted.push(...batch.outcomes.predicted)
    score.push(...batch.outcomes.score)
  }
  const labels = Uint8Array.from(label)
  if (later !== null) await fillLabels(labels, cells.at(-1) ?? [], { ...later, request })
  const times = time !== null && known.has(time) ? (cells[columns.length] ?? []) : null
  return {
    period: {
      rows: label.length,
      label: labels,
      predicted: Uint8Array.from(predicted),
      score: scoresOf(engine, score),
      time: times?.map((cell) => canonicalText(cell) ?? '') ?? null,
    },
    cells: cells.slice(0, columns.length),
  }
}

/** Scores that are there for every row, or for none. */
function scoresOf({ table }: AggregateEngine, score: readonly number[]): Float64Array | null {
  if (score.every(Number.isNaN)) return null
  const odd = score.findIndex((value) => !(value >= 0 && value <= 1))
  if (odd >= 0)
    throw new OperatingError(
      'data-unsuitable',
      `${table.path}: a score is ${Number.isNaN(score[odd]) ? 'missing' : `\`${score[odd]}\``}; every row needs a probability from 0 to 1`,
    )
  return Float64Array.from(score)
}

/** Labels of another table, found by the identifier; rows it does not name keep what they have. */
async function fillLabels(
  labels: Uint8Array,
  identifiers: Cells,
  later: {
    readonly engine: AggregateEngine
    readonly identifier: string
    readonly request: PeriodRequest
  },
): Promise<void> {
  const { engine, identifier, request } = later
  const rowOf = new Map<string, number>()
  for (const [row, cell] of identifiers.entries()) {
    const key = canonicalText(cell)
    if (key === null) continue
    if (rowOf.has(key)) throw named(engine, identifier, key)
    rowOf.set(key, row)
  }
  const filled = new Uint8Array(labels.length)
  const { label, positiveClass } = request.outcomes
  const batches = engine.read({
    columns: [
      { name: identifier, as: 'text' },
      { name: label, as: 'text' },
    ],
    batchRows,
    signal: request.signal,
  })
  for await (const { columns, rows } of batches)
    for (let n = 0; n < rows; n++) {
      const [key, value] = [textAt(columns[0], n), textAt(columns[1], n)]
      const row = key === null ? undefined : rowOf.get(key)
      if (key === null || row === undefined || value === null) continue
      if (filled[row] === 1) throw named(engine, identifier, key)
      filled[row] = 1
      // INVARIANT: a label is one of two classes; `checkPeriods` refuses any other.
      labels[row] = Number(value === positiveClass)
    }
}

/** The canonical text of a cell. */
function textAt(column: ColumnBatch['columns'][number] | undefined, row: number): string | null {
  const cell = column?.[row]
  return typeof cell === 'string' ? canonicalText(cell) : null
}

const named = ({ table }: AggregateEngine, identifier: string, key: string) =>
  new OperatingError(
    'data-unsuitable',
    `${table.path}: \`${identifier}\` \`${key.slice(0, 64)}\` names more than one row, so no label can be joined by it`,
  )
