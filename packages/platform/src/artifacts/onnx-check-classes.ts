// The class labels that a classifier names, in the order of its probabilities: attributes of the operators of
// ai.onnx.ml, or the tensor that an ArrayFeatureExtractor picks the label from, which is how skl2onnx writes the rest.

import { integersOf, textOfField, type WireField } from './onnx-check-wire.ts'

/** Collects candidates while the model is walked. */
export class ClassNames {
  readonly #attributes: (readonly string[])[] = []
  readonly #tensors = new Map<string, readonly string[]>()
  readonly #picked: string[] = []

  /** A node: where it picks rows from a tensor, that tensor may hold the labels. */
  node(operator: string, firstInput: string): void {
    if (operator === 'ArrayFeatureExtractor') this.#picked.push(firstInput)
  }

  /** An attribute of any node. */
  attribute(name: string, fields: readonly WireField[]): void {
    if (!/^classlabels_(strings|ints|int64s)$/.test(name)) return
    const texts = fields.filter((field) => field.number === 9).map(textOfField)
    const integers = fields.filter((field) => field.number === 8).flatMap(integersOf)
    const names = [...texts, ...integers.map((value) => String(BigInt.asIntN(64, value)))]
    if (names.length > 0) this.#attributes.push(names)
  }

  /** A stored tensor that is a short list. */
  tensor(name: string, texts: readonly string[]): void {
    if (name !== '') this.#tensors.set(name, texts)
  }

  /** The labels, when everything that names them agrees; else null. */
  names(): readonly string[] | null {
    const picked = this.#picked
      .map((name) => this.#tensors.get(name))
      .filter((texts) => texts !== undefined && texts.length > 1)
    // What the label is picked from has the last word: it is where the model's answer is written.
    const [first, ...others] = picked.length > 0 ? picked : this.#attributes
    if (first === undefined) return null
    return others.every((names) => JSON.stringify(names) === JSON.stringify(first)) ? first : null
  }
}
