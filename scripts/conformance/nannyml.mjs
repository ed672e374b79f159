// Compares drift scores with the real NannyML, to 1e-9: columns made from a seed chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/nannyml.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { peerPython } from '../../bench/setup.mjs'
import {
  nannymlCases,
  nannymlScores,
} from '../../packages/platform/src/assess/drift/nannyml-cases.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/drift/nannyml.reference.json', import.meta.url),
)
const referenceSeed = 20_261_122
const tolerance = 1e-9
const outputBytesMax = 64 * 1024 * 1024

/** The peer's values, a record per case. */
function askPeer(cases) {
  const script = fileURLToPath(new URL('nannyml_values.py', import.meta.url))
  const { status, stdout, stderr, error } = spawnSync(peerPython('nannyml'), [script], {
    input: JSON.stringify(cases),
    maxBuffer: outputBytesMax,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`nannyml_values.py failed: ${error?.message ?? stderr}`)
  return JSON.parse(stdout)
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  // The cases are made anew from the seed, so that only the values are kept.
  const values = askPeer(nannymlCases(referenceSeed, 1))
  const rows = values.map((row) => JSON.stringify(row)).join(',\n')
  writeFileSync(referencePath, `{"seed": ${referenceSeed}, "rounds": 1, "values": [\n${rows}\n]}\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const cases = nannymlCases(seed, 20)
  const compared = askPeer(cases).flatMap((values, n) => {
    const mine = nannymlScores(cases[n])
    return Object.entries(values).map(([name, theirs]) => ({
      agree: Math.abs(mine[name] - theirs) <= tolerance,
      text: `case ${n}, ${cases[n].kind}, ${name}: ours ${mine[name]}, theirs ${theirs}`,
    }))
  })
  for (const { text } of compared.filter(({ agree }) => !agree)) process.stdout.write(`${text}\n`)
  const failed = compared.filter(({ agree }) => !agree).length
  process.stdout.write(`${compared.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
