// Compares explanations with those of the real Captum, on small networks made from a seed chosen now: Shapley values,
// exact and along the same orders, infidelity, sensitivity and ablation to 1e-9; occlusion as near as the peer's
// single precision allows, integrated gradients as near as our differences do; and Kernel SHAP by how near the exact
// values it comes with as many questions.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/captum.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  captumCases,
  captumDifferences,
  captumTolerance,
  captumValues,
  kernelErrors,
} from '../../packages/platform/src/assess/attributions/captum-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/attributions/captum.reference.json', import.meta.url),
)
const referenceSeed = 20_261_121
const rounds = 20
/** The median error of our Kernel SHAP beside the peer's. */
const ratioMax = 1.1

/** The peer's values of cases. */
function askPeer(cases) {
  return captumValues.Parse(askPeerScript('captum', 'captum_values.py', cases))
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const values = askPeer(await captumCases(referenceSeed, 2))
  const lines = values.map((one) => JSON.stringify(one)).join(',\n')
  writeFileSync(
    referencePath,
    `{"seed": ${referenceSeed}, "rounds": 2, "values": [\n${lines}\n]}\n`,
  )
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const cases = await captumCases(seed, rounds)
  const theirs = askPeer(cases)
  const compared = []
  const kernels = []
  for (const [n, one] of cases.entries()) {
    compared.push(...(await captumDifferences(one, theirs[n])))
    if ('row' in one) kernels.push(await kernelErrors(one, theirs[n].kernel))
  }
  let failed = 0
  for (const [what, all] of Map.groupBy(compared, (one) => one.what)) {
    const agreed = all.filter(({ apart }) => apart <= captumTolerance(what)).length
    failed += all.length - agreed
    const most = Math.max(...all.map(({ apart }) => apart)).toExponential(1)
    process.stdout.write(
      `${what}: ${agreed} of ${all.length} agree to ${captumTolerance(what)}, at most ${most} apart\n`,
    )
  }
  const [ours, peers] = [median(kernels.map((k) => k.ours)), median(kernels.map((k) => k.theirs))]
  const isNear = ours <= ratioMax * peers
  failed += Number(!isNear)
  process.stdout.write(
    `Kernel SHAP, 60 questions: median error ${ours.toExponential(2)}, theirs ${peers.toExponential(2)}${isNear ? '' : ' too far'}\n`,
  )
  process.stdout.write(`${compared.length + 1 - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
