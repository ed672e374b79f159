// Runs a model that predicts one of several classes over a table: a label, a probability for each class, or both. Where both are given
// they must agree class by class, which shows whether the order of the classes is the one that was said.

import { canonicalText, listed, shortened } from './dataset-values.ts'
import type { ClassBatch } from './attached.ts'
import { described, findOutputs, mismatch, roundingMax, widthOf } from './model-outputs.ts'
import type { ModelValue, Tensor } from './model-ports.ts'
import { type ClassOrder, orderClasses } from './scoring-class-order.ts'
import { type RunRequest, runModel, type ScoringSummary } from './scoring.ts'

/** More classes than this are names, or numbers. */
export const classesMax = 50

/** What the predictions are made from. */
export interface ClassScoringRequest extends RunRequest {
  /** The label values of the data, canonical. */
  readonly labels: readonly string[]
  /** `model.classes` of the configuration. */
  readonly declaredClasses: readonly string[] | null
  /** Class names found in the model's file by its structural check. */
  readonly foundClasses: readonly string[] | null
}

/** What went through. */
export interface ClassScoringSummary extends ScoringSummary {
  /** The model's classes in order of code unit: that of the attached probabilities. */
  readonly classes: readonly string[]
  /** Those of them that some row is predicted to be. */
  readonly predicted: readonly string[]
  /** Whether the model gives probabilities. */
  readonly hasScores: boolean
}

/**
 * Predicts the class of every row and attaches it to the table, with their probabilities where the model has them.
 * @throws `model-mismatch`, `config-invalid`, `data-unsuitable`, `model-failed`, `interrupted`
 */
export async function scoreClasses(request: ClassScoringRequest): Promise<ClassScoringSummary> {
  const outputs = planClassOutputs({ ...request, outputs: request.session.outputs })
  const seen = new Set<number>()
  const { engine } = request
  const summary = await runModel(request, {
    names: outputs.names,
    predictions: (tensors, firstRow, rows) => {
      const batch = outputs.predictions(tensors, firstRow, rows)
      for (const position of batch.predicted) seen.add(position)
      return batch
    },
    finish: () => {
      outputs.finish()
    },
    attach: (batches) => engine.attach(batches, outputs.classes),
  })
  return {
    ...summary,
    classes: outputs.classes,
    predicted: outputs.classes.filter((_, position) => seen.has(position)),
    hasScores: outputs.givesScores,
  }
}

/** Reads predictions from one run after another; `finish` once all are read. */
export interface ClassOutputs {
  readonly names: readonly string[]
  /** In order of code unit: what positions of predictions and lists of scores are over. */
  readonly classes: readonly string[]
  readonly givesScores: boolean
  /** @throws `model-mismatch` naming the row where an output is not what it should be */
  predictions(tensors: readonly Tensor[], firstRow: number, rows: number): ClassBatch
  /** @throws `model-mismatch` when labels and probabilities contradict each other */
  finish(): void
}

/**
 * Decides which outputs are the label and the scores, and which class is where.
 * @throws `model-mismatch`, `config-invalid`
 */
export function planClassOutputs(
  request: Omit<ClassScoringRequest, keyof RunRequest> & {
    readonly model: string
    readonly outputs: readonly ModelValue[]
  },
): ClassOutputs {
  const { model, outputs } = request
  const { label, score } = findOutputs(model, outputs)
  if (label === null && score === null)
    mismatch(
      model,
      `gives neither a label nor probabilities; its outputs are ${described(outputs)}`,
    )
  const order = orderClasses({
    model,
    labels: request.labels,
    declared: request.declaredClasses,
    found: request.foundClasses,
    namesItself: label?.type === 'string',
  })
  const { length } = order.classes
  if (length > classesMax)
    mismatch(model, `tells ${length} classes apart; at most ${classesMax} can be assessed`)
  // A label that cannot be told is left aside where the probabilities say the same.
  const isLeftAside = order.positions.size === 0
  if (isLeftAside && score === null)
    mismatch(
      model,
      `gives numbers in \`${label?.name}\` that may be positions or label values (${listed(order.classes)}); ` +
        'export it with its probabilities, or with a label of text',
    )
  return new Outputs({ model, order, label: isLeftAside ? null : label, score })
}

interface Chosen {
  readonly model: string
  readonly order: ClassOrder
  readonly label: ModelValue | null
  readonly score: ModelValue | null
}

class Outputs implements ClassOutputs {
  readonly names
  readonly classes
  readonly givesScores: boolean
  readonly #chosen: Chosen
  /** Position among the sorted classes of each class of the model. */
  readonly #sorted: Uint8Array
  readonly #agreeing: Float64Array
  readonly #contradicting: Float64Array

  constructor(chosen: Chosen) {
    const { classes } = chosen.order
    this.#chosen = chosen
    this.names = [chosen.label, chosen.score].filter((o) => o !== null).map((o) => o.name)
    this.givesScores = chosen.score !== null
    const sorted = classes.toSorted((a, b) => (a < b ? -1 : 1))
    this.classes = sorted
    this.#sorted = Uint8Array.from(classes, (name) => sorted.indexOf(name))
    this.#agreeing = new Float64Array(classes.length)
    this.#contradicting = new Float64Array(classes.length)
    if (chosen.score !== null) this.#checkWidth(chosen.score, widthOf(chosen.score))
  }

