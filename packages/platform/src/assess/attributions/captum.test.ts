// Explanations beside those of the real Captum (scripts/conformance/captum.mjs).

import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import {
  captumCases,
  captumDifferences,
  captumTolerance,
  captumValues,
  kernelErrors,
} from './captum-cases.fixture.ts'

const reference = Compile(
  Type.Object({ seed: Type.Integer(), rounds: Type.Integer(), values: Type.Unknown() }),
).Parse(JSON.parse(readFileSync(new URL('./captum.reference.json', import.meta.url), 'utf8')))
const values = captumValues.Parse(reference.values)
const cases = await captumCases(reference.seed, reference.rounds)

test('equals Captum as near as either computes', async () => {
  const compared = []
  for (const [n, one] of cases.entries()) {
    const theirs = values[n]
    if (theirs !== undefined) compared.push(...(await captumDifferences(one, theirs)))
  }
  expect(new Set(compared.map(({ what }) => what)).size).toBe(10)
  expect(compared).toHaveLength((8 * cases.length) / 2)
  for (const { what, apart } of compared) expect(apart, what).toBeLessThan(captumTolerance(what))
})

test('Kernel SHAP comes as near as Captum’s with as many questions', async () => {
  let [ours, theirs, rows] = [0, 0, 0]
  for (const [n, one] of cases.entries()) {
    const peer = values[n]
    if (!('row' in one) || peer === undefined || !('kernel' in peer)) continue
    const errors = await kernelErrors(one, peer.kernel)
    ours += errors.ours
    theirs += errors.theirs
    rows += 1
  }
  expect(rows).toBe(4)
  expect(ours).toBeLessThan(theirs)
})
