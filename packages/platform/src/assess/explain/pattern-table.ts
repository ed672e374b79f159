// What each pattern of a subtree is worth to each of its features, worked out when a row first shows it.

import { type LeafWeights, metBy } from './leaf-weights.ts'
import type { TreeEnsemble } from './tree-ensemble.ts'
import type { Subtree } from './tree-subtrees.ts'

const none = new Int32Array()

/** Weights of the leaves' own patterns, one after the other; all tables of a group of subtrees share them. */
export class WeightPool {
  #values = new Float64Array(2 ** 16)
  #used = 0

  get values(): Float64Array {
    return this.#values
  }

  /** Room for so many weights more; returns the place of the first. */
  take(count: number): number {
    const at = this.#used
    this.#used += count
    if (this.#used > this.#values.length) {
      const larger = new Float64Array(2 * this.#used)
      larger.set(this.#values)
      this.#values = larger
    }
    return at
  }
}

/** What the tables of a group share: the model, how leaves are weighed, and where numbers are kept. */
export interface TableGroup {
  readonly ensemble: TreeEnsemble
  readonly weigh: LeafWeights
  readonly pool: WeightPool
  /** What patterns are worth, table after table. */
  readonly worth: Float64Array
  /** For each row of the block the slot of its pattern, table after table. */
  readonly slots: Uint16Array
}

/** Numbers that a table keeps in `worth` for each of a leaf's outputs, when at most so many patterns can be seen. */
export function tableSize(subtree: Subtree, rows: number): number {
  return capacityOf(subtree, rows) * subtree.features.length
}

function capacityOf(subtree: Subtree, rows: number): number {
  return Math.min(2 ** subtree.bits.length, rows)
}

/**
 * The table of a subtree. Worth of output k for the feature of place p, in slot s: `at` + k × size + p × capacity +
 * s.
 */
export class PatternTable {
  /** Where the slots of this table begin. */
  readonly slotsAt: number
  readonly #subtree: Subtree
  readonly #group: TableGroup
  readonly #at: number
  readonly #capacity: number
  /** By pattern, one more than its slot; 0 for what no row has shown. */
  readonly #slotOf: Uint16Array
  /** For each leaf, by what a row meets of its path, the place of its weights in the pool. */
  readonly #weightsOf: readonly Int32Array[]
  /** What the pattern at work is worth, output by output and feature by feature. */
  readonly #sums: Float64Array
  #used = 0

  constructor(
    subtree: Subtree,
    group: TableGroup,
    room: { readonly at: number; readonly rows: number; readonly slotsAt: number },
  ) {
    this.slotsAt = room.slotsAt
    this.#subtree = subtree
    this.#group = group
    this.#at = room.at
    this.#capacity = capacityOf(subtree, room.rows)
    this.#sums = new Float64Array(group.ensemble.width * subtree.features.length)
    this.#slotOf = new Uint16Array(2 ** subtree.bits.length)
    this.#weightsOf = subtree.leaves.map(({ masks }) => new Int32Array(2 ** masks.length).fill(-1))
  }

  /** Where the worth of an output lies for the feature of a place, by slot. */
  column(place: number, output: number): number {
    const size = this.#capacity * this.#subtree.features.length
    return this.#at + output * size + place * this.#capacity
  }

  /** Finds the slots of a block's rows out of their words. */
  find(words: Int32Array, shift: number, count: number): void {
    const [slotOf, slots, at] = [this.#slotOf, this.#group.slots, this.slotsAt]
    const mask = slotOf.length - 1
    for (let n = 0; n < count; n++) {
      const pattern = ((words[n] ?? 0) >>> shift) & mask
      const slot = slotOf[pattern] ?? 0
      slots[at + n] = slot === 0 ? this.#fill(pattern) : slot - 1
    }
  }

  #fill(pattern: number): number {
    const slot = this.#used++
    this.#slotOf[pattern] = slot + 1
    const { ensemble, worth, pool } = this.#group
    const { leaves, features } = this.#subtree
    const [sums, { width, values }] = [this.#sums.fill(0), ensemble]
    for (let l = 0; l < leaves.length; l++) {
      const path = leaves[l]
      if (path === undefined) break
      const from = this.#weights(l, metBy(path, pattern))
      const [{ places }, weights] = [path, pool.values]
      for (let k = 0; k < width; k++) {
        const value = values[path.leaf * width + k] ?? 0
        const base = k * features.length
        for (let n = 0; n < places.length; n++) {
          const to = base + (places[n] ?? 0)
          sums[to] = (sums[to] ?? 0) + value * (weights[from + n] ?? 0)
        }
      }
    }
    for (let n = 0; n < sums.length; n++) worth[this.#at + n * this.#capacity + slot] = sums[n] ?? 0
    return slot
  }

  /** The place of a leaf's weights for what a row meets of its path. */
  #weights(leaf: number, met: number): number {
    const of = this.#weightsOf[leaf] ?? none
    const known = of[met] ?? -1
    if (known >= 0) return known
    const path = this.#subtree.leaves[leaf]
    const { pool, weigh } = this.#group
    const at = pool.take(path?.places.length ?? 0)
    of[met] = at
    if (path !== undefined) weigh(path, met, pool.values, at)
    return at
  }
}
