// The exact distribution of the one-sample Kolmogorov–Smirnov statistic D of n rows, two-sided, to which SciPy refers two large
// samples with n = m·k / (m + k). Pieces and where each is taken: Simard & L'Ecuyer (2011), doi:10.18637/jss.v039.i11.

import { assert } from '@proofhouse/evidence'
import { logGamma } from '../intervals/special-functions.ts'

/** P(Dₙ ≥ x) for a sample of n ≥ 1 rows. */
export function kolmogorovExceeds(n: number, x: number): number {
  const t = n * x
  if (x >= 1) return 0
  if (t <= 0.5) return 1
  // Ruben and Gambino's closed forms at both ends.
  if (t <= 1) return 1 - Math.exp(logGamma(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1))
  if (t >= n - 1) return 2 * (1 - x) ** n
  const scaled = t * x
  if (scaled >= 370) return 0
  if (x >= 0.5 || scaled >= (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSided(n, x))
  const isSmall = n <= 140 || (n <= 100_000 && n * x ** 1.5 <= 1.4)
  return Math.min(1, Math.max(0, 1 - (isSmall ? durbin(n, x) : pelzGood(n, x))))
}

/** P(Dₙ⁺ ≥ x), one-sided: Smirnov: x Σ C(n, j) (x + j/n)^(j−1) (1 − x − j/n)^(n−j), every term by its logarithm. */
function oneSided(n: number, x: number): number {
  // The term of j = 0; that of j = n is nothing for x > 0.
  let sum = (1 - x) ** n
  const last = Math.floor(n * (1 - x))
  for (let j = 1; j <= Math.min(last, n - 1); j++) {
    const rest = n - j
    if (rest <= n * x) break
    // Of C(n, j) (j/n)^j (rest/n)^rest only Stirling's remainders are left, which large n do not blur.
    const peak =
      Math.log(n / (2 * Math.PI * j * rest)) / 2 +
      (stirlingError(n) - stirlingError(j) - stirlingError(rest))
    const tilt = j * Math.log1p((x * n) / j) + rest * Math.log1p((-x * n) / rest)
    sum += (x / (x + j / n)) * Math.exp(peak + tilt)
  }
  return sum
}

/** ln n! − ln(√(2πn) (n/e)ⁿ), n ≥ 1. */
function stirlingError(n: number): number {
  if (n < 16) return logGamma(n + 1) - ((n + 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2)
  const square = n * n
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / n
}

/** A matrix with a power of ten apart, so that its powers neither over- nor underflow. */
interface Scaled {
  readonly cells: Float64Array
  readonly exponent: number
}

/** P(Dₙ < x): Durbin's matrix raised to the n-th power, as Marsaglia, Tsang and Wang (2003) arrange it. */
function durbin(n: number, x: number): number {
  const k = Math.floor(n * x) + 1
  const size = 2 * k - 1
  let power = matrixPower({ cells: durbinMatrix(k, k - n * x), exponent: 0 }, n, size)
  let chance = power.cells[(k - 1) * size + k - 1] ?? 0
  for (let i = 1; i <= n; i++) {
    chance = (chance * i) / n
    if (chance < 1e-140) {
      chance *= 1e140
      power = { ...power, exponent: power.exponent - 140 }
    }
  }
  return chance * 10 ** power.exponent
}

function durbinMatrix(k: number, h: number): Float64Array {
  const size = 2 * k - 1
  const cells = new Float64Array(size * size)
  const set = (i: number, j: number, value: number) => {
    cells[i * size + j] = value
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) set(i, j, i - j + 1 < 0 ? 0 : 1)
  for (let i = 0; i < size; i++) {
    set(i, 0, 1 - h ** (i + 1))
    set(size - 1, i, 1 - h ** (size - i))
  }
  set(size - 1, 0, 1 - 2 * h ** size + (2 * h - 1 > 0 ? (2 * h - 1) ** size : 0))
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      if (i - j + 1 > 0) {
        const at = i * size + j
        cells[at] = (cells[at] ?? 0) / Math.exp(logGamma(i - j + 2))
      }
  return cells
}

function matrixPower(base: Scaled, times: number, size: number): Scaled {
  assert(times >= 1, 'a power of at least one')
  if (times === 1) return base
  const half = matrixPower(base, Math.floor(times / 2), size)
  const squared = multiply(half, half, size)
  return times % 2 === 0 ? squared : multiply(base, squared, size)
}

function multiply(a: Scaled, b: Scaled, size: number): Scaled {
  const cells = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const left = a.cells[i * size + k] ?? 0
      if (left === 0) continue
      for (let j = 0; j < size; j++) {
        const at = i * size + j
        cells[at] = (cells[at] ?? 0) + left * (b.cells[k * size + j] ?? 0)
      }
    }
  const exponent = a.exponent + b.exponent
  const middle = cells[(size >> 1) * size + (size >> 1)] ?? 0
  return middle > 1e140
    ? { cells: cells.map((cell) => cell * 1e-140), exponent: exponent + 140 }
    : { cells, exponent }
}

/** P(Dₙ < x) for large n: Pelz and Good (1976), the limit and three corrections in powers of 1/√n. */
function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x
  const [z2, pi2] = [z * z, Math.PI ** 2]
  const [z4, z6] = [z2 * z2, z2 ** 3]
  let [k0, k1, k2, k3] = [0, 0, 0, 0]
  for (let k = 0; k < 60; k++) {
    // Odd half-integers: q = (k + ½)²; π²q / (2z²) in the exponent.
    const q = (k + 0.5) ** 2
    const weight = 2 * Math.exp((-pi2 * q) / (2 * z2))
    if (weight < 1e-300) break
    k0 += weight
    k1 += weight * (pi2 * q - z2)
    k2 += weight * (6 * z6 + 2 * z4 + pi2 * (2 * z4 - 5 * z2) * q + pi2 ** 2 * (1 - 2 * z2) * q * q)
    k3 +=
      weight *
      (-30 * z6 -
        90 * z2 * z6 +
        pi2 * (135 * z4 - 96 * z6) * q +
        pi2 ** 2 * (212 * z4 - 60 * z2) * q * q +
        pi2 ** 3 * (5 - 30 * z2) * q ** 3)
  }
  let [even2, even3] = [0, 0]
  for (let k = 1; k < 60; k++) {
    const q = k * k
    const weight = 2 * Math.exp((-pi2 * q) / (2 * z2))
    if (weight < 1e-300) break
    even2 += weight * q
    even3 += weight * (-pi2 * q * q + 3 * z2 * q)
  }
  const root = Math.sqrt(Math.PI / 2)
  const corrections =
    (root * k0) / z +
    (root * k1) / (6 * z4) / Math.sqrt(n) +
    ((root * k2) / (72 * z ** 7) - (root * pi2 * even2) / (36 * z ** 3)) / n +
    ((root * k3) / (6480 * z ** 10) + (root * pi2 * even3) / (216 * z6)) / n ** 1.5
  return corrections
}
