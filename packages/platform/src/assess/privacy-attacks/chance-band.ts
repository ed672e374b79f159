// Where a ROC curve would lie if an attack knew nothing: with k of n others above a threshold that they themselves set, the number of
// m targets above it is beta-binomial with parameters m, k + 1 and n − k (the positions of both in one random order).

import { logGamma } from '../intervals/special-functions.ts'

/** Chance that one point lies outside. */
const outside = 0.05

/** The limits within which chance leaves the share found at a false positive rate, with 95 %. */
export function chanceBand({
  targets,
  others,
  fpr,
}: {
  readonly targets: number
  readonly others: number
  readonly fpr: number
}): { readonly low: number; readonly high: number } {
  const accused = Math.floor(fpr * others + 1e-9)
  if (accused >= others) return { low: 1, high: 1 }
  const [a, b] = [accused + 1, others - accused]
  let log = logGamma(targets + b) + logGamma(a + b) - logGamma(b) - logGamma(targets + a + b)
  let [below, low] = [0, -1]
  for (let found = 0; found <= targets; found++) {
    below += Math.exp(log)
    if (low === -1 && below > outside / 2) low = found
    if (below >= 1 - outside / 2) return { low: low / targets, high: found / targets }
    log +=
      Math.log((targets - found) / (found + 1)) + Math.log((a + found) / (b + targets - found - 1))
  }
  return { low: Math.max(0, low) / targets, high: 1 }
}
