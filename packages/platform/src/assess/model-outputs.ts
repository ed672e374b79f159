// Which outputs of a model are its label and its scores, by their types, shapes and names: the conventions of skl2onnx, XGBoost and
// LightGBM exports, for two classes and for several.

import { assert, OperatingError } from '@proofhouse/evidence'
import type { ModelValue } from './model-ports.ts'

/** Rounding that a probability may be off by: scores are floats, and sums of trees. */
export const roundingMax = 1e-4

/** The outputs that hold a prediction; null for one that the model does not give. */
export interface FoundOutputs {
  readonly label: ModelValue | null
  readonly score: ModelValue | null
}

/**
 * The label and the scores among a model's outputs.
 * @throws `model-mismatch` where several could be either, or one cannot be read
 */
export function findOutputs(model: string, outputs: readonly ModelValue[]): FoundOutputs {
  const foreign = outputs.find((output) => output.shape === null && output.type === 'not a tensor')
  if (foreign !== undefined)
    mismatch(
      model,
      `gives \`${foreign.name}\` as no tensor, which cannot be read; export it with ` +
        '`options={id(model): {"zipmap": False}}` in skl2onnx, or `zipmap=False` in onnxmltools',
    )
  const labels = outputs.filter((o) => /^(int|string|bool)/.test(o.type) && widthOf(o) <= 1)
  const floats = outputs.filter((o) => o.type.startsWith('float'))
  const [label = null] = pick(model, labels, /label|class|pred/i, 'label')
  const [score = null] = pick(model, floats, /prob/i, 'scores')
  assert(label !== score || label === null, 'an output is a label or a score')
  return { label, score }
}

/** Elements per row; -1 where the model does not say. */
export function widthOf({ shape }: ModelValue): number {
  return shape?.length === 0 ? -1 : shape?.length === 2 ? (shape[1] ?? -1) : 1
}

/** The only candidate, or the only one with a telling name. */
function pick(model: string, candidates: readonly ModelValue[], telling: RegExp, what: string) {
  if (candidates.length <= 1) return candidates
  const named = candidates.filter((o) => telling.test(o.name))
  if (named.length === 1) return named
  return mismatch(
    model,
    `has several outputs that could be its ${what}: ${described(candidates)}; export it with one`,
  )
}

/** Outputs as a message shows them. */
export function described(outputs: readonly ModelValue[]): string {
  return outputs
    .map(
      ({ name, type, shape }) =>
        `\`${name}\` (${type}${shape === null ? '' : ` [${shape.join(', ')}]`})`,
    )
    .join(', ')
}

/** @throws `model-mismatch` always */
export function mismatch(model: string, problem: string): never {
  throw new OperatingError('model-mismatch', `${model}: the model ${problem}`)
}
