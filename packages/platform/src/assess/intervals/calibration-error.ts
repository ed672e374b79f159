// An interval for the expected calibration error over fixed bins. The error of a sample is too large on average: noise of
// either sign adds to a sum of absolute values. The error is the largest mean of ±(score − label) over all choices of a sign
// per bin: the true choice bounds the truth from above, as one mean, while from below the expected noise of all
// bins is taken off first and the rest deviates like a single mean (Gaussian concentration: Borell 1975).

import { type BinSums, expectedCalibrationError } from '../curves/calibration-curve.ts'
import type { Limits } from './proportion.ts'
import { normalQuantile } from './special-functions.ts'

/** The limits of an expected calibration error, with the error `tail` on each side; null without rows. */
export function calibrationErrorInterval(bins: readonly BinSums[], tail: number): Limits | null {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0)
  if (rows === 0) return null
  const value = expectedCalibrationError(bins)
  const z = -normalQuantile(tail)
  const spreads = bins.map(({ errors, chance }) => Math.max(errors, chance))
  // One row that is wholly wrong stands for what was not seen yet.
  const squares = spreads.reduce((sum, spread) => sum + spread, 1)
  const spread = (z * Math.sqrt(squares)) / rows
  const noise = spreads.reduce((sum, one) => sum + Math.sqrt((2 / Math.PI) * one), 0) / rows
  return { low: Math.max(0, value - noise - spread), high: Math.min(1, value + spread) }
}
