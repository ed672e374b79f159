// Compares drift scores, estimates without labels and reconstruction errors with the real NannyML, to 1e-9: data made from a seed
// chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/nannyml.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  nannymlCases,
  nannymlScores,
} from '../../packages/platform/src/assess/drift/nannyml-cases.fixture.ts'
import {
  errorsOf,
  estimatesOf,
  peerCases,
  toleranceOf,
} from '../../packages/platform/src/assess/over-time/peer-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/drift/nannyml.reference.json', import.meta.url),
)
const referenceSeed = 20_261_122
const overTimeReferences = 4

/** The peer's values of cases. */
function askPeer(name, cases) {
  return askPeerScript('nannyml', name, cases)
}

const compare = (what, mine, theirs) =>
  Object.entries(theirs).map(([name, value]) => ({
    agree: Math.abs(mine[name] - value) <= toleranceOf(name),
    text: `${what}, ${name}: ours ${mine[name]}, theirs ${value}`,
  }))

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  // The cases are made anew from the seed, so that only the values are kept.
  const values = askPeer('nannyml_values.py', nannymlCases(referenceSeed, 1))
  const overTime = askPeer(
    'nannyml_over_time_values.py',
    peerCases(referenceSeed, overTimeReferences),
  )
  const lines = (list) => `[\n${list.map((row) => JSON.stringify(row)).join(',\n')}\n]`
  writeFileSync(
    referencePath,
    `{"seed": ${referenceSeed}, "rounds": 1, "values": ${lines(values)},\n"overTime": {"rounds": ${overTimeReferences}, "scores": ${lines(overTime.scores)}, "tables": ${lines(overTime.tables)}}}\n`,
  )
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const cases = nannymlCases(seed, 20)
  const periods = peerCases(seed, 40)
  const overTime = askPeer('nannyml_over_time_values.py', periods)
  const compared = [
    ...askPeer('nannyml_values.py', cases).flatMap((values, n) =>
      compare(`column ${n}`, nannymlScores(cases[n]), values),
    ),
    ...overTime.scores.flatMap((values, n) =>
      compare(`scores ${n}`, estimatesOf(periods.scores[n]), values),
    ),
    ...overTime.tables.flatMap((values, n) =>
      compare(`table ${n}`, errorsOf(periods.tables[n]), values),
    ),
  ]
  for (const { text } of compared.filter(({ agree }) => !agree)) process.stdout.write(`${text}\n`)
  const failed = compared.filter(({ agree }) => !agree).length
  process.stdout.write(`${compared.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
