// The few special functions the intervals stand on: beta distribution, its quantile, normal and Student quantiles.
// The density uses Loader's saddle-point form (2000), which keeps full precision for counts in the millions where
// differences of log-gammas would not. Reference values from SciPy: special-functions.reference.json.

import { assert } from '@proofhouse/evidence'

const iterationsMax = 20_000
const smallest = 1e-300

/** lnΓ(a) minus Stirling's approximation of it, for a > 0 (series from a = 16 on, recurrence below). */
function stirlingError(a: number): number {
  let shifted = a
  let error = 0
  while (shifted < 16) {
    error += (shifted + 0.5) * Math.log1p(1 / shifted) - 1
    shifted += 1
  }
  const s = 1 / (shifted * shifted)
  const series = 1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188))))
  return error + series / shifted
}

/** ln Γ(a), a > 0. */
export function logGamma(a: number): number {
  return (a - 0.5) * Math.log(a) - a + 0.5 * Math.log(2 * Math.PI) + stirlingError(a)
}

/** a ln(a/m) + m − a without cancellation where m is near a. */
function deviance(a: number, m: number): number {
  const t = (m - a) / a
  if (Math.abs(t) > 0.1) return a * (t - Math.log(m / a))
  // t − ln(1 + t) = t²/2 − t³/3 + …
  let [term, sum] = [t * t, 0]
  for (let k = 2; k < 40; k++) {
    const next = sum + ((k % 2 === 0 ? 1 : -1) * term) / k
    if (next === sum) break
    sum = next
    term *= t
  }
  return a * sum
}

/** ln of xᵃ(1 − x)ᵇ / B(a, b). */
function logBetaKernel(a: number, b: number, x: number): number {
  const n = a + b
  const corrections = stirlingError(n) - stirlingError(a) - stirlingError(b)
  const scale = 0.5 * Math.log((a * b) / (2 * Math.PI * n))
  return scale + corrections - deviance(a, n * x) - deviance(b, n * (1 - x))
}

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  d = 1 / (Math.abs(d) < smallest ? smallest : d)
  let fraction = d
  for (let m = 1; m <= iterationsMax; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const numerator of [even, odd]) {
      d = 1 + numerator * d
      d = 1 / (Math.abs(d) < smallest ? smallest : d)
      c = 1 + numerator / c
      if (Math.abs(c) < smallest) c = smallest
      change = c * d
      fraction *= change
    }
    if (Math.abs(change - 1) < 1e-15) return fraction
  }
  throw new Error('the incomplete beta function did not converge')
}

/** The beta distribution function I_x(a, b): the chance of at most x. a, b > 0 and x in [0, 1]. */
export function betaCdf(x: number, a: number, b: number): number {
  assert(a > 0 && b > 0 && x >= 0 && x <= 1, 'the beta distribution needs a, b > 0 and x in [0, 1]')
  if (x === 0 || x === 1) return x
  const kernel = Math.exp(logBetaKernel(a, b, x))
  if (x < (a + 1) / (a + b + 2)) return (kernel * betaFraction(a, b, x)) / a
  return 1 - (kernel * betaFraction(b, a, 1 - x)) / b
}

/**
 * The x at which the beta distribution function reaches p, for a > 0, b ≥ 1 and 0 < p < 1.
 * Newton's method on ln I against ln x: concave for b ≥ 1, so it converges from any start.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  assert(p > 0 && p < 1 && b >= 1, 'the beta quantile needs 0 < p < 1 and b of at least 1')
  const z = normalQuantile(p)
  const mean = a / (a + b)
  const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1))
  const guess = Math.min(1 - 1e-9, Math.max(mean + z * deviation, mean * Math.exp(-1 / a)))
  // I ≤ xᵃ / aB(a, b) for b ≥ 1, so the root is not left of this; steps from a flat start must not be either.
  const least = (Math.log(p * a) + logGamma(a) + logGamma(b) - logGamma(a + b)) / a
  let y = Math.max(least, Math.log(a > 1 ? guess : Math.min(guess, mean)))
  for (let step = 0; step < 200; step++) {
    const x = Math.exp(y)
    // For tiny a the quantile is smaller than the smallest double.
    if (x === 0) return 0
    const cdf = betaCdf(x, a, b)
    // d ln I / d ln x = x f(x) / I, and x f(x) is the kernel over (1 − x).
    const slope = Math.exp(logBetaKernel(a, b, x)) / (1 - x) / cdf
    const next = Math.min(Math.max(least, y + (Math.log(p) - Math.log(cdf)) / slope), -1e-17)
    if (Math.abs(next - y) <= 4e-16 * Math.max(1, Math.abs(y))) return Math.exp(next)
    y = next
  }
  return Math.exp(y)
}

const centre = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597,
    39307.89580009271, 28729.085735721943, 5226.495278852854,
  ],
] as const
const tail = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
    0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const
const farTail = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
    0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)

/** The standard normal quantile, 0 < p < 1 (Wichura 1988, algorithm AS 241, about 16 digits). */
export function normalQuantile(p: number): number {
  assert(p > 0 && p < 1, 'a quantile needs 0 < p < 1')
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(centre[0], r)) / polynomial(centre[1], r)
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)))
  const [part, offset] = r <= 5 ? [tail, 1.6] : [farTail, 5]
  const z = polynomial(part[0], r - offset) / polynomial(part[1], r - offset)
  return q < 0 ? -z : z
}

/** The t that Student's distribution exceeds with chance `upper` (0 < upper < 0.5), by bisection. */
export function studentQuantile(upper: number, degrees: number): number {
  assert(upper > 0 && upper < 0.5 && degrees > 0, 'Student needs a tail below a half')
  const exceeds = (t: number) => 0.5 * betaCdf(degrees / (degrees + t * t), degrees / 2, 0.5)
  let low = 0
  let high = Math.max(1, -normalQuantile(upper))
  while (exceeds(high) > upper) high *= 2
  for (let step = 0; step < 80 && high - low > 1e-14 * high; step++) {
    const middle = (low + high) / 2
    if (exceeds(middle) > upper) low = middle
    else high = middle
  }
  return (low + high) / 2
}
