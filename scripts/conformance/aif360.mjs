// Compares the measures that are AIF360's with the real package, to 1e-12: cases made from a seed chosen at the time of the run.
//
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/aif360.mjs [--seed N])
// `--write-reference` writes the values for the fixed seed that the tests read.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  aif360Names,
  parityCases,
  privilegedOfCase,
  rowsOfCase,
} from '../../packages/platform/src/assess/measures/parity-cases.fixture.ts'
import { consistencyWithSelf } from '../../packages/platform/src/assess/checks/consistency.ts'
import { seededRandom } from '../../packages/platform/src/assess/intervals/random.ts'
import { measure } from '../../packages/platform/src/assess/measuring.ts'
import { statisticsFromRows } from '../../packages/platform/src/assess/rows.fixture.ts'

const referencePath = fileURLToPath(
  new URL('../../packages/platform/src/assess/measures/aif360.reference.json', import.meta.url),
)
const consistencyPath = fileURLToPath(
  new URL('../../packages/platform/src/assess/checks/consistency.reference.json', import.meta.url),
)
const referenceSeed = 20_261_121
const tolerance = 1e-12

/** Cases with the peer's values. */
function askPeer(cases) {
  return askPeerScript('python', 'aif360_values.py', cases)
}

/** One line per value, with whether ours agrees. */
function compare({ case: peerCase, values }) {
  const ours = measure(statisticsFromRows(peerCase.columns, rowsOfCase(peerCase)), {
    also: new Set(aif360Names),
    privileged: privilegedOfCase(peerCase),
    mode: 'compatible',
    confidence: 0.95,
    interval: 'score',
    seed: 1,
    draws: 1,
    overs: [[], ...peerCase.columns.map((column) => [column]), peerCase.columns],
    explored: [],
    withins: [],
  })
  return values.map(([name, over, slice, theirs]) => {
    const mine = ours.find(
      (m) => m.measure === name && m.slice === slice && m.over.join('\0') === over.join('\0'),
    )?.value
    // At parity the peer's index rounds to just below 0 now and then, and its root is then no number.
    const isRootOfNothing =
      theirs === null && mine === 0 && name.endsWith('_coefficient_of_variation')
    const agree =
      mine === theirs ||
      isRootOfNothing ||
      (typeof mine === 'number' &&
        theirs !== null &&
        Math.abs(mine - theirs) <= tolerance * Math.max(1, Math.abs(theirs)))
    return {
      agree,
      text: `${peerCase.name}: ${name} over ${over.join(', ')}: ours ${mine}, theirs ${theirs}`,
    }
  })
}

/** Rows as points without ties, whose nearest neighbours nobody can dispute. */
function consistencyCases(seed, count) {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, n) => {
    const points = Array.from({ length: 20 + 10 * n }, () =>
      Array.from({ length: 1 + (n % 4) }, random),
    )
    return { points, predicted: points.map(([x]) => Number(x + random() / 2 > 0.7)) }
  })
}

function compareConsistency({ case: { points, predicted }, value }) {
  const values = Float64Array.from(points.flat())
  const mine = consistencyWithSelf(
    { dimensions: points[0].length, values },
    Float64Array.from(predicted),
  )
  return {
    agree: Math.abs(mine - value) <= tolerance,
    text: `consistency of ${points.length} points: ours ${mine}, theirs ${value}`,
  }
}

const casesOf = (seed, rounds) =>
  parityCases(seed, rounds).map((one) => ({
    ...one,
    // Every value of each column, the privileged one first.
    privileged: Object.fromEntries(
      one.columns.map((column, position) => [
        column,
        [...new Set(one.cells.map((cell) => cell[position]))],
      ]),
    ),
  }))

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const { cases, consistency } = askPeer({
    cases: casesOf(referenceSeed, 1),
    consistency: consistencyCases(referenceSeed, 4),
  })
  for (const [path, reference] of [
    [referencePath, cases],
    [consistencyPath, consistency],
  ]) {
    writeFileSync(path, `[\n${reference.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
    process.stdout.write(`wrote ${path}\n`)
  }
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const { cases, consistency } = askPeer({
    cases: casesOf(seed, 6),
    consistency: consistencyCases(seed, 40),
  })
  const compared = [...cases.flatMap(compare), ...consistency.map(compareConsistency)]
  for (const { text } of compared.filter(({ agree }) => !agree)) process.stdout.write(`${text}\n`)
  const failed = compared.filter(({ agree }) => !agree).length
  process.stdout.write(`${compared.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
