// Compares margins and SHAP values of trees with the libraries that trained them and with shap: models trained from a
// seed chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/explain.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  comparisonsOf,
  explainCases,
} from '../../packages/platform/src/assess/explain/explain-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/explain/explain.reference.json', import.meta.url),
)
const referenceSeed = 20_261_121
const rounds = 10

/** Models with the peers' values. */
function askPeer(question) {
  return explainCases.Parse(
    askPeerScript('explain', 'explain_values.py', question, { env: { OMP_NUM_THREADS: '1' } }),
  )
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const reference = askPeer({ seed: referenceSeed, rounds: 1 })
  writeFileSync(referencePath, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const compared = askPeer({ seed, rounds }).flatMap((one) =>
    comparisonsOf(one).map((of) => ({ ...of, name: one.name, agree: of.apart <= of.tolerance })),
  )
  for (const { name, what, apart } of compared.filter(({ agree }) => !agree))
    process.stdout.write(`${name}: ${what} is ${apart} apart\n`)
  for (const [what, results] of Map.groupBy(compared, (result) => result.what)) {
    const agreed = results.filter(({ agree }) => agree).length
    const most = Math.max(...results.map(({ apart }) => apart)).toExponential(1)
    process.stdout.write(`${what}: ${agreed} of ${results.length} agree, at most ${most} apart\n`)
  }
  const failed = compared.filter(({ agree }) => !agree).length
  process.stdout.write(`${compared.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
