// Limits of a median from the order of the values alone, whatever their distribution: the number of rows below the
// median is binomial with chance one half (Thompson 1936).

import { betaCdf } from './special-functions.ts'

/**
 * How many of the smallest and of the largest values lie outside the limits: the k-th value from either end is a
 * limit whose error is at most `tail`; 0 where there are too few values for any.
 */
export function medianRank(n: number, tail: number): number {
  // P(at most k − 1 of n rows below the median) = P(Binomial(n, ½) ≤ k − 1) = 1 − I½(k, n − k + 1)
  const error = (k: number): number => 1 - betaCdf(0.5, k, n - k + 1)
  let [low, high] = [0, Math.ceil(n / 2)]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (error(middle) <= tail) low = middle
    else high = middle - 1
  }
  return low
}
