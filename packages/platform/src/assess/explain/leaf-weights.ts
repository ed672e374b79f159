// How much of a leaf's value each feature on its path gets, for one pattern of a row: by the covers, or against the
// patterns of background rows. Everything the fast kernel knows of Shapley values is here; the rest of it looks up.

import { quadratureFor } from './quadrature.ts'
import { mixtureWeight } from './tree-shap.ts'
import type { LeafPath } from './tree-subtrees.ts'

/**
 * Writes the share of the leaf's value that each feature of its path gets, in the order of the path, from place `at`,
 * when a row meets those features of the path that are bits of `met`.
 */
export type LeafWeights = (path: LeafPath, met: number, into: Float64Array, at: number) => void

/** The features of a leaf's path that a row meets, as bits. */
export function metBy(path: LeafPath, pattern: number): number {
  const { asked, masks, wanted } = path
  let met = pattern & path.direct
  for (let k = 0; k < asked.length; k++) {
    const n = asked[k] ?? 0
    if ((pattern & (masks[n] ?? 0)) === (wanted[n] ?? 0)) met |= 1 << n
  }
  return met
}

/**
 * Weights by the covers. With p the share of training rows and o whether the row meets what the path asks of a feature:
 * (o_i - p_i) times the integral over t from 0 to 1 of the product over the other features of p_j + t (o_j - p_j).
 */
export function coverWeights(bitsMax: number): LeafWeights {
  const factors = new Float64Array(bitsMax)
  const before = new Float64Array(bitsMax)
  return (path, met, into, at) => {
    const { shares } = path
    const length = shares.length
    const { points, weights } = quadratureFor(length)
    for (let n = 0; n < length; n++) into[at + n] = 0
    for (let q = 0; q < points.length; q++) {
      const t = points[q] ?? 0
      let product = 1
      for (let n = 0; n < length; n++) {
        const share = shares[n] ?? 0
        const factor = share + t * (((met >>> n) & 1) - share)
        before[n] = product
        factors[n] = factor
        product *= factor
      }
      let after = weights[q] ?? 0
      for (let n = length - 1; n >= 0; n--) {
        into[at + n] = (into[at + n] ?? 0) + after * (before[n] ?? 0)
        after *= factors[n] ?? 0
      }
    }
    for (let n = 0; n < length; n++)
      into[at + n] = (into[at + n] ?? 0) * (((met >>> n) & 1) - (shares[n] ?? 0))
  }
}

/** Which features of a leaf's path the background rows meet: different ones as bits, and the share of rows that do. */
export interface MetByBackground {
  readonly met: Int32Array
  readonly shares: Float64Array
}

/** Different patterns of a subtree among the background rows, and how many rows have each. */
export interface BackgroundPatterns {
  readonly patterns: Int32Array
  readonly counts: Int32Array
  readonly rows: number
}

/** Collects what background rows meet of a leaf's path. */
export function metByBackground(path: LeafPath, background: BackgroundPatterns): MetByBackground {
  const { patterns, counts, rows } = background
  const shares = new Float64Array(2 ** path.masks.length)
  for (let n = 0; n < patterns.length; n++) {
    const met = metBy(path, patterns[n] ?? 0)
    shares[met] = (shares[met] ?? 0) + (counts[n] ?? 0)
  }
  const seen = Int32Array.from(shares.keys().filter((met) => shares[met] !== 0))
  return { met: seen, shares: Float64Array.from(seen, (met) => (shares[met] ?? 0) / rows) }
}

/**
 * Weights against background rows. Features that only the row meets must be its own for the leaf to be reached, those
 * that only the background row meets must not; a leaf that needs a feature which neither meets is reached by no
 * mixture.
 */
export function backgroundWeights(
  bitsMax: number,
  metOf: ReadonlyMap<LeafPath, MetByBackground>,
): LeafWeights {
  const sizes = Uint8Array.from({ length: 2 ** bitsMax }, (_, bits) => bitCount(bits))
  const weightOf = Array.from({ length: bitsMax + 1 }, (_, a) =>
    Float64Array.from({ length: bitsMax + 1 }, (_unused, b) => mixtureWeight(a, b)),
  )
  return (path, mine, into, at) => {
    const length = path.masks.length
    const all = 2 ** length - 1
    for (let n = 0; n < length; n++) into[at + n] = 0
    const background = metOf.get(path)
    if (background === undefined) return
    const missed = sizes[all & ~mine] ?? 0
    let lost = 0
    for (let k = 0; k < background.met.length; k++) {
      const theirs = background.met[k] ?? 0
      if ((mine | theirs) !== all) continue
      const alone = mine & ~theirs
      const count = sizes[alone] ?? 0
      const share = background.shares[k] ?? 0
      // What the background row alone meets is what this row misses: the same features every time.
      if (missed > 0) lost += share * (weightOf[count]?.[missed - 1] ?? 0)
      if (count === 0) continue
      const gained = share * (weightOf[count - 1]?.[missed] ?? 0)
      for (let left = alone; left !== 0; left &= left - 1) {
        const to = at + 31 - Math.clz32(left & -left)
        into[to] = (into[to] ?? 0) + gained
      }
    }
    for (let n = 0; n < length; n++) if (((mine >>> n) & 1) === 0) into[at + n] = -lost
  }
}

function bitCount(of: number): number {
  let count = 0
  for (let left = of; left !== 0; left &= left - 1) count += 1
  return count
}
