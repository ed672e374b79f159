// Compares every measure with the real Fairlearn and scikit-learn, to 1e-12, in the compatible mode: cases made from a
// seed chosen now, UCI Adult where PROOFHOUSE_DATA names a folder that holds adult-train.csv.gz, and the example.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/fairlearn.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  aif360Names,
  controlsOfCase,
  oversOfCase,
  parityCases,
  rowsOfCase,
} from '../../packages/platform/src/assess/measures/parity-cases.fixture.ts'
import { measureNames } from '../../packages/platform/src/assess/measure.ts'
import { measure } from '../../packages/platform/src/assess/measuring.ts'
import { statisticsFromRows } from '../../packages/platform/src/assess/rows.fixture.ts'
import { exampleCase } from './example-case.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const referencePath = join(root, 'packages/platform/src/assess/measures/fairlearn.reference.json')
const referenceSeed = 20_261_120
const tolerance = 1e-12

/** Cases with the peer's values. */
function askPeer(cases, adult) {
  return askPeerScript('python', 'fairlearn_values.py', cases, {
    args: adult === undefined ? [] : ['--adult', adult],
  })
}

const keyOf = (name, over, slice, within) =>
  JSON.stringify([name, over, slice ?? null, within ?? null])

/** What Fairlearn and scikit-learn have; the others have conformance runs of their own. */
const fairlearnNames = measureNames.filter((name) => !aif360Names.includes(name))

/** Comparisons of more than one rate. */
/** Ours alone: neither package has it in our form. */
const own = ['calibration.expected_calibration_error']
const combined = [
  'fairness.equalized_odds',
  'fairness.equal_opportunity',
  'fairness.demographic_parity',
]

/** One line per measure and case that differs; empty when all agree. */
function differences({ case: peerCase, values }) {
  const ours = measure(statisticsFromRows(peerCase.columns, rowsOfCase(peerCase)), {
    also: new Set(fairlearnNames),
    privileged: {},
    mode: 'compatible',
    confidence: 0.95,
    interval: 'score',
    seed: 1,
    draws: 1,
    overs: oversOfCase(peerCase),
    explored: [],
    withins: controlsOfCase(peerCase),
  })
  const byKey = new Map(ours.map((m) => [keyOf(m.measure, m.over, m.slice, m.within), m.value]))
  const found = []
  for (const [name, over, slice, theirs, within] of values) {
    const key = keyOf(name, over, slice, within)
    const mine = byKey.get(key)
    const agree =
      mine === theirs ||
      (typeof mine === 'number' && theirs !== null && Math.abs(mine - theirs) <= tolerance)
    found.push({ name, agree, text: `${peerCase.name}: ${key}: ours ${mine}, theirs ${theirs}` })
    byKey.delete(key)
  }
  // Fairlearn has no single function for its own combinations (equalized odds, …) within a control feature.
  for (const key of byKey.keys()) {
    if (own.some((name) => key.startsWith(`["${name}"`))) continue
    if (!combined.some((name) => key.startsWith(`["${name}`) && !key.endsWith(',null]')))
      found.push({ name: 'extra', agree: false, text: `${peerCase.name}: ${key} only ours` })
  }
  return found
}

function adultPath() {
  const folder = process.env['PROOFHOUSE_DATA']
  const path = folder === undefined ? undefined : join(folder, 'adult-train.csv.gz')
  return path !== undefined && existsSync(path) ? path : undefined
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const reference = askPeer(parityCases(referenceSeed, 1))
  writeFileSync(referencePath, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const adult = adultPath()
  if (adult === undefined)
    process.stdout.write('skipped Adult: PROOFHOUSE_DATA names no folder with adult-train.csv.gz\n')
  const example = await exampleCase()
  if (example === null) process.stdout.write('skipped the example: its model or data is absent\n')
  const cases = [...parityCases(seed, 6), ...(example === null ? [] : [example])]
  const answers = askPeer(cases, adult)
  const compared = answers.flatMap(differences)
  for (const { text } of compared.filter(({ agree }) => !agree)) process.stdout.write(`${text}\n`)
  for (const [name, results] of Map.groupBy(compared, (result) => result.name)) {
    const agreed = results.filter(({ agree }) => agree).length
    process.stdout.write(`${name}: ${agreed} of ${results.length} values agree\n`)
  }
  const names = answers.slice(-2).map((answer) => answer.case.name)
  process.stdout.write(`${answers.length} cases, the last: ${names.join('; ')}\n`)
  const failed = compared.filter(({ agree }) => !agree).length
  process.stdout.write(`${compared.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
