// Keys held unsealed, the most recently used ones: two generations, of which the older is dropped whole when the younger is full. A
// map that drops its oldest entry one by one walks over all that it dropped before.

import type { SubjectKey } from './key-pages.ts'

/** Keys of a generation at most. */
const generationMax = 50_000

/** Keys by number. */
export class RecentKeys {
  #young = new Map<number, SubjectKey>()
  #old = new Map<number, SubjectKey>()

  get(number: number): SubjectKey | undefined {
    const young = this.#young.get(number)
    if (young !== undefined) return young
    const old = this.#old.get(number)
    if (old !== undefined) this.set(old)
    return old
  }

  set(key: SubjectKey): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key.number, key)
  }

  /** Forgets a key, writing over it. */
  delete(number: number): void {
    for (const generation of [this.#young, this.#old]) {
      generation.get(number)?.key.fill(0)
      generation.delete(number)
    }
  }
}
