// Outputs of a model to predictions: the conventions of skl2onnx (a label, and probabilities [N, 2]), of XGBoost and
// LightGBM exports (the same), and of a network with one sigmoid output ([N] or [N, 1], the score of the second class).
// A score is checked to be a probability; where a label and probabilities are both given they must agree.

import type { PredictionBatch } from './attached.ts'
import { canonicalText, listed, shortened } from './dataset-values.ts'
import { defaultThreshold } from './dataset.ts'
import { described, findOutputs, mismatch, roundingMax, widthOf } from './model-outputs.ts'
import type { ModelValue, Tensor } from './model-ports.ts'
import { type Classes, type ClassPositions, matchClasses } from './scoring-classes.ts'

/** What a plan is made from. */
export interface OutputRequest {
  /** Name of the model, for messages. */
  readonly model: string
  readonly outputs: readonly ModelValue[]
  readonly positiveClass: string
  readonly negativeClass: string
  readonly declaredClasses: readonly string[] | null
  readonly foundClasses: readonly string[] | null
  /** Null: the model's label decides, or 0.5 where it gives none. */
  readonly threshold: number | null
}

/** Reads predictions from one run after another; `finish` once all are read. */
export interface OutputPlan {
  /** The outputs to ask for. */
  readonly names: readonly string[]
  /** Whether predictions come with probabilities. */
  readonly givesScores: boolean
  /** @throws `model-mismatch` naming the row where an output is not what it should be */
  predictions(tensors: readonly Tensor[], firstRow: number, rows: number): PredictionBatch
  /** @throws `model-mismatch` when labels and probabilities contradict each other more often than not */
  finish(): void
}

/**
 * Decides which outputs are the label and the score.
 * @throws `model-mismatch` saying which output cannot be read and how to export the model instead
 */
export function planOutputs(request: OutputRequest): OutputPlan {
  const { model, outputs, threshold } = request
  const { label, score } = findOutputs(model, outputs)
  const width = score === null ? 1 : widthOf(score)
  if (width > 2)
    mismatch(
      model,
      `gives ${width} probabilities per row in \`${score?.name}\`; with more than two classes, set ` +
        '`assessment.task` to `multiclass`',
    )
  if (score === null && threshold !== null)
    mismatch(
      model,
      'gives no probabilities, so `assessment.threshold` cannot be applied; leave it out',
    )
  if (label === null && score === null)
    mismatch(
      model,
      `gives neither a label nor probabilities; its outputs are ${described(outputs)}`,
    )
  const { classes, positions } = matchClasses({
    model,
    labels: [request.negativeClass, request.positiveClass],
    declared: request.declaredClasses,
    found: request.foundClasses,
    namesItself: label?.type === 'string',
  })
  // A label that cannot be told is left aside where the probabilities say the same.
  const readable = positions.size === 0 && score !== null ? null : label
  return new Outputs({ request, label: readable, score, classes, positions })
}

interface Chosen {
  readonly request: OutputRequest
  readonly label: ModelValue | null
  readonly score: ModelValue | null
  readonly classes: Classes
  readonly positions: ClassPositions
}

class Outputs implements OutputPlan {
  readonly names
  readonly givesScores: boolean
  readonly #chosen: Chosen
  readonly #positive: number
  #agreeing = 0
  #contradicting = 0

  constructor(chosen: Chosen) {
    this.#chosen = chosen
    this.givesScores = chosen.score !== null
    this.names = [chosen.label, chosen.score].filter((o) => o !== null).map((o) => o.name)
    this.#positive = chosen.classes.indexOf(chosen.request.positiveClass)
  }

  predictions(tensors: readonly Tensor[], firstRow: number, rows: number): PredictionBatch {
    const tensor = (value: ModelValue | null) => tensors.find((t) => t.name === value?.name)
    const labels = this.#labels(tensor(this.#chosen.label), firstRow, rows)
    const score = this.#scores(tensor(this.#chosen.score), firstRow, rows)
    const { threshold } = this.#chosen.request
    const positive = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) {
      const byScore = (score?.[i] ?? 0) >= (threshold ?? defaultThreshold)
      const byLabel = labels?.[i] === this.#positive
      positive[i] = Number(threshold === null && labels !== null ? byLabel : byScore)
      if (labels === null || score === null || score[i] === 0.5) continue
      if (byLabel === (score[i] ?? 0) > 0.5) this.#agreeing += 1
      else this.#contradicting += 1
    }
    return { firstRow, positive, score }
  }

  finish(): void {
    if (this.#contradicting <= this.#agreeing) return
    const { request, classes, label, score } = this.#chosen
    mismatch(
      request.model,
      `contradicts itself in ${this.#contradicting} rows if its classes are ${listed(classes)}: the label ` +
        `\`${label?.name}\` is not the likelier class of \`${score?.name}\`; write ` +
        `\`model.classes: [${classes.toReversed().join(', ')}]\` if that is its order`,
    )
  }

  /** Position of the class each row is given. */
  #labels(tensor: Tensor | undefined, firstRow: number, rows: number): Uint8Array | null {
    if (tensor === undefined) return null
    const { data } = tensor.values
    this.#checkSize(tensor, rows)
    const known = new Map<unknown, number>()
    const labels = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) {
      const value: unknown = data[i]
      const position = known.get(value) ?? this.#position(tensor, value, firstRow + i)
      known.set(value, position)
      labels[i] = position
    }
    return labels
  }

  #position(tensor: Tensor, value: unknown, row: number): number {
    const text = canonicalText(String(value)) ?? ''
    const { positions, classes, request } = this.#chosen
    const asBool = tensor.values.type === 'bool' ? ['false', 'true'][Number(value)] : undefined
    const position =
      positions.get(text) ?? (asBool === undefined ? undefined : positions.get(asBool))
    if (position !== undefined) return position
    return mismatch(
      request.model,
      `predicts \`${shortened(text)}\` for row ${row + 1}, and the label is ${listed(classes)}; ` +
        "write the label values in the order of the model's classes under `model.classes`",
    )
  }

  #scores(tensor: Tensor | undefined, firstRow: number, rows: number): Float64Array | null {
    if (tensor === undefined) return null
    const { data } = tensor.values
    const width = this.#checkSize(tensor, rows)
    const scores = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      const second = Number(data[width * i + width - 1])
      const first = width === 2 ? Number(data[2 * i]) : 1 - second
      if (
        !(
          second >= -roundingMax &&
          second <= 1 + roundingMax &&
          Math.abs(first + second - 1) <= roundingMax
        )
      )
        this.#noProbability(tensor, width === 2 ? [first, second] : [second], firstRow + i)
      const score = this.#positive === 1 ? second : first
      scores[i] = Math.min(1, Math.max(0, score))
    }
    return scores
  }

  #noProbability(tensor: Tensor, values: readonly number[], row: number): never {
    return mismatch(
      this.#chosen.request.model,
      `gives \`${values.join(', ')}\` for row ${row + 1} in \`${tensor.name}\`, which is no probability; ` +
        'export it with a sigmoid or softmax as its last step',
    )
  }

  /** Elements per row. */
  #checkSize({ name, shape, values }: Tensor, rows: number): number {
    const width = values.data.length / rows
    if (shape[0] === rows && (width === 1 || width === 2)) return width
    return mismatch(
      this.#chosen.request.model,
      `gives \`${name}\` the shape [${shape.join(', ')}] for ${rows} rows; one label, one score or two ` +
        'probabilities per row can be read',
    )
  }
}
