// Parts of attacks beside those of the real foolbox (scripts/conformance/foolbox.mjs, which also compares the
// strength of whole ones).

import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { foolboxAnswers, foolboxCases } from './foolbox-cases.fixture.ts'
import { stressBySaltAndPepper } from './image-stress.ts'

const reference = Compile(
  Type.Object({ seed: Type.Integer(), rounds: Type.Integer(), answers: Type.Unknown() }),
).Parse(JSON.parse(readFileSync(new URL('./foolbox.reference.json', import.meta.url), 'utf8')))
const answers = foolboxAnswers.Parse(reference.answers)
const cases = foolboxCases(reference.seed, reference.rounds)

test.each(['changes', 'halving', 'normal', 'robust', 'salt'])(
  '%s: equals foolbox to 1e-9',
  (what) => {
    expect(answers).toHaveLength(cases.length)
    const pairs = cases.flatMap(({ question, pairs: of }, n) =>
      question.what === what ? of(answers[n] ?? {}) : [],
    )
    expect(pairs.length).toBeGreaterThan(15)
    for (const [ours, theirs] of pairs) expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-9)
  },
)

test('salt and pepper: more pixels flip more, and a model that looks at none is not moved', async () => {
  const shape = { channels: 1, height: 6, width: 6 }
  const size = 36
  const images = Array.from({ length: 60 }, (_, n) => new Float32Array(size).fill(0.3 + n / 200))
  const asked = { images, groupings: [], error: 0.05, seed: 1 }
  const modelOf = (score: (pixels: Float32Array) => number) => ({
    shape,
    predict: (pixels: Float32Array, count: number) =>
      Promise.resolve(
        Float64Array.from({ length: 2 * count }, (_, n) => {
          const at = Math.floor(n / 2)
          const one = score(pixels.subarray(at * size, (at + 1) * size))
          return n % 2 === 0 ? -one : one
        }),
      ),
  })
  const brightest = modelOf((pixels) => Math.max(...pixels) - 0.9)
  const found = (await stressBySaltAndPepper(brightest, asked)).map(({ overall }) => overall.value)
  expect(found).toEqual(found.toSorted((a, b) => (a ?? 0) - (b ?? 0)))
  // Of 36 pixels, one in two hundred turns white at the first level, one in ten at the last.
  expect(found[0]).toBeLessThan(0.4)
  expect(found.at(-1)).toBeGreaterThan(0.9)
  const blind = await stressBySaltAndPepper(
    modelOf(() => 1),
    asked,
  )
  expect(blind.map(({ overall }) => overall.value)).toEqual([0, 0, 0, 0])
})
