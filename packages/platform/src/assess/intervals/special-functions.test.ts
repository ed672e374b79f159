import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { kolmogorovExceeds } from '../drift/kolmogorov.ts'
import {
  betaCdf,
  betaQuantile,
  logGamma,
  normalQuantile,
  studentQuantile,
} from './special-functions.ts'

const rows = Type.Array(Type.Array(Type.Number()))
const reference = Compile(
  Type.Object({
    beta_cdf: rows,
    beta_quantile: rows,
    normal_quantile: rows,
    student_quantile: rows,
    kolmogorov: rows,
  }),
).Parse(
  JSON.parse(readFileSync(new URL('./special-functions.reference.json', import.meta.url), 'utf8')),
)

/** Zero when both are too small for doubles to tell apart. */
const relativeError = (ours: number, theirs: number): number =>
  Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-280)

test('the beta distribution function equals SciPy', () => {
  expect(reference.beta_cdf.length).toBeGreaterThan(200)
  for (const [x = 0, a = 0, b = 0, value = 0] of reference.beta_cdf)
    expect(relativeError(betaCdf(x, a, b), value), `I_${x}(${a}, ${b})`).toBeLessThan(1e-9)
})

test('the beta quantile equals SciPy and inverts the distribution function', () => {
  for (const [p = 0, a = 0, b = 0, value = 0] of reference.beta_quantile) {
    const quantile = betaQuantile(p, a, b)
    expect(relativeError(quantile, value), `quantile ${p} of (${a}, ${b})`).toBeLessThan(1e-9)
    // Next to 1 a double has too few digits left to hold the quantile that precisely.
    const back = quantile < 1 - 1e-6 ? betaCdf(quantile, a, b) : p
    expect(relativeError(back, p), `back to ${p}`).toBeLessThan(1e-8)
  }
})

test('a quantile below the smallest double is zero, and small shapes do not fail', () => {
  expect(betaQuantile(0.025, 1e-3, 20)).toBe(0)
  for (let shape = 1e-12; shape < 100; shape *= 3)
    for (const p of [1e-6, 0.025, 0.5, 0.975]) {
      const quantile = betaQuantile(p, shape, 1 + shape)
      expect(quantile >= 0 && quantile <= 1, `${p} of ${shape}`).toBe(true)
    }
})

test('normal and Student quantiles equal SciPy', () => {
  for (const [p = 0, value = 0] of reference.normal_quantile)
    expect(Math.abs(normalQuantile(p) - value), `normal ${p}`).toBeLessThan(1e-13)
  for (const [p = 0, degrees = 0, value = 0] of reference.student_quantile)
    expect(relativeError(studentQuantile(p, degrees), value), `${p}, ${degrees}`).toBeLessThan(1e-9)
})

test('the log of the gamma function meets factorials', () => {
  let factorial = 1
  for (let n = 1; n <= 20; n++) {
    expect(relativeError(Math.exp(logGamma(n)), factorial), `${n}`).toBeLessThan(1e-13)
    factorial *= n
  }
})

test('arguments without meaning are programmer errors', () => {
  for (const bad of [
    () => betaCdf(0.5, 0, 1),
    () => betaCdf(1.5, 1, 1),
    () => betaQuantile(0, 1, 1),
    () => betaQuantile(0.5, 2, 0.5),
    () => normalQuantile(1),
    () => studentQuantile(0.5, 3),
  ])
    expect(bad).toThrow(/assertion failed/)
})

test('the distribution of the Kolmogorov–Smirnov statistic equals SciPy, in each of its pieces', () => {
  expect(reference.kolmogorov.length).toBeGreaterThan(80)
  // SciPy's own sum loses digits above a million rows; ours does not, whichever way its terms are taken.
  for (const [n = 0, z = 0, value = 0] of reference.kolmogorov)
    expect(Math.abs(kolmogorovExceeds(n, z / Math.sqrt(n)) - value), `${n}, ${z}`).toBeLessThan(
      n > 1e6 ? 1e-7 : 1e-11,
    )
})
