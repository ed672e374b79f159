// The confident joint: how many rows of each given label are, with confidence, of each true class. Northcutt, Jiang & Chuang,
// "Confident learning: estimating uncertainty in dataset labels" (JAIR 2021); the conventions are cleanlab's.
// INVARIANT: a matrix here is square, row after row: given label × true class.

import { type ClassProbabilities, likeliestClass, probabilityOf } from './class-probabilities.ts'

/** A probability this little below a class's threshold still counts: cleanlab's. */
const closeEnough = 1e-6
/** No threshold is below this: a class nobody believes in would else take every row. */
const thresholdMin = 2 * closeEnough
/** A class without rows has a threshold no probability reaches. */
const unreachable = 2
/** What stands for a denominator of zero. */
const tiny = 1e-100

/** Given label × true class. */
export interface Joint {
  readonly classes: number
  readonly values: Float64Array
}

/** An entry of a joint. */
export function entryOf({ classes, values }: Joint, given: number, truth: number): number {
  return values[given * classes + truth] ?? 0
}

/** The threshold of each class: the mean probability of the class among the rows labelled with it (the paper's t_j). */
export function confidentThresholds(
  labels: Uint8Array,
  probabilities: ClassProbabilities,
): Float64Array {
  const sums = new Float64Array(probabilities.classes)
  const rows = countsOf(labels, probabilities.classes)
  for (const [row, label] of labels.entries())
    sums[label] = (sums[label] ?? 0) + probabilityOf(probabilities, row, label)
  return sums.map((sum, label) => {
    const count = rows[label] ?? 0
    return count === 0 ? unreachable : Math.max(thresholdMin, sum / count)
  })
}

/**
 * The class a row is, with confidence: the one whose threshold its probability reaches; of several, the likeliest.
 * Null for a row of no class with confidence.
 */
export function confidentClass(
  probabilities: ClassProbabilities,
  thresholds: Float64Array,
  row: number,
): number | null {
  let [reached, first] = [0, 0]
  for (let label = probabilities.classes - 1; label >= 0; label--)
    if (probabilityOf(probabilities, row, label) >= (thresholds[label] ?? 0) - closeEnough) {
      reached += 1
      first = label
    }
  if (reached === 0) return null
  return reached === 1 ? first : likeliestClass(probabilities, row)
}

/** Rows by given label and confident class, before calibration; each class keeps at least one right row. */
export function countedJoint(labels: Uint8Array, probabilities: ClassProbabilities): Joint {
  const { classes } = probabilities
  const thresholds = confidentThresholds(labels, probabilities)
  const values = new Float64Array(classes * classes)
  for (const [row, given] of labels.entries()) {
    const truth = confidentClass(probabilities, thresholds, row)
    if (truth !== null) values[given * classes + truth] = (values[given * classes + truth] ?? 0) + 1
  }
  for (let label = 0; label < classes; label++)
    values[label * classes + label] = Math.max(1, values[label * classes + label] ?? 0)
  return { classes, values }
}

/**
 * The joint scaled such that each given label has its rows, in whole rows. The steps and their order are cleanlab's, for
 * what lies halfway between two whole numbers is rounded by its last bit.
 */
export function calibrated(joint: Joint, labels: Uint8Array): Joint {
  const { classes, values } = joint
  const rows = countsOf(labels, classes)
  const scaled = values.map((count, n) => {
    const given = Math.floor(n / classes)
    return (count / Math.max(tiny, rowSum(joint, given))) * (rows[given] ?? 0)
  })
  const byTruth = scaled.map(
    (_, n) => scaled[(n % classes) * classes + Math.floor(n / classes)] ?? 0,
  )
  const sum = Math.max(tiny, pairwiseSum(byTruth))
  const whole = new Float64Array(values.length)
  for (let given = 0; given < classes; given++) {
    const row = scaled.subarray(given * classes, (given + 1) * classes)
    whole.set(roundKeepingSum(row.map((count) => (count / sum) * labels.length)), given * classes)
  }
  return { classes, values: whole }
}

/** The calibrated confident joint: estimated rows of each given label by true class. */
export function confidentJoint(labels: Uint8Array, probabilities: ClassProbabilities): Joint {
  return calibrated(countedJoint(labels, probabilities), labels)
}

/** Estimated shares of all rows, by given label and true class (the paper's Q̂). */
export function estimatedJoint(labels: Uint8Array, probabilities: ClassProbabilities): Joint {
  const { classes, values } = confidentJoint(labels, probabilities)
  const sum = Math.max(tiny, sumOf(values))
  return { classes, values: values.map((count) => count / sum) }
}

/** Rows of each label. */
export function countsOf(labels: Uint8Array, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

function rowSum(joint: Joint, given: number): number {
  return sumOf(joint.values.subarray(given * joint.classes, (given + 1) * joint.classes))
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** The sum as NumPy adds: eight sums side by side, halves of long lists apart. */
function pairwiseSum(values: Float64Array): number {
  const { length } = values
  if (length < 8) return sumOf(values)
  if (length > 128) {
    const half = Math.floor(length / 16) * 8
    return pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half))
  }
  const lanes = Float64Array.from(values.subarray(0, 8))
  const even = length - (length % 8)
  for (let n = 8; n < even; n++) lanes[n % 8] = (lanes[n % 8] ?? 0) + (values[n] ?? 0)
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = lanes
  return values
    .subarray(even)
    .reduce((sum, value) => sum + value, a + b + (c + d) + (e + f + (g + h)))
}

/** Half to even, as NumPy rounds. */
function rounded(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

/** Whole numbers with the rounded sum of the given ones: what is missing goes to those rounded down most, what is over comes from those rounded up most. */
export function roundKeepingSum(values: Float64Array): Float64Array {
  const whole = values.map(rounded)
  const wanted = rounded(sumOf(values))
  let missing = wanted - sumOf(whole)
  while (missing !== 0) {
    const step = Math.sign(missing)
    const lost = values.map((value, n) => value - (whole[n] ?? 0))
    const order = [...lost.keys()].toSorted((a, b) => (lost[a] ?? 0) - (lost[b] ?? 0) || a - b)
    if (step > 0) order.reverse()
    for (const n of order.slice(0, Math.abs(missing))) whole[n] = (whole[n] ?? 0) + step
    missing = wanted - sumOf(whole)
  }
  return whole
}
