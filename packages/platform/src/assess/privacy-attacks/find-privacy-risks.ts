// What an attacker learns about the people in the training data from the model's answers alone: who was in it, what they were, and
// how soon the model is copied. Samples of both tables in, plain data out; what it costs is bounded by rows and questions.

import type { Predictor } from '../predictor.ts'
import {
  type AnsweredTable,
  type AttackedRows,
  attackedRows,
  type LeftOutRows,
  rowsOf,
} from './attacked-rows.ts'
import { advantageAbove, type Estimate } from './attack-measures.ts'
import { type AttributeRisk, inferAttributes } from './attribute-inference.ts'
import { blindBaseline } from './blind-baseline.ts'
import { labelOnlyScores, rightAnswers } from './label-only.ts'
import { compareAttacks, type MembershipFindings, rowsMin } from './membership.ts'
import { membershipScores } from './membership-scores.ts'
import { copyModel, type ExtractionPoint } from './model-extraction.ts'
import { pause } from '../scoring-interruption.ts'

/** Questions to the model about noisy copies, and about other values of a column. */
const queriesDefault = { noise: 8_000, values: 12_000 }

/** What to look at. */
export interface PrivacyRequest {
  /** Samples of the rows that the model learnt from, and of rows that it did not. */
  readonly train: AnsweredTable
  readonly test: AnsweredTable
  /** The model; null for predictions from nobody knows where. */
  readonly model: Predictor | null
  /** Columns that the model reads, or may read: rows that agree in them are the same to it. */
  readonly features: readonly string[]
  readonly protectedColumns: readonly string[]
  /** Columns that nobody should be able to guess, beside the protected ones. */
  readonly sensitive: readonly string[]
  /** Questions to the model at most: about noisy copies, and about other values of a column. */
  readonly queriesMax?: { readonly noise: number; readonly values: number }
  /** Coverage of the limits of each kind of attack, e.g. 0.95. */
  readonly confidence: number
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/** What was found. */
export interface PrivacyFindings {
  /** Rows attacked, of either table. */
  readonly rows: { readonly train: number; readonly test: number }
  readonly left_out: LeftOutRows
  /** Questions to the model that needed rows which nobody has. */
  readonly queries: number
  /** By scores; null for a model without, or with too few rows. */
  readonly by_score: MembershipFindings | null
  /** By decisions; null with too few rows. */
  readonly by_decision: MembershipFindings | null
  /** Accuracy on training rows less that on test rows. */
  readonly accuracy_gap: Estimate
  /** How well the tables are told apart without the model; null with too few rows. */
  readonly blind: (Estimate & { readonly n: number }) | null
  readonly attributes: readonly AttributeRisk[]
  readonly extraction: readonly ExtractionPoint[]
}

/**
 * Attacks a model.
 * @throws `interrupted`; whatever the model throws
 */
export async function findPrivacyRisks(request: PrivacyRequest): Promise<PrivacyFindings> {
  const { protectedColumns, sensitive, features, seed } = request
  const error = 1 - request.confidence
  const { rows, leftOut } = attackedRows(request, { alike: features, seed })
  const groups = rows.columns.filter(({ name }) => protectedColumns.includes(name))
  const queriesMax = request.queriesMax ?? queriesDefault
  const members = rows.member.reduce((sum, one) => sum + one, 0)
  const isEnough = Math.min(members, rows.rows - members) >= 2 * rowsMin
  const model = rows.inputs === null ? null : request.model
  const by = { member: rows.member, lot: rows.lot, groups, error }
  const halves = { choose: rowsOf(rows, { half: 0 }), measure: rowsOf(rows, { half: 1 }) }
  const { score } = rows
  const decided = isEnough
    ? await labelOnlyScores(rows, { ...request, model, queriesMax: queriesMax.noise })
    : null
  const attributes = isEnough
    ? await inferAttributes(rows, {
        ...request,
        model,
        columns: [...protectedColumns, ...sensitive],
        queriesMax: queriesMax.values,
        error,
      })
    : null
  await pause(request.signal)
  const byScore =
    score === null || !isEnough
      ? null
      : compareAttacks({ scores: membershipScores(rows, score), rows: halves }, by)
  await pause(request.signal)
  return {
    rows: { train: members, test: rows.rows - members },
    left_out: leftOut,
    queries: (decided?.queries ?? 0) + (attributes?.queries ?? 0),
    by_score: byScore,
    by_decision: decided === null ? null : compareAttacks(decided, by),
    accuracy_gap: accuracyGap(rows, error / 2),
    blind: isEnough ? blindBaseline(rows, error / 2) : null,
    attributes: attributes?.columns ?? [],
    extraction: isEnough ? copyModel(rows, { features, error, seed }) : [],
  }
}

/** Nothing is chosen, so every row counts. */
const accuracyGap = (rows: AttackedRows, tail: number): Estimate =>
  advantageAbove(
    { score: rightAnswers(rows), target: rows.member, lot: rows.lot },
    Uint32Array.from(rows.member.keys()),
    { threshold: 0.5, tail },
  )
