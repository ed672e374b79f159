// Results of Fairlearn from JSON. Fairlearn has no file format of its own: teams write the tables of a `MetricFrame`
// as pandas does, or a dictionary of them, or of numbers that its functions gave. Versions before 0.5 also gave a
// summary per group and a dashboard.

import {
  type ImportedResult,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@proofhouse/evidence'
import { isDashboard, readDashboard } from './fairlearn-dashboard.ts'
import {
  checkCounts,
  type ImportedFile,
  columnIn,
  nameOf,
  numbersIn,
  objectIn,
  refuseImport,
  textIn,
} from './import-form.ts'
import { comparisonMeasure, criterionMeasure, rateMeasure } from './measure-names.ts'
import { type Cell, namedIndex, readTable, type TableReading } from './pandas-tables.ts'

/** What a file of Fairlearn's does not say by itself. */
export interface FairlearnReading {
  /** The columns that make the groups; null for the only protected one. */
  readonly over: readonly string[] | null
  /** The control columns of the frame, which stand before the groups. */
  readonly within: readonly string[]
  /** The metric of a file that holds a single one; null where the file names its own. */
  readonly metric: string | null
  readonly protectedColumns: readonly string[]
  /** The system's control columns: taken for those of the frame where its index names them. */
  readonly controlColumns: readonly string[]
}

/** The columns of a file's groups, as far as they are known. */
interface Columns {
  readonly over: readonly string[]
  readonly within: readonly string[]
  readonly metric: string | null
}

/** What a `MetricFrame` compares its groups by: the section of a dictionary, and the form of our measure. */
const comparisons = {
  difference: 'difference',
  ratio: 'ratio',
  difference_to_overall: 'difference_to_overall',
  ratio_to_overall: 'ratio_to_overall',
  group_min: 'group_min',
  group_max: 'group_max',
} as const

const isComparison = (name: string): name is keyof typeof comparisons =>
  Object.hasOwn(comparisons, name)

/** Reads Fairlearn's results. @throws import-malformed, limit-exceeded */
export function readFairlearn(value: JsonValue, reading: FairlearnReading): ImportedFile {
  const whole = { peerVersion: null, made: null, tests: [], leftOut: 0 }
  if (isDashboard(value)) return checkCounts(readDashboard(value))
  const sections = sectionsOf(value)
  if (sections !== null) {
    const columns = columnsOf(reading, named(sections['by_group']))
    const read = Object.entries(sections).map(([name, of]) => ({
      of,
      found: section(name, of, columns),
    }))
    return checkCounts({
      ...whole,
      form: 'metric frame',
      peerVersion: textIn(sections['fairlearn_version']),
      results: read.flatMap(({ found }) => found),
      leftOut: read.reduce((sum, { of, found }) => sum + (found.length > 0 ? 0 : numbersIn(of)), 0),
    })
  }
  const columns = columnsOf(reading, named(value))
  if (isFlat(value) && (!isJsonObject(value) || reading.metric === null))
    return checkCounts({ ...whole, form: 'numbers', results: namedNumbers(value, columns) })
  return checkCounts({ ...whole, form: 'by group', results: section('by_group', value, columns) })
}

const named = (value: JsonValue | undefined) => (value === undefined ? null : namedIndex(value))

/** A dictionary of a frame's parts; null where the value is one part alone. */
function sectionsOf(value: JsonValue): JsonObject | null {
  if (!isJsonObject(value)) return null
  return Object.hasOwn(value, 'by_group') ||
    (isJsonObject(value['overall']) && Object.keys(value).some(isComparison))
    ? value
    : null
}

/** Whether there are no groups in it: a number, or names with a number each. */
const isFlat = (value: JsonValue): boolean =>
  typeof value === 'number' ||
  (isJsonObject(value) && Object.values(value).every((of) => typeof of === 'number' || of === null))

/** The columns that make the groups. @throws import-malformed where nothing says them */
function columnsOf(reading: FairlearnReading, index: readonly string[] | null): Columns {
  const { metric, protectedColumns, controlColumns } = reading
  const within =
    reading.within.length > 0 || index === null
      ? reading.within
      : index.filter((name) => controlColumns.includes(name))
  const own = index?.filter((name) => !within.includes(name))
  const over = reading.over ?? own ?? (protectedColumns.length === 1 ? protectedColumns : null)
  if (over === null || over.length === 0)
    return refuseImport(
      'the file does not say which columns make its groups; name them in `--over`, ' +
        `such as \`--over ${protectedColumns[0]}\``,
    )
  return { over: over.map(columnIn), within: within.map(columnIn), metric }
}

/** One part of a frame. What is neither a table nor numbers of a frame is left to its own name. */
function section(name: string, value: JsonValue, columns: Columns): ImportedResult[] {
  const { over, within, metric } = columns
  if (name === 'by_group') {
    const all = [...within, ...over]
    return cellsOf(value, all, metric).map((cell) => rate(name, cell, { columns: all, metric }))
  }
  if (name === 'overall')
    return cellsOf(value, within, metric).map((cell) =>
      rate(name, cell, { columns: within, metric }),
    )
  if (isComparison(name))
    return cellsOf(value, within, metric).map((cell) => comparison(name, cell, columns))
  return typeof value === 'number' ? numbers({ [name]: value }, columns) : []
}

/** The cells of a table whose rows are those of some columns; with no columns it is a row of numbers. */
function cellsOf(
  value: JsonValue,
  index: readonly string[],
  metric: string | null,
): readonly Cell[] {
  if (index.length > 0)
    return readTable(value, {
      index,
      levels: index.length,
      isColumn: (name) => rateMeasure(name) !== null || name === 'count',
    } satisfies TableReading).cells
  if (typeof value === 'number') return [{ column: metric, key: [], value }]
  if (!isFlat(value)) return refuseImport('the numbers of everyone are not one for each metric')
  return Object.entries(objectIn(value)).map(([column, of]) => ({
    column,
    key: [],
    value: typeof of === 'number' ? of : null,
  }))
}

/** A metric of a group, or of everyone. */
function rate(
  part: string,
  { column, key, value }: Cell,
  { columns, metric }: { readonly columns: readonly string[]; readonly metric: string | null },
): ImportedResult {
  const name = metricOf(column, metric)
  return {
    name: nameOf(`${part}.${name}`),
    measure: rateMeasure(name),
    over: columns,
    slice: columns.length === 0 ? null : sliceOf(columns, key),
    value,
  }
}

/** What a frame says over all groups, among all rows or those of a control level. */
function comparison(
  form: keyof typeof comparisons,
  { column, key, value }: Cell,
  { over, within, metric }: Columns,
): ImportedResult {
  const name = metricOf(column, metric)
  return {
    name: nameOf(`${form}.${name}`),
    measure: comparisonMeasure(name, comparisons[form]),
    over,
    slice: null,
    ...(within.length === 0 ? {} : { within: sliceOf(within, key) }),
    value,
  }
}

/** Numbers by name: metrics of everyone, and what Fairlearn's functions gave over the groups. */
function numbers(value: JsonValue, { over, metric }: Columns): ImportedResult[] {
  const cells = cellsOf(value, [], metric)
  return cells.map(({ column, value: number }) => {
    const name = metricOf(column, metric)
    const criterion = criterionMeasure(name)
    return {
      name: nameOf(name),
      measure: criterion ?? rateMeasure(name),
      over: criterion === null ? [] : over,
      slice: null,
      value: number,
    }
  })
}

/** Numbers by name, where groups without a metric would look the same. */
function namedNumbers(value: JsonValue, columns: Columns): ImportedResult[] {
  const found = numbers(value, columns)
  if (columns.metric === null && found.every(({ measure }) => measure === null))
    refuseImport(
      'none of the names is one of a metric: if they are groups, say of which metric ' +
        'in `--metric`, such as `--metric selection_rate`',
    )
  return found
}

function metricOf(column: string | null, metric: string | null): string {
  const name = metric ?? column
  return (
    name ??
    refuseImport(
      'the file holds values of one metric and does not name it; say which in `--metric`, ' +
        'such as `--metric selection_rate`',
    )
  )
}

/** Column → value. */
const sliceOf = (columns: readonly string[], key: readonly string[]) =>
  Object.fromEntries(columns.map((column, n) => [column, key[n] ?? '']))
