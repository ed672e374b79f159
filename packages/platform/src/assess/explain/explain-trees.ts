// SHAP values of trees for any number of rows: picks the quickest of the exact algorithms. They agree to rounding.

import {
  type Contributions,
  expectedByCover,
  meanMargins,
  noContributions,
  requireCover,
} from './contributions.ts'
import { margins, type Rows, type TreeEnsemble } from './tree-ensemble.ts'
import { addInterventional, requireBackground } from './tree-shap.ts'
import { addByQuadrature } from './tree-shap-quadrature.ts'
import { TreeTables } from './tree-shap-table.ts'

/** With fewer rows, tables of path-dependent values do not pay for being filled; measured on trees of depth 4 to 10. */
const tableRowsMin = 200

/**
 * How much each feature adds to each row's margin.
 * @param background with it, interventional values: unknown features take their values from its rows. Without,
 *   path-dependent ones: unknown features follow the training rows down the trees
 * @throws OperatingError `model-malformed` without covers and background; `data-unsuitable` for a background without
 *   rows
 */
export function explainTrees(ensemble: TreeEnsemble, rows: Rows, background?: Rows): Contributions {
  if (background === undefined) return byCover(ensemble, rows)
  requireBackground(background)
  const { values, others } = byTable(ensemble, rows, background)
  for (const tree of others) addInterventional(ensemble, tree, { rows, background }, values)
  return { values, expected: meanMargins(margins(ensemble, background), ensemble.outputs) }
}

function byCover(ensemble: TreeEnsemble, rows: Rows): Contributions {
  requireCover(ensemble)
  const expected = expectedByCover(ensemble)
  if (rows.count < tableRowsMin) {
    const values = noContributions(ensemble, rows)
    for (const tree of ensemble.roots.keys()) addByQuadrature(ensemble, tree, rows, values)
    return { values, expected }
  }
  const { values, others } = byTable(ensemble, rows, null)
  for (const tree of others) addByQuadrature(ensemble, tree, rows, values)
  return { values, expected }
}

/** Contributions of all trees that tables take, and the trees that they do not. */
function byTable(ensemble: TreeEnsemble, rows: Rows, background: Rows | null) {
  const tables = new TreeTables(ensemble, rows, background)
  const others: number[] = []
  for (const tree of ensemble.roots.keys()) if (!tables.add(tree)) others.push(tree)
  return { values: tables.contributions(), others }
}
