// Compares the strength of HopSkipJump with that of the real adversarial-robustness-toolbox: on linear models and small networks made
// from a seed chosen now, at as many questions as the peer asked, the median distance may be 10 % above the peer's and no more.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/art.mjs [--seed N])
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  artCases,
  distancesOf,
} from '../../packages/platform/src/assess/robustness/art-cases.fixture.ts'

const ratioMax = 1.1
const caseCount = 8

/** The peer's distances and questions. */
function askPeer(request) {
  return askPeerScript('art', 'art_values.py', request)
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

const { values: options } = parseArgs({ options: { seed: { type: 'string' } } })
const seed = Number(options.seed ?? randomInt(2 ** 31))
process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
const cases = artCases(seed, caseCount)
const theirs = askPeer({ seed, cases })
let failed = 0
for (const [n, model] of cases.entries()) {
  const { distances, queries } = theirs[n]
  // No row of ours may ask more than the peer asked about the row it asked least about.
  const queriesMax = Math.min(...queries)
  const ours = median(await distancesOf(model, { queriesMax, seed }))
  const peer = median(distances.map((distance) => distance ?? Infinity))
  const isStrong = ours <= ratioMax * peer
  failed += Number(!isStrong)
  process.stdout.write(
    `${model.kind}, ${queriesMax} questions: median ${ours.toFixed(4)}, theirs ${peer.toFixed(4)} (${(ours / peer).toFixed(3)})${isStrong ? '' : ' too far'}\n`,
  )
}
process.stdout.write(`${cases.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
