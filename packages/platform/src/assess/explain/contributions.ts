// What an explanation of trees gives back: for each row and output, how much each feature added to the margin, and
// what the margin is expected to be before any feature is known. The two add up to the margin.

import { assert, OperatingError } from '@proofhouse/evidence'
import { firstOutput, nodeTest, type Rows, shareOf, type TreeEnsemble } from './tree-ensemble.ts'

/** SHAP values of rows, in units of the margin. */
export interface Contributions {
  /** `rows` × `outputs` × `features`, row after row. */
  readonly values: Float64Array
  /** Per output, what the contributions are counted from. */
  readonly expected: Float64Array
}

/** Room for the contributions to each output of each row. */
export function noContributions(ensemble: TreeEnsemble, rows: Rows): Float64Array {
  assert(rows.values.length === rows.count * ensemble.features, 'every row has every feature')
  return new Float64Array(rows.count * ensemble.outputs * ensemble.features)
}

/** @throws OperatingError `model-malformed` when the model does not say how many rows reached its nodes */
export function requireCover(ensemble: TreeEnsemble): void {
  if (ensemble.cover === null)
    throw new OperatingError(
      'model-malformed',
      'the model does not say how many training rows reached each node, which path-dependent SHAP values need; ' +
        'give background rows to explain it against instead',
    )
}

/** The margin over the training rows as the covers have them, per output. Needs cover. */
export function expectedByCover(ensemble: TreeEnsemble): Float64Array {
  const expected = Float64Array.from(ensemble.base)
  const { width, values, test, left, right } = ensemble
  for (const [tree, root] of ensemble.roots.entries()) {
    const to = firstOutput(ensemble, tree)
    const visit = (node: number, share: number): void => {
      if (test[node] === nodeTest.leaf) {
        for (let k = 0; k < width; k++)
          expected[to + k] = (expected[to + k] ?? 0) + share * (values[node * width + k] ?? 0)
        return
      }
      for (const child of [left[node] ?? 0, right[node] ?? 0])
        visit(child, share * shareOf(ensemble, node, child))
    }
    visit(root, 1)
  }
  return expected
}

/** The mean of margins over rows, per output. */
export function meanMargins(sums: Float64Array, outputs: number): Float64Array {
  const rows = sums.length / outputs
  const totals = new Float64Array(outputs)
  for (const [n, sum] of sums.entries()) totals[n % outputs] = (totals[n % outputs] ?? 0) + sum
  return totals.map((total) => total / rows)
}
