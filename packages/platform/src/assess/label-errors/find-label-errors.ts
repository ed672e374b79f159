// Labels that are likely wrong, and where they lie: confident learning over out-of-sample probabilities, outliers and repeated
// rows, and the classes and sources that have more of them than the others.

import { assert } from '@proofhouse/evidence'
import { missingGroup } from '../dataset-values.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { type DataMeasure, measured, shareMeasure, undefinedMeasure } from '../quality/findings.ts'
import { comparisonsOf, groupShares, type GroupShare } from '../quality/group-shares.ts'
import {
  type ClassProbabilities,
  likeliestClass,
  outOfSampleProbabilities,
} from './class-probabilities.ts'
import { entryOf, estimatedJoint } from './confident-joint.ts'
import { findLabelIssues, type LabelIssueFilter } from './label-issues.ts'
import { labelQuality, type LabelQualityMethod } from './label-quality.ts'
import { findOutliers, type Outliers } from './outliers.ts'
import { tellsLabels } from './tells-labels.ts'

/** Rows named at most. */
const namedMax = 20
/** Rows that may be given at most. */
const rowsMax = 100_000
/** Rows of every class below which nothing is said: each of five parts must learn from some. */
export const classRowsMin = 10

/** What to look at. */
export interface LabelErrorRequest {
  /** Columns that may tell the label: neither the label nor an identifier. */
  readonly columns: readonly CodedColumn[]
  /** The given labels; rows without one are left out before. At most 100,000 rows. */
  readonly label: CodedColumn
  /** Columns that say where a row comes from: a file, a site, who labelled it. */
  readonly sources: readonly CodedColumn[]
  /** Probabilities by a model that did not learn from these rows; null to learn them here. */
  readonly probabilities: ClassProbabilities | null
  /** 1 for each row that repeats an earlier one; null where that is unknown. */
  readonly repeated: Uint8Array | null
  readonly filter: LabelIssueFilter
  readonly rankedBy: LabelQualityMethod
  readonly seed: number
  /** The chance that any interval of these findings misses. */
  readonly error: number
}

/** A label that is likely wrong. */
interface LabelIssue {
  readonly row: number
  readonly given: string
  /** The likeliest class. */
  readonly likely: string
  /** From 0 to 1; the lower, the less believable the label. */
  readonly quality: number
}

/** An estimated kind of error: rows labelled `given` that are `likely`. */
export interface LabelConfusion {
  readonly given: string
  readonly likely: string
  /** Estimated share of all rows. */
  readonly share: number
}

/** A property of rows that a class or a source has more or less of than the others. */
export interface LabelAnomaly extends GroupShare {
  readonly kind: 'label_issue' | 'outlier' | 'repeated'
}

/** What was found; null in place of it where there is too little to learn from. */
export interface LabelErrorFindings {
  readonly rows: number
  readonly probabilitiesBy: 'boosting' | 'model'
  /** Whether the probabilities tell anything of the labels; where they do not, no label is called wrong. */
  readonly tellsLabels: boolean
  /** The least believable first. */
  readonly issues: readonly LabelIssue[]
  readonly issueCount: number
  /** By estimated share, the largest first. */
  readonly confusions: readonly LabelConfusion[]
  /** Rows far from all others, the farthest first. */
  readonly outliers: readonly { readonly row: number; readonly score: number }[]
  /** Every class and source, with how it differs from the others. */
  readonly anomalies: readonly LabelAnomaly[]
  readonly measures: readonly DataMeasure[]
}

/** Looks for wrong labels; null where a class has fewer than ten rows, or there is only one. */
export function findLabelErrors(request: LabelErrorRequest): LabelErrorFindings | null {
  const { label, columns, filter, error } = request
  const rows = label.codes.length
  assert(rows <= rowsMax, 'a sample holds at most 100,000 rows')
  assert(!label.labels.includes(missingGroup), 'rows without a label are left out before')
  if (label.labels.length < 2 || smallestClass(label) < classRowsMin) return null
  if (request.probabilities === null && columns.length === 0) return null
  const probabilities =
    request.probabilities ?? outOfSampleProbabilities(columns, label, request.seed)
  assert(
    probabilities.values.length === rows * label.labels.length,
    'every row has a probability of every class',
  )
  const tells = tellsLabels(label.codes, probabilities, error / 2)
  const issues = tells ? findLabelIssues(label.codes, probabilities, filter) : new Uint8Array(rows)
  const outliers = findOutliers(columns, rows)
  const issueCount = issues.reduce((sum, issue) => sum + issue, 0)
  const properties = propertiesOf(request, tells ? issues : null, outliers)
  const tail = error / 2 / (1 + properties.length * comparisonsAmong(request))
  const anomalies = findAnomalies(request, properties, tail)
  const everyone = { name: anomalyNames.label_issue }
  return {
    rows,
    probabilitiesBy: request.probabilities === null ? 'boosting' : 'model',
    tellsLabels: tells,
    issues: namedIssues(request, probabilities, issues),
    issueCount,
    confusions: tells ? confusionsOf(label, probabilities) : [],
    outliers: farthest(outliers),
    anomalies,
    measures: [
      tells
        ? shareMeasure(everyone, { successes: issueCount, trials: rows }, tail)
        : undefinedMeasure(everyone, {
            n: rows,
            note: 'undefined: the columns tell nothing of the label',
          }),
      ...anomalies.map(anomalyMeasure),
    ],
  }
}

