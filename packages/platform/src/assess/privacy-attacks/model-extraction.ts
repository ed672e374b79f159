// How many questions it takes to copy a model: a stand-in learns the model's decisions about N people and is compared with the model on
// others. A copy is a means: whoever has one can attack it in private, and ask it as often as they like.
// Tramèr et al., "Stealing machine learning models via prediction APIs" (USENIX Security 2016).

import { boost, boostedOdds } from '../checks/boosting.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { seededRandom } from '../intervals/random.ts'
import { type AttackedRows, rowsOf } from './attacked-rows.ts'
import { type PairedGain, pairedGain } from './paired-gain.ts'

/** Questions of the curve; as many of them as there are rows for. */
const querySteps: readonly number[] = [50, 100, 200, 400, 800, 1_600, 3_200]
/** Rows on which the copy is compared with the model, at most. */
const judgedRowsMax = 2_000
/** Rows to compare on below which nothing is said. */
const judgedRowsMin = 30

/** What so many questions buy; `accuracy` is the fidelity: the share of decisions the copy makes as the model does. */
export interface ExtractionPoint extends PairedGain {
  readonly queries: number
}

/**
 * The curve from questions to fidelity, against always giving the decision that the answers had most; the limits hold
 * for the whole curve at once. Empty with too few rows.
 */
export function copyModel(
  rows: AttackedRows,
  by: { readonly features: readonly string[]; readonly error: number; readonly seed: number },
): ExtractionPoint[] {
  const columns = rows.columns.filter(({ name }) => by.features.includes(name))
  const judged = everyNth(rowsOf(rows, { half: 1 }), judgedRowsMax)
  const random = seededRandom(by.seed)
  const order = Array.from(rowsOf(rows, { half: 0 }), (row) => ({ row, at: random() }))
    .toSorted((a, b) => a.at - b.at || a.row - b.row)
    .map(({ row }) => row)
  const steps = querySteps.filter((queries) => queries <= order.length)
  if (columns.length === 0 || judged.length < judgedRowsMin) return []
  const tail = by.error / 2 / Math.max(1, steps.length)
  return steps.map((queries) => {
    const asked = Uint32Array.from(order.slice(0, queries))
    const positives = asked.reduce((sum, row) => sum + (rows.predicted[row] ?? 0), 0)
    const usual = Number(2 * positives >= queries)
    const copy = boost(columns, rows.predicted, asked)
    const agrees = (decide: (row: number) => number) =>
      Array.from(judged, (row) => Number(decide(row) === rows.predicted[row]))
    return {
      queries,
      ...pairedGain(
        agrees((row) => Number(boostedOdds(copy, columns, row) >= 0)),
        agrees(() => usual),
        tail,
      ),
    }
  })
}
