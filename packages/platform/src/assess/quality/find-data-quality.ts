// What is wrong with the data, before any model: test rows that were learnt, columns that give the label away, columns and rows that
// teach nothing or contradict, groups that are missing or lack values.

import { codeColumn } from '../checks/coding.ts'
import { shortened } from '../dataset-values.ts'
import {
  type ColumnVariety,
  columnVarieties,
  type DuplicateColumns,
  duplicateColumns,
} from './columns.ts'
import {
  type Conflicts,
  conflictingLabels,
  type Coverage,
  exactOverlap,
  nearOverlap,
  type Overlap,
  type OverlapCounts,
  overlapMeasure,
  repeatedRows,
} from './duplicates.ts'
import { type ComparedColumns, comparedColumns } from './compared-columns.ts'
import { type DataMeasure, measured, undefinedMeasure } from './findings.ts'
import { type MissingByGroup, missingByGroup } from './missingness.ts'
import { findOrderLeaks, type OrderLeak } from './order-leakage.ts'
import { pause } from '../scoring-interruption.ts'
import { type SubjectOverlap, subjectOverlap, type TimeOverlap, timeOverlap } from './overlap.ts'
import { findRepresentation, type Population, type Representation } from './representation.ts'
import { canonicalColumn, type CellColumn, keyTables, type KeyedTable } from './row-keys.ts'
import { type ColumnPower, columnPowers } from './single-columns.ts'

/** Rows of a table, its cells as they stand there: all of them, or every n-th in the order of the file; at most 100,000. */
export interface TableSample {
  /** Share of the table's rows that are here: above 0, at most 1. */
  readonly part: number
  /** Columns with no other role: neither label nor identifier nor time. */
  readonly columns: readonly CellColumn[]
  /** Null for data without labels. */
  readonly label: CellColumn | null
  readonly identifiers: readonly CellColumn[]
  /** Null for data without times. */
  readonly times: Times | null
}

/** When rows are about. */
export interface Times {
  /** Milliseconds since 1970, NaN where there is none. */
  readonly instants: Float64Array
  /** The first cell that is no instant; null where all are. */
  readonly unreadable: string | null
}

/** What to look at. */
export interface DataQualityRequest {
  readonly table: TableSample
  /** The rows that the model learnt from; null where they are not known. */
  readonly training: TableSample | null
  readonly labelKind: 'category' | 'number'
  readonly protectedColumns: readonly string[]
  readonly population: Population
  readonly seed: number
  /** The chance that any interval of one kind of finding misses. */
  readonly error: number
  readonly signal?: AbortSignal | undefined
}

/** Rows and subjects in the table and in the training data; null for what could not be compared. */
interface LeakageFindings {
  /** The columns by which rows were compared. */
  readonly by: ComparedColumns
  readonly exact: Overlap | null
  readonly exactWithLabel: Overlap | null
  readonly near: Overlap | null
  readonly subjects: readonly SubjectOverlap[]
  readonly time: TimeOverlap | null
  /** A time that could be read in several ways or not at all, so that times were not compared. */
  readonly unreadableTime: string | null
}

/** What was found. */
export interface DataQualityFindings {
  readonly rows: number
  readonly leakage: LeakageFindings | null
  /** Columns by how much each tells of the label; null without a label. */
  readonly powers: readonly ColumnPower[] | null
  readonly orderLeaks: readonly OrderLeak[]
  /** 1 for each row that equals an earlier one in every column and the label. */
  readonly repeated: Uint8Array
  readonly conflicts: Conflicts | null
  readonly varieties: readonly ColumnVariety[]
  readonly duplicateColumns: readonly DuplicateColumns[]
  readonly missing: readonly MissingByGroup[]
  readonly representation: readonly Representation[]
  readonly measures: readonly DataMeasure[]
}

/** Looks for what is wrong with a table, by itself and beside the one a model learnt from. @throws `interrupted` */
export async function findDataQuality(asked: DataQualityRequest): Promise<DataQualityFindings> {
  const request = {
    ...asked,
    table: canonicalTable(asked.table),
    training: asked.training === null ? null : canonicalTable(asked.training),
  }
  const { table, training, error, seed, signal } = request
  const { columns, label, identifiers } = table
  const [keyed] = keyTables([columns])
  const [whole] = keyTables([label === null ? columns : [...columns, label]])
  const coded = request.protectedColumns.flatMap((name) => {
    const column = columns.find((known) => known.name === name)
    return column === undefined ? [] : (codeColumn(name, column.cells) ?? [])
  })
  const codedLabel = label === null ? null : codeColumn(label.name, label.cells)
  await pause(signal)
  const found = {
    rows: keyed?.rows ?? 0,
    leakage: training === null ? null : findLeakage(training, table),
    powers:
      label === null
        ? null
        : await columnPowers(
            columns,
            { column: label, kind: request.labelKind },
            { seed, error, signal },
          ),
    orderLeaks: codedLabel === null ? [] : findOrderLeaks(codedLabel, identifiers, error),
    repeated: whole === undefined ? new Uint8Array() : repeatedRows(whole),
    conflicts: label === null || keyed === undefined ? null : conflictingLabels(keyed, label.cells),
    varieties: columnVarieties(columns, error),
    duplicateColumns: duplicateColumns(columns),
    missing: missingByGroup(columns, coded, error),
    representation: findRepresentation(columns, request.population, error),
  }
  return { ...found, measures: [...rowMeasures(found, request), ...columnMeasures(found)] }
}

function canonicalTable(table: TableSample): TableSample {
  return {
    ...table,
    columns: table.columns.map(canonicalColumn),
    label: table.label === null ? null : canonicalColumn(table.label),
    identifiers: table.identifiers.map(canonicalColumn),
  }
}

