// The checks of the data for one system: what is wrong with the rows it is tested on, beside those it learnt from, and which labels
// are likely wrong. Findings are told in shares and counts: which rows they are, the report does not say, for a row is a person.

import { canonicalText } from '../dataset-values.ts'
import type { Measure, MeasureName } from '../measure.ts'
import { numbersOfCells } from '../number-cells.ts'
import type { AggregateEngine } from '../ports.ts'
import { pause } from '../scoring-interruption.ts'
import { type ColumnSummary, summariseColumns } from './column-summaries.ts'
import type { ComparedColumns } from './compared-columns.ts'
import type { ColumnVariety, DuplicateColumns } from './columns.ts'
import { type DataQualityFindings, findDataQuality, type TableSample } from './find-data-quality.ts'
import type { DataMeasure } from './findings.ts'
import { type LabelFindings, lookAtLabels } from './look-at-labels.ts'
import type { MissingByGroup } from './missingness.ts'
import type { OrderLeak } from './order-leakage.ts'
import { readTable, type TableRoles } from './read-table.ts'
import type { Population, Representation } from './representation.ts'
import type { ColumnPower } from './single-columns.ts'

/** What to look at. */
export interface DataCheckRequest extends TableRoles {
  readonly test: AggregateEngine
  /** The rows that the model learnt from; null where none are named. */
  readonly train: AggregateEngine | null
  readonly protectedColumns: readonly string[]
  /** Columns that say where a row comes from. */
  readonly sources: readonly string[]
  readonly population: Population
  readonly seed: number
  readonly confidence: number
  /** Which checks run. */
  readonly quality: boolean
  readonly labels: boolean
}

/** What was found, as a report tells it. */
export interface DataFindings {
  readonly rows: number
  /** Every column of the table at a glance; null where the check is off, or for a table too large to read once more. */
  readonly columns: readonly ColumnSummary[] | null
  readonly quality: QualityFindings | null
  readonly labels: LabelFindings | null
}

/** What is wrong with the table. */
interface QualityFindings {
  /** How rows were looked for in the training data; null without them. */
  readonly compared: ComparedColumns | null
  /** Shares of rows: duplicates, overlaps, repetitions, conflicts. */
  readonly shares: readonly DataMeasure[]
  /** Rows that no model can be right about; null without labels. */
  readonly unattainable: number | null
  readonly powers: readonly ColumnPower[]
  readonly order: readonly OrderLeak[]
  /** Columns that hardly vary. */
  readonly constant: readonly ColumnVariety[]
  readonly duplicates: readonly DuplicateColumns[]
  /** Missing values that one group has more or fewer of. */
  readonly missing: readonly MissingByGroup[]
  /** Comparisons made of them. */
  readonly missing_compared: number
  readonly representation: readonly Representation[]
}

/** Looks at the data; null where neither check is asked for. */
export async function lookAtData(
  request: DataCheckRequest,
): Promise<{ readonly findings: DataFindings; readonly measures: readonly Measure[] } | null> {
  if (!request.quality && !request.labels) return null
  const test = await readTable(request.test, request)
  const train = request.train === null ? null : await readTable(request.train, request)
  const error = 1 - request.confidence
  const quality = request.quality
    ? await findDataQuality({
        table: test,
        training: train,
        labelKind: 'category',
        protectedColumns: request.protectedColumns,
        population: request.population,
        seed: request.seed,
        error,
        signal: request.signal,
      })
    : null
  await pause(request.signal)
  const labels = request.labels ? lookAtLabels(train, test, { ...request, error }) : null
  const found = [...(quality?.measures ?? []), ...(labels?.measures ?? [])]
  return {
    findings: {
      rows: test.columns[0]?.cells.length ?? 0,
      columns: quality === null ? null : await summaries(request, test),
      quality: quality === null ? null : reported(quality),
      labels: labels?.findings ?? null,
    },
    measures: [...found.map(measureOf), ...worstOfColumns(found)],
  }
}

/** The columns without identifiers: numbers where every value of the sample is one. */
function summaries({ test, label, signal }: DataCheckRequest, sample: TableSample) {
  const declared = new Map(test.table.columns.map(({ name, kind }) => [name, kind]))
  const columns = sample.columns.map(({ name, cells }) => {
    const kind = declared.get(name)
    const known = cells.filter((cell) => canonicalText(cell) !== null)
    const isNumber =
      kind === 'number' ||
      (kind === 'text' && test.table.format === 'csv' && numbersOfCells(known) !== null)
    return {
      name,
      kind: isNumber && known.length > 0 ? ('number' as const) : ('category' as const),
    }
  })
  const all =
    sample.label === null ? columns : [...columns, { name: label, kind: 'category' as const }]
  return summariseColumns(test, all, signal)
}

const reported = (found: DataQualityFindings): QualityFindings => ({
  shares: found.measures.filter(({ name, group }) => rowShares.has(name) && group === null),
  compared: found.leakage?.by ?? null,
  unattainable: found.conflicts?.unattainable ?? null,
  powers: found.powers ?? [],
  order: found.orderLeaks.filter(({ tells }) => tells),
  constant: found.varieties.filter(({ variety }) => variety !== 'varies'),
  duplicates: found.duplicateColumns,
  missing: found.missing.filter(({ differs }) => differs),
  missing_compared: found.missing.length,
  representation: found.representation,
})

const rowShares = new Set([
  'leakage.exact_duplicates',
  'leakage.exact_duplicates_with_label',
  'leakage.near_duplicates',
  'leakage.subject_overlap',
  'leakage.time_overlap',
  'quality.repeated_rows',
  'quality.conflicting_labels',
])

/** A measure of the data as policies know it: over the column, its slice the group. */
function measureOf({ name, column, group, value, low, high, n, note }: DataMeasure): Measure {
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names are those of the catalogues of this folder
    measure: name as MeasureName,
    over: column === null ? [] : [column],
    slice: column === null || group === null ? null : { [column]: group },
    value,
    low,
    high,
    n,
    ...(note === undefined ? {} : { note }),
  }
}

/** Over no column: the largest of any, for those where large is bad. */
function worstOfColumns(found: readonly DataMeasure[]): Measure[] {
  return ['leakage.predictive_power', 'leakage.subject_overlap', 'quality.missing_share'].flatMap(
    (name) => {
      const known = found.filter((one) => one.name === name && one.value !== null)
      if (known.length === 0) return []
      const most = (of: (one: DataMeasure) => number | null) =>
        Math.max(...known.map((one) => of(one) ?? 0))
      const n = Math.max(...known.map((one) => one.n))
      const value = most((one) => one.value)
      const [low, high] = [most((one) => one.low), most((one) => one.high)]
      return [measureOf({ name, column: null, group: null, value, low, high, n })]
    },
  )
}