function smallestClass({ codes, labels }: CodedColumn): number {
  const counts = labels.map(() => 0)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return Math.min(...counts)
}

function namedIssues(
  { label, rankedBy }: LabelErrorRequest,
  probabilities: ClassProbabilities,
  issues: Uint8Array,
): LabelIssue[] {
  const quality = labelQuality(label.codes, probabilities, rankedBy)
  const nameOf = (code: number) => label.labels[code] ?? ''
  return [...issues.keys()]
    .filter((row) => issues[row] === 1)
    .toSorted((a, b) => (quality[a] ?? 0) - (quality[b] ?? 0) || a - b)
    .slice(0, namedMax)
    .map((row) => ({
      row,
      given: nameOf(label.codes[row] ?? 0),
      likely: nameOf(likeliestClass(probabilities, row)),
      quality: quality[row] ?? 0,
    }))
}

function confusionsOf(label: CodedColumn, probabilities: ClassProbabilities): LabelConfusion[] {
  const joint = estimatedJoint(label.codes, probabilities)
  return label.labels
    .flatMap((given, from) =>
      label.labels.map((likely, to) => ({
        given,
        likely,
        share: from === to ? 0 : entryOf(joint, from, to),
      })),
    )
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share)
    .slice(0, namedMax)
}

function farthest(outliers: Outliers | null) {
  if (outliers === null) return []
  return Array.from(outliers.rows, (row, at) => ({
    row,
    score: outliers.scores[at] ?? 1,
    isOutlier: outliers.isOutlier[at] === 1,
  }))
    .filter(({ isOutlier }) => isOutlier)
    .toSorted((a, b) => a.score - b.score || a.row - b.row)
    .slice(0, namedMax)
    .map(({ row, score }) => ({ row, score }))
}

interface Property {
  readonly kind: LabelAnomaly['kind']
  readonly flagged: (row: number) => boolean | null
}

function propertiesOf(
  { repeated }: LabelErrorRequest,
  issues: Uint8Array | null,
  outliers: Outliers | null,
): Property[] {
  const isOutlier = new Map(
    Array.from(outliers?.rows ?? [], (row, at) => [row, outliers?.isOutlier[at] === 1]),
  )
  const properties: Property[] = [{ kind: 'outlier', flagged: (row) => isOutlier.get(row) ?? null }]
  if (issues !== null)
    properties.unshift({ kind: 'label_issue', flagged: (row) => issues[row] === 1 })
  if (repeated !== null)
    properties.push({ kind: 'repeated', flagged: (row) => repeated[row] === 1 })
  return properties
}

function comparisonsAmong({ label, sources }: LabelErrorRequest): number {
  return [label, ...sources].reduce((sum, column) => sum + comparisonsOf(column), 0)
}

/** Every property over the classes and the sources. */
function findAnomalies(
  { label, sources }: LabelErrorRequest,
  properties: readonly Property[],
  tail: number,
): LabelAnomaly[] {
  const columns = [label, ...sources]
  return properties.flatMap(({ kind, flagged }) =>
    columns.flatMap((column) =>
      groupShares(column, flagged, tail).map((share) => ({ kind, ...share })),
    ),
  )
}

const anomalyNames = {
  label_issue: 'labels.issue_share',
  outlier: 'labels.outlier_share',
  repeated: 'labels.repeated_share',
} as const

function anomalyMeasure({ kind, column, group, share, limits, n }: LabelAnomaly): DataMeasure {
  return measured({ name: anomalyNames[kind], column, group }, { value: share, limits, n })
}
