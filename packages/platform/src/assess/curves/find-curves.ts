// The curves of a binary classifier: of everyone, and of the groups of each protected column. Bounded in points and groups.
// INVARIANT: points of ROC and precision-recall carry no score, and groups with few rows of a class have no curve, so that
// nobody's score is told.

import { rocAuc } from '../intervals/roc-auc.ts'
import { labelTotals, type ScoreCounts } from '../score-counts.ts'
import { marginal, type Statistics } from '../statistics.ts'
import { type CalibrationCurve, calibrationCurve } from './calibration-curve.ts'
import { averagePrecision, precisionRecallCurve, rocCurve } from './rank-curves.ts'
import { thinPoints } from './thin-points.ts'
import {
  type SweepDisparity,
  type SweepPoint,
  sweep,
  sweepDisparities,
  sweepThresholds,
} from './threshold-sweep.ts'

/** Points of a curve at most. */
const pointsMax = 200
/** Groups of a column whose curves are kept, the largest first. */
const groupsMax = 12
/** Rows of each class below which a group has no curve. */
const classRowsMin = 10

/** The curves of one set of rows. */
export interface ScoreCurves {
  /** Null for everyone. */
  readonly group: string | null
  readonly n: number
  readonly positives: number
  readonly roc: {
    readonly auc: number
    /** From (0, 0) to (1, 1). */
    readonly points: readonly { readonly fpr: number; readonly tpr: number }[]
  }
  readonly precision_recall: {
    readonly average_precision: number
    /** From recall 0; the precision holds from the point before to this one. */
    readonly points: readonly { readonly recall: number; readonly precision: number }[]
  }
  readonly calibration: CalibrationCurve
  /** By ascending threshold, the same thresholds for every group. */
  readonly sweep: readonly SweepPoint[]
}

/** The curves of the groups of one column. */
export interface ColumnCurves {
  readonly column: string
  readonly groups: readonly ScoreCurves[]
  /** Groups without curves: too few rows of a class, or beyond the largest. */
  readonly left_out: readonly string[]
  /** Over all groups with rows, whether they have curves or not. */
  readonly disparities: readonly SweepDisparity[]
}

/** Every curve of a report. */
export interface CurveFindings {
  /** Score at or above which a row is selected; null where no one score decides. */
  readonly threshold: number | null
  readonly everyone: ScoreCurves
  readonly columns: readonly ColumnCurves[]
}

/** What to draw. */
export interface CurveRequest {
  readonly protectedColumns: readonly string[]
  readonly threshold: number | null
  /** Coverage of the limits of a calibration curve, over its bins together. */
  readonly confidence: number
}

/** The curves; null for a system without scores, or where a class has too few rows. */
export function findCurves(statistics: Statistics, request: CurveRequest): CurveFindings | null {
  const all = marginal(statistics, []).cells[0]?.scores ?? null
  if (all === null) return null
  const by = { ...request, thresholds: sweepThresholds(all, request.threshold) }
  const everyone = curvesOf(null, all, by)
  if (everyone === null) return null
  return {
    threshold: request.threshold,
    everyone,
    columns: request.protectedColumns.map((column) => curvesBy(statistics, column, by)),
  }
}

type Setting = CurveRequest & { readonly thresholds: readonly number[] }

function curvesBy(statistics: Statistics, column: string, by: Setting): ColumnCurves {
  const cells = marginal(statistics, [column]).cells.flatMap(({ cell, scores }) =>
    scores === null ? [] : [{ group: cell[0] ?? '', scores, rows: rowsOfScores(scores) }],
  )
  const groups = cells
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, groupsMax)
    .flatMap(({ group, scores }) => curvesOf(group, scores, by) ?? [])
  const kept = new Set(groups.map(({ group }) => group))
  return {
    column,
    groups,
    left_out: cells.map(({ group }) => group).filter((group) => !kept.has(group)),
    disparities: sweepDisparities(
      cells.map(({ scores }) => scores),
      by.thresholds,
    ),
  }
}

function rowsOfScores(scores: ScoreCounts): number {
  const { positives, negatives } = labelTotals(scores)
  return positives + negatives
}

function curvesOf(group: string | null, scores: ScoreCounts, by: Setting): ScoreCurves | null {
  const { positives, negatives } = labelTotals(scores)
  const roc = rocCurve(scores)
  const ranked = rocAuc(scores)
  const recall = precisionRecallCurve(scores)
  const average = averagePrecision(scores)
  const calibration = calibrationCurve(scores, 1 - by.confidence)
  const isSmall = Math.min(positives, negatives) < classRowsMin
  if (isSmall || roc === null || ranked === null || recall === null) return null
  if (average === null || calibration === null) return null
  return {
    group,
    n: positives + negatives,
    positives,
    roc: {
      auc: ranked.auc,
      points: thinPoints(roc.fpr, roc.tpr, pointsMax).map((n) => ({
        fpr: roc.fpr[n] ?? 0,
        tpr: roc.tpr[n] ?? 0,
      })),
    },
    precision_recall: {
      average_precision: average,
      points: thinPoints(recall.recall, recall.precision, pointsMax).map((n) => ({
        recall: recall.recall[n] ?? 0,
        precision: recall.precision[n] ?? 0,
      })),
    },
    calibration,
    sweep: sweep(scores, by.thresholds),
  }
}
