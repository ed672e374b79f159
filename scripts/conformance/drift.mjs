// Compares drift scores with the real Evidently, to 1e-9: columns made from a seed chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/drift.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  agrees,
  driftCases,
  driftScores,
} from '../../packages/platform/src/assess/drift/drift-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/drift/drift.reference.json', import.meta.url),
)
const referenceSeed = 20_261_121

/** Cases with the peer's values. */
function askPeer(cases) {
  return askPeerScript('evidently', 'drift_values.py', cases)
}

function compare({ case: one, values }) {
  const scores = driftScores(one)
  return Object.entries(values).map(([name, theirs]) => {
    const mine = scores[name]
    const agree = agrees(name, mine, theirs, one)
    return { name, agree, text: `${one.kind}, ${name}: ours ${mine}, theirs ${theirs}` }
  })
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const reference = askPeer(driftCases(referenceSeed, 1))
  writeFileSync(referencePath, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const compared = askPeer(driftCases(seed, 20)).flatMap(compare)
  for (const { text } of compared.filter(({ agree }) => !agree)) process.stdout.write(`${text}\n`)
  for (const [name, results] of Map.groupBy(compared, (result) => result.name)) {
    const agreed = results.filter(({ agree }) => agree).length
    process.stdout.write(`${name}: ${agreed} of ${results.length} values agree\n`)
  }
  const failed = compared.filter(({ agree }) => !agree).length
  process.stdout.write(`${compared.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
