// Compares attacks on membership with those of the real adversarial-robustness-toolbox and scikit-learn, numbers to 1e-9, and their
// strength with that of its learned attacks: no AUC may be more than 0.04 below their best. Cases are made from a seed chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/membership.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  casesRates,
  membershipCases,
  membershipDifferences,
  membershipValues,
  strongestAuc,
} from '../../packages/platform/src/assess/privacy-attacks/membership-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL(
    '../../packages/platform/src/assess/privacy-attacks/membership.reference.json',
    import.meta.url,
  ),
)
const weakerMax = 0.04
const referenceSeed = 20_261_121

/** Cases with the peer's values. */
function askPeer(cases, learned = false) {
  return askPeerScript('art', 'membership_values.py', { rates: casesRates, cases, learned })
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const reference = askPeer(membershipCases(referenceSeed, 200))
  writeFileSync(referencePath, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const tally = { passed: 0, failed: 0 }
  const answers = askPeer(membershipCases(seed, 2_000), true)
  for (const [n, { case: one, values, learned }] of answers.entries()) {
    const names = membershipDifferences(membershipValues(one), values)
    // Who is named; and of four scores, an AUC and a share at each rate.
    const asked = 1 + 4 * (1 + casesRates.length)
    tally.failed += names.length
    tally.passed += asked - names.length
    const [ours, theirs] = [strongestAuc(one), Math.max(...Object.values(learned))]
    // The first case has nothing to find: whichever of theirs is best is so by luck.
    const isStrong = n === 0 || ours >= theirs - weakerMax
    tally.failed += Number(!isStrong)
    tally.passed += Number(isStrong)
    process.stdout.write(
      `case ${n}: AUC ${ours.toFixed(4)}, best of their learned attacks ${theirs.toFixed(4)}${isStrong ? '' : ' too weak'}\n`,
    )
    if (names.length > 0) process.stdout.write(`case ${n} differs in ${names.join('; ')}\n`)
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}