  predictions(tensors: readonly Tensor[], firstRow: number, rows: number): ClassBatch {
    const tensor = (value: ModelValue | null) => tensors.find((t) => t.name === value?.name)
    const labels = this.#labels(tensor(this.#chosen.label), firstRow, rows)
    const scores = this.#scores(tensor(this.#chosen.score), firstRow, rows)
    if (labels !== null && scores !== null) this.#compare(labels, scores)
    return {
      firstRow,
      predicted: labels ?? Uint8Array.from({ length: rows }, (_, i) => likeliest(scores ?? [], i)),
      scores,
    }
  }

  finish(): void {
    const { model, order, label, score } = this.#chosen
    const [agreeing, contradicting] = [this.#agreeing, this.#contradicting]
    const of = (counts: Float64Array, n: number) => counts[n] ?? 0
    // The model's own order is doubted only where most rows speak against it: some labels are no likeliest class on purpose.
    const doubtful = order.isOwn
      ? sum(contradicting) > sum(agreeing)
      : this.classes.some((_, n) => of(contradicting, n) > of(agreeing, n))
    if (!doubtful) return
    const [worst = 0] = [...this.classes.keys()].toSorted(
      (a, b) =>
        of(contradicting, b) - of(agreeing, b) - (of(contradicting, a) - of(agreeing, a)) || a - b,
    )
    mismatch(
      model,
      `contradicts itself if its classes are ${listed(order.classes)}: of the rows that \`${label?.name}\` says are ` +
        `\`${this.classes[worst]}\`, ${of(contradicting, worst)} have a likelier class in \`${score?.name}\` and ` +
        `${of(agreeing, worst)} have none; write the label values in the order of the model's outputs under \`model.classes\``,
    )
  }

  #compare(labels: Uint8Array, scores: readonly Float64Array[]): void {
    for (const [i, label] of labels.entries()) {
      const most = scores[likeliest(scores, i)]?.[i] ?? 0
      const agrees = (scores[label]?.[i] ?? 0) >= most - roundingMax
      const counts = agrees ? this.#agreeing : this.#contradicting
      counts[label] = (counts[label] ?? 0) + 1
    }
  }

  /** Position among the sorted classes of the class each row is given. */
  #labels(tensor: Tensor | undefined, firstRow: number, rows: number): Uint8Array | null {
    if (tensor === undefined) return null
    const { data } = tensor.values
    if (tensor.shape[0] !== rows || data.length !== rows)
      this.#badShape(tensor, rows, 'one label per row')
    const known = new Map<unknown, number>()
    const labels = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) {
      const value: unknown = data[i]
      const position = known.get(value) ?? this.#position(value, firstRow + i)
      known.set(value, position)
      labels[i] = position
    }
    return labels
  }

  #position(value: unknown, row: number): number {
    const text = canonicalText(String(value)) ?? ''
    const { model, order } = this.#chosen
    const position = order.positions.get(text)
    if (position !== undefined) return this.#sorted[position] ?? 0
    return mismatch(
      model,
      `predicts \`${shortened(text)}\` for row ${row + 1}, which is none of its classes ${listed(order.classes)}; ` +
        "write the label values in the order of the model's outputs under `model.classes`",
    )
  }

  /** Class by class, in sorted order. */
  #scores(tensor: Tensor | undefined, firstRow: number, rows: number): Float64Array[] | null {
    if (tensor === undefined) return null
    const { data } = tensor.values
    const width = this.classes.length
    if (tensor.shape[0] !== rows) this.#badShape(tensor, rows, `${width} probabilities per row`)
    this.#checkWidth(tensor, data.length / rows)
    const scores = this.classes.map(() => new Float64Array(rows))
    for (let i = 0; i < rows; i++) {
      let total = 0
      for (let n = 0; n < width; n++) {
        const value = Number(data[width * i + n])
        if (!(value >= -roundingMax && value <= 1 + roundingMax))
          this.#noProbability(tensor, firstRow + i, `\`${value}\``)
        total += value
        const column = scores[this.#sorted[n] ?? 0]
        if (column !== undefined) column[i] = Math.min(1, Math.max(0, value))
      }
      if (Math.abs(total - 1) > roundingMax * width)
        this.#noProbability(tensor, firstRow + i, `values that add up to \`${total}\``)
    }
    return scores
  }

  #noProbability(tensor: Tensor, row: number, what: string): never {
    return mismatch(
      this.#chosen.model,
      `gives ${what} for row ${row + 1} in \`${tensor.name}\`, which is no probability; ` +
        'export it with a softmax as its last step',
    )
  }

  #checkWidth({ name }: { readonly name: string }, width: number): void {
    const { model, order } = this.#chosen
    if (width === -1 || width === order.classes.length) return
    mismatch(
      model,
      `gives ${width} ${width === 1 ? 'number' : 'numbers'} per row in \`${name}\`, and its classes are ` +
        `${order.classes.length}: ${listed(order.classes)}; list all of its classes, in the order of its outputs, ` +
        'under `model.classes`',
    )
  }

  #badShape({ name, shape }: Tensor, rows: number, what: string): never {
    return mismatch(
      this.#chosen.model,
      `gives \`${name}\` the shape [${shape.join(', ')}] for ${rows} rows; ${what} can be read`,
    )
  }
}

/** The class with the highest probability of a row; the first of equals, as scikit-learn takes it. */
function likeliest(scores: readonly Float64Array[], row: number): number {
  let best = 0
  for (let n = 1; n < scores.length; n++)
    if ((scores[n]?.[row] ?? 0) > (scores[best]?.[row] ?? 0)) best = n
  return best
}

const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0)
