// Compares the parts of attacks that chance has no hand in with those of the real foolbox, to 1e-9: sizes of changes,
// halving to the boundary, its normal from the same directions, robust accuracy of what foolbox found, salt and
// pepper by the same draws. And the strength of whole attacks: at as many questions as the peer asked, distances may
// be 5 % above the peer's and no more, in the geometric mean over all rows.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/foolbox.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  foolboxAnswers,
  foolboxCases,
  strengthCases,
} from '../../packages/platform/src/assess/robustness/foolbox-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/robustness/foolbox.reference.json', import.meta.url),
)
const referenceSeed = 20_261_121
const rounds = 20
const attackedModels = 8
const tolerance = 1e-9
const ratioMax = 1.05

/** The peer's answers. */
function askPeer(questions) {
  return foolboxAnswers.Parse(askPeerScript('foolbox', 'foolbox_values.py', questions))
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Numbers that differ, by what was asked; prints a line each. */
function compareParts(seed) {
  const cases = foolboxCases(seed, rounds)
  const theirs = askPeer(cases.map(({ question }) => question))
  let failed = 0
  for (const [what, all] of Map.groupBy(cases.keys(), (n) => cases[n].question.what)) {
    const gaps = all.flatMap((n) => cases[n].pairs(theirs[n]).map(([a, b]) => Math.abs(a - b)))
    const agreed = gaps.filter((gap) => gap <= tolerance).length
    failed += gaps.length - agreed
    process.stdout.write(
      `${what}: ${agreed} of ${gaps.length} numbers agree, at most ${Math.max(...gaps).toExponential(1)} apart\n`,
    )
  }
  return failed
}

/**
 * Attacks that come less near than the peer's, over all models; prints a line for each model, and one for each
 * attack.
 */
async function compareStrength(seed) {
  const cases = strengthCases(seed, attackedModels)
  const theirs = askPeer(cases.map(({ question }) => question))
  const rows = Map.groupBy(cases.keys(), (n) => cases[n].attack)
  let failed = 0
  for (const [attack, all] of rows) {
    const logs = []
    for (const n of all) {
      const { model, distances } = cases[n]
      const peers = theirs[n].distances.map((distance) => distance ?? Infinity)
      const queriesMax = Math.min(...theirs[n].queries)
      const ours = await distances(queriesMax)
      logs.push(...ours.map((distance, row) => Math.log(distance / peers[row])))
      process.stdout.write(
        `${attack}, ${model.kind}, ${queriesMax} questions: median ${median(ours).toFixed(4)}, theirs ${median(peers).toFixed(4)}\n`,
      )
    }
    // One model's boundary may have a dent that either misses, so that all rows of all models are judged together.
    const ratio = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
    const isStrong = ratio <= ratioMax
    failed += Number(!isStrong)
    process.stdout.write(
      `${attack}: over ${logs.length} rows ${ratio.toFixed(3)} of their distances${isStrong ? '' : ', too far'}\n`,
    )
  }
  return failed
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const questions = foolboxCases(referenceSeed, 2).map(({ question }) => question)
  const lines = askPeer(questions).map((answer) => JSON.stringify(answer))
  writeFileSync(
    referencePath,
    `{"seed": ${referenceSeed}, "rounds": 2, "answers": [\n${lines.join(',\n')}\n]}\n`,
  )
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const failed = compareParts(seed) + (await compareStrength(seed))
  process.stdout.write(`${failed === 0 ? 'all passed' : `${failed} failed`}\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
