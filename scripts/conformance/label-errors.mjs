// Compares confident learning and outlier scores with the real cleanlab, numbers to 1e-9 and rows exactly: cases made from a seed
// chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/label-errors.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  differences,
  labelErrorCases,
  labelErrorValues,
} from '../../packages/platform/src/assess/label-errors/label-error-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL(
    '../../packages/platform/src/assess/label-errors/label-errors.reference.json',
    import.meta.url,
  ),
)
const referenceSeed = 20_261_121

/** Cases with the peer's values. */
function askPeer(cases) {
  return askPeerScript('cleanlab', 'label_error_values.py', cases)
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const reference = askPeer(labelErrorCases(referenceSeed, 1))
  writeFileSync(referencePath, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const tally = { passed: 0, failed: 0 }
  for (const [n, { case: one, values }] of askPeer(labelErrorCases(seed, 20)).entries()) {
    const names = differences(labelErrorValues(one), values)
    const asked = Object.keys(values.numbers).length + Object.keys(values.rows).length
    tally.failed += names.length
    tally.passed += asked - names.length
    if (names.length > 0) process.stdout.write(`case ${n} differs in ${names.join('; ')}\n`)
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}
