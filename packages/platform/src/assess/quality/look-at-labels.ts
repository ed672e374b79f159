// Which labels are likely wrong, in a table of which a model learnt or is tested on.

import { type CodedColumn, codeColumn } from '../checks/coding.ts'
import { canonicalText, shortened } from '../dataset-values.ts'
import {
  classRowsMin,
  findLabelErrors,
  type LabelAnomaly,
  type LabelConfusion,
} from '../label-errors/find-label-errors.ts'
import type { TableSample } from './find-data-quality.ts'
import type { DataMeasure } from './findings.ts'

/** Rare labels that are named. */
const rareMax = 10

/** Labels that are likely wrong. */
export interface LabelFindings {
  /** Which rows: those the model learnt from, where they are named. */
  readonly of: 'train' | 'test'
  readonly rows: number
  /** Labels that fewer than ten rows have, the most frequent first: most likely misspelt. Their rows are not looked at further. */
  readonly rare: readonly { readonly label: string; readonly rows: number }[]
  readonly tells: boolean
  readonly issues: number
  readonly confusions: readonly LabelConfusion[]
  /** Classes and sources that differ from the others. */
  readonly anomalies: readonly LabelAnomaly[]
  readonly share: DataMeasure | null
}

/** Looks at the labels of the training data, or else of the test data; null where fewer than two classes have ten rows. */
export function lookAtLabels(
  train: TableSample | null,
  test: TableSample,
  by: { readonly sources: readonly string[]; readonly seed: number; readonly error: number },
): { readonly findings: LabelFindings; readonly measures: readonly DataMeasure[] } | null {
  const isTrained = train !== null && train.label !== null
  const { table, rare } = labelled(isTrained ? train : test)
  const label = table.label === null ? null : codeColumn(table.label.name, table.label.cells)
  if (label === null) return null
  const columns = table.columns
    .map(({ name, cells }) => codeColumn(name, cells))
    .filter((column): column is CodedColumn => column !== null)
  const found = findLabelErrors({
    columns: columns.filter(({ name }) => !by.sources.includes(name)),
    label,
    sources: columns.filter(({ name }) => by.sources.includes(name)),
    probabilities: null,
    repeated: null,
    filter: 'prune_by_noise_rate',
    rankedBy: 'self_confidence',
    seed: by.seed,
    error: by.error,
  })
  if (found === null) return null
  return {
    findings: {
      of: isTrained ? 'train' : 'test',
      rows: found.rows,
      rare,
      tells: found.tellsLabels,
      issues: found.issueCount,
      confusions: found.confusions,
      anomalies: found.anomalies.filter(({ differs }) => differs),
      share: found.measures.find(({ column }) => column === null) ?? null,
    },
    measures: found.measures,
  }
}

/** The rows whose label at least ten have; the other labels apart. */
function labelled(table: TableSample): { table: TableSample; rare: LabelFindings['rare'] } {
  const { label } = table
  if (label === null) return { table, rare: [] }
  const labels = label.cells.map(canonicalText)
  const counts = new Map<string, number>()
  for (const text of labels) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1)
  const isKept = (text: string | null) => text !== null && (counts.get(text) ?? 0) >= classRowsMin
  const kept = [...labels.keys()].filter((row) => isKept(labels[row] ?? null))
  const cut = ({ name, cells }: (typeof table.columns)[number]) => ({
    name,
    cells: kept.map((row) => cells[row] ?? null),
  })
  return {
    table: { ...table, columns: table.columns.map(cut), label: cut(label) },
    rare: [...counts]
      .filter(([text]) => !isKept(text))
      .map(([text, rows]) => ({ label: shortened(text), rows }))
      .toSorted((a, b) => b.rows - a.rows)
      .slice(0, rareMax),
  }
}
