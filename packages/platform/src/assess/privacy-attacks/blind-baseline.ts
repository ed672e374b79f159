// What an attacker learns without the model: trees that tell training rows from test rows by the rows themselves. Where they can, the
// two tables differ (other times, other places), and an attack on the model may find that difference rather than a memory
// (Das et al., "Blind baselines beat membership inference attacks", 2024).

import { boost, boostedOdds } from '../checks/boosting.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { attackAuc, type Estimate } from './attack-measures.ts'
import { type AttackedRows, rowsOf } from './attacked-rows.ts'

/** Rows to learn from, and rows to judge by, at most. */
const rowsMax = 4_000

/** How well the tables are told apart without the model. */
export function blindBaseline(rows: AttackedRows, tail: number): Estimate & { readonly n: number } {
  const label = {
    name: 'label',
    codes: rows.label,
    labels: ['negative', 'positive'],
    ordered: false,
  }
  const columns = [...rows.columns, label]
  const learn = everyNth(rowsOf(rows, { half: 0 }), rowsMax)
  const judge = everyNth(rowsOf(rows, { half: 1 }), rowsMax)
  const model = boost(columns, rows.member, learn)
  const score = new Float64Array(rows.rows)
  for (const row of judge) score[row] = boostedOdds(model, columns, row)
  return { ...attackAuc({ score, target: rows.member }, judge, tail), n: judge.length }
}