/** What the label is called on both sides; no column can be. */
const labelName = '\u0000label'

function findLeakage(training: TableSample, test: TableSample): LeakageFindings {
  const by = comparedColumns(training.columns, test.columns)
  const compared = new Set([...by.compared, labelName])
  const pairOf = (known: readonly CellColumn[], columns: readonly CellColumn[]) =>
    keyedBy(compared, known, columns)
  const both = by.note === null ? pairOf(training.columns, test.columns) : null
  const labelled =
    both === null || training.label === null || test.label === null
      ? null
      : pairOf(
          [...training.columns, { ...training.label, name: labelName }],
          [...test.columns, { ...test.label, name: labelName }],
        )
  return {
    by,
    exact: both === null ? null : exactOverlap(...both),
    exactWithLabel: labelled === null ? null : exactOverlap(...labelled),
    near: both === null ? null : nearOverlap(...both),
    subjects: test.identifiers.flatMap((column) => {
      const known = training.identifiers.find(({ name }) => name === column.name)
      return known === undefined ? [] : [subjectOverlap(known, column)]
    }),
    ...compareTimes(training.times, test.times),
  }
}

function compareTimes(
  training: Times | null,
  test: Times | null,
): Pick<LeakageFindings, 'time' | 'unreadableTime'> {
  if (training === null || test === null) return { time: null, unreadableTime: null }
  const unreadableTime = test.unreadable ?? training.unreadable
  const time = unreadableTime === null ? timeOverlap(training.instants, test.instants) : null
  return { time, unreadableTime }
}

/** Two tables keyed together, by the columns of these names that both have. */
function keyedBy(
  compared: ReadonlySet<string>,
  training: readonly CellColumn[],
  test: readonly CellColumn[],
): [KeyedTable, KeyedTable] {
  const pairs = test.flatMap((column) => {
    const known = training.find(({ name }) => name === column.name)
    return known === undefined || !compared.has(column.name) ? [] : [{ known, column }]
  })
  const [first, second] = keyTables([
    pairs.map(({ known }) => known),
    pairs.map(({ column }) => column),
  ])
  const none: KeyedTable = { rows: 0, values: [], hashes: [new Uint32Array(), new Uint32Array()] }
  return [first ?? none, second ?? none]
}

type Found = Omit<DataQualityFindings, 'measures'>

function rowMeasures(found: Found, { table, training, error }: DataQualityRequest): DataMeasure[] {
  const { leakage, conflicts, repeated } = found
  const { part } = table
  const within = { asked: part, among: part, tail: error / 2 }
  const between = { ...within, among: training?.part ?? 1 }
  const repeats = { rows: found.rows, found: repeated.reduce((sum, one) => sum + one, 0) }
  const of = (name: string, counts: OverlapCounts | null | undefined, by: Coverage) =>
    counts == null ? [] : [overlapMeasure({ name }, counts, by)]
  const near = leakage?.near
  const subjects = leakage?.subjects ?? []
  return [
    ...of('leakage.exact_duplicates', leakage?.exact, between),
    ...notCompared(leakage?.by.note ?? null),
    ...of('leakage.exact_duplicates_with_label', leakage?.exactWithLabel, between),
    ...of('leakage.near_duplicates', near, {
      ...between,
      asked: ((near?.rows ?? 0) / Math.max(1, found.rows)) * part,
    }),
    // Rows of one subject come together, so subjects are counted.
    ...subjects.map((one) =>
      overlapMeasure(
        { name: 'leakage.subject_overlap', column: one.column },
        { rows: one.subjects, found: one.sharedSubjects },
        { ...between, tail: error / 2 / subjects.length },
      ),
    ),
    ...of('leakage.time_overlap', leakage?.time, { ...within, asked: training?.part ?? 1 }),
    ...(leakage?.unreadableTime == null ? [] : [unreadable(leakage.unreadableTime)]),
    ...of('quality.repeated_rows', repeats, within),
    ...of('quality.conflicting_labels', conflicts, within),
  ]
}

/** The shares of rows that too few columns leave undefined; none where there are enough. */
const notCompared = (note: string | null): DataMeasure[] =>
  note === null
    ? []
    : ['exact_duplicates', 'exact_duplicates_with_label', 'near_duplicates'].map((name) =>
        undefinedMeasure({ name: `leakage.${name}` }, { n: 0, note }),
      )

const unreadable = (cell: string): DataMeasure =>
  undefinedMeasure(
    { name: 'leakage.time_overlap' },
    {
      n: 0,
      note: `undefined: the time \`${shortened(cell)}\` is no number and no date of ISO 8601, such as 2024-12-25`,
    },
  )

function columnMeasures(found: Found): DataMeasure[] {
  return [
    ...(found.powers ?? []).map(({ column, score, limits, n, note }) => {
      const subject = { name: 'leakage.predictive_power', column }
      return score === null || limits === null
        ? undefinedMeasure(subject, { n, note: note ?? 'undefined' })
        : measured(subject, { value: score, limits, n })
    }),
    ...found.orderLeaks.map(({ column, label, auc, limits, n }) =>
      measured({ name: 'leakage.order_auc', column, group: label }, { value: auc, limits, n }),
    ),
    ...found.varieties.map(({ column, share, limits, n }) =>
      measured({ name: 'quality.commonest_share', column }, { value: share, limits, n }),
    ),
    ...found.missing.map(({ missing, column, group, share, limits, n }) =>
      measured(
        { name: 'quality.missing_share', column: missing, group: `${column} = ${group}` },
        { value: share, limits, n },
      ),
    ),
    ...found.representation.map(({ column, group, share, limits, n }) =>
      measured({ name: 'quality.group_share', column, group }, { value: share, limits, n }),
    ),
  ]
}
