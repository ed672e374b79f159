// What a pickle imports and calls by name, for its other reading: where joblib skips arrays, `pickle.load` takes their bytes for
// instructions, and only of calls that could be of Python it is told.

import type { GlobalValue } from './pickle-values.ts'

/** Imports that are called though they are on no list, of which so many are kept. */
const refusedMax = 1000
// Modules begin with a small letter. Arrays of objects are pickles of their own, whose memo, read on as one with the
// first, names classes of joblib for modules.
const isPythonName = /^[a-z_]\w*(?:\.[A-Za-z_]\w*)+$/

/** The names that one reading of a pickle met. */
export class CalledNames {
  /** Modules and names of the imports that are known. */
  readonly #known = new Set<string>()
  readonly #refused = new Map<string, GlobalValue>()

  /** Takes an import that is known. */
  addKnown(module: string, name: string): void {
    this.#known.add(module).add(name)
  }

  /** Takes what a pickle inside of this one knows. */
  addKnownOf(inner: CalledNames): void {
    for (const part of inner.#known) this.#known.add(part)
  }

  /** Takes a call of an import that is on no list. */
  addRefused(callee: GlobalValue): void {
    if (this.#refused.size < refusedMax)
      this.#refused.set(`${callee.module}.${callee.name}`, callee)
  }

  /**
   * The first call on no list that could be one of Python; null for none. A memo that is read on as one with another
   * mixes modules and names, of which the right reading knows each.
   */
  oddCall(right: CalledNames): string | null {
    for (const [spelled, { module, name }] of this.#refused) {
      const isMixed = right.#known.has(module) && right.#known.has(name)
      if (isPythonName.test(spelled) && !isMixed) return spelled
    }
    return this.#refused.size < refusedMax ? null : 'more than can be told'
  }
}
