// Checks a sum of trees that a reader made out of a file: every number in its range, every tree a tree, nothing
// beyond the limits. What follows this check may index without asking.

import { OperatingError } from '@proofhouse/evidence'
import { nodeTest, type TreeEnsemble } from './tree-ensemble.ts'

/** Nodes of all trees together; the largest forests people train have some ten million. */
export const nodesMax = 20_000_000
/** Splits between a root and a leaf. */
const depthMax = 512
/** Columns of a row. */
export const featuresMax = 65_536
/** Numbers that a model gives for a row. */
export const outputsMax = 4_096
/** Categories lie below this number, which is XGBoost's own limit. */
export const categoriesMax = 16_777_216

/** The file is no such model, and why. */
export function malformedModel(problem: string): OperatingError {
  return new OperatingError('model-malformed', `the model cannot be explained: ${problem}`)
}

/** The model is larger than what is read. */
export function withinLimit(what: string, count: number, max: number): void {
  if (count > max)
    throw new OperatingError(
      'limit-exceeded',
      `the model has ${count} ${what}; at most ${max} are read`,
      {
        details: { count, max },
      },
    )
}

/**
 * The ensemble itself, when it is sound.
 * @throws OperatingError `model-malformed` for what is out of range or no tree; `limit-exceeded` for what is too large
 */
export function checkedEnsemble(ensemble: TreeEnsemble): TreeEnsemble {
  const { features, outputs, base, roots, width, output, test } = ensemble
  withinLimit('nodes', test.length, nodesMax)
  withinLimit('features', features, featuresMax)
  withinLimit('outputs', outputs, outputsMax)
  if (outputs < 1 || base.length !== outputs || !base.every(Number.isFinite))
    throw malformedModel('it does not say what each output starts from')
  if (width !== 1 && width !== outputs) throw malformedModel('leaves give some outputs only')
  if (output.length !== roots.length || output.some((to) => to < 0 || to >= outputs))
    throw malformedModel('a tree adds to an output that is not there')
  const seen = new Uint8Array(test.length)
  for (const [tree, root] of roots.entries()) checkTree(ensemble, tree, root, seen)
  return ensemble
}

function checkTree(ensemble: TreeEnsemble, tree: number, root: number, seen: Uint8Array): void {
  const stack = [{ node: root, depth: 0 }]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { node, depth } = at
    const here = `node ${node} of tree ${tree}`
    if (!(node >= 0 && node < seen.length)) throw malformedModel(`tree ${tree} lacks node ${node}`)
    if (seen[node] === 1) throw malformedModel(`${here} is reached in two ways`)
    seen[node] = 1
    withinLimit(`splits on the way to ${here}`, depth, depthMax)
    checkCover(ensemble, node, here)
    if (ensemble.test[node] === nodeTest.leaf) checkLeaf(ensemble, node, here)
    else {
      checkSplit(ensemble, node, here)
      stack.push({ node: ensemble.right[node] ?? -1, depth: depth + 1 })
      stack.push({ node: ensemble.left[node] ?? -1, depth: depth + 1 })
    }
  }
  const isRootEmpty = ensemble.cover?.[root] === 0 && ensemble.test[root] !== nodeTest.leaf
  if (isRootEmpty) throw malformedModel(`tree ${tree} says that no row reached its root`)
}

function checkLeaf({ values, width }: TreeEnsemble, node: number, here: string): void {
  for (let k = node * width; k < (node + 1) * width; k++)
    if (!Number.isFinite(values[k]))
      throw malformedModel(`${here} adds a number that is not finite`)
}

function checkSplit(ensemble: TreeEnsemble, node: number, here: string): void {
  const { feature, features, test, threshold, sets } = ensemble
  const column = feature[node] ?? -1
  if (!(column >= 0 && column < features)) throw malformedModel(`${here} reads feature ${column}`)
  const limit = threshold[node] ?? Number.NaN
  const isSet = (test[node] ?? 0) >= nodeTest.member
  if (Number.isNaN(limit) || (isSet && sets[limit] === undefined))
    throw malformedModel(`${here} compares with nothing`)
}

function checkCover({ cover }: TreeEnsemble, node: number, here: string): void {
  const weight = cover?.[node] ?? 0
  if (!(weight >= 0 && weight < Infinity)) throw malformedModel(`${here} has a cover of ${weight}`)
}
