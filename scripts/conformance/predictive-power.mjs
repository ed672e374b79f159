// Compares the predictive power score with the real ppscore, to 1e-9: columns made from a seed chosen now, dealt in ppscore's order.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/predictive-power.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  powerCases,
  powerDifferences,
  powerValues,
} from '../../packages/platform/src/assess/quality/predictive-power-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL(
    '../../packages/platform/src/assess/quality/predictive-power.reference.json',
    import.meta.url,
  ),
)
const referenceSeed = 20_261_121

/** Cases with the peer's values. */
function askPeer(cases) {
  return askPeerScript('cleanlab', 'predictive_power_values.py', cases)
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const reference = askPeer(powerCases(referenceSeed, 1))
  writeFileSync(referencePath, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const tally = { passed: 0, failed: 0 }
  for (const [n, { case: one, values }] of askPeer(powerCases(seed, 10)).entries()) {
    const mine = powerValues(one, values.order)
    const names = powerDifferences(mine, values)
    tally.failed += names.length
    tally.passed += 3 - names.length
    for (const name of names)
      process.stdout.write(`case ${n}, ${name}: ours ${mine[name]}, theirs ${values[name]}\n`)
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}
