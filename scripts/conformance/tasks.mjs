// Compares the measures of several classes, of numbers and of rankings with the real scikit-learn and Fairlearn, to 1e-12, in the
// compatible mode: cases made from a seed chosen now.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/tasks.mjs [--seed N])
// With --write-reference it renews the reference values that the tests read instead.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  multiclassCases,
  multiclassValues,
} from '../../packages/platform/src/assess/multiclass/multiclass-cases.fixture.ts'
import {
  rankingCases,
  rankingValues,
} from '../../packages/platform/src/assess/ranking/ranking-cases.fixture.ts'
import {
  regressionCases,
  regressionValues,
} from '../../packages/platform/src/assess/regression/regression-cases.fixture.ts'

const tasks = {
  multiclass: { cases: multiclassCases, values: multiclassValues },
  regression: { cases: regressionCases, values: regressionValues },
  ranking: { cases: rankingCases, values: rankingValues },
}
const referenceSeed = 20_261_121
const tolerance = 1e-12

/** Cases with the peer's values, task by task. */
function askPeer(seed) {
  const cases = Object.fromEntries(
    Object.entries(tasks).map(([task, { cases: make }]) => [task, make(seed)]),
  )
  return askPeerScript('python', 'task_values.py', cases)
}

/** Whether two values are the same; null stands for one that is not defined. */
function same(mine, theirs) {
  if (mine === null || theirs === null) return mine === theirs
  return Math.abs(mine - theirs) <= tolerance * Math.max(1, Math.abs(theirs))
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  for (const [task, answers] of Object.entries(askPeer(referenceSeed))) {
    const path = fileURLToPath(
      new URL(`../../packages/platform/src/assess/${task}/${task}.reference.json`, import.meta.url),
    )
    writeFileSync(path, `[\n${answers.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
    process.stdout.write(`wrote ${path}\n`)
  }
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const tally = { passed: 0, failed: 0 }
  for (const [task, answers] of Object.entries(askPeer(seed)))
    for (const { case: one, values } of answers) {
      const ours = tasks[task].values(one)
      for (const [name, theirs] of Object.entries(values)) {
        const mine = ours.get(name) ?? null
        const isSame = same(mine, theirs)
        tally[isSame ? 'passed' : 'failed']++
        if (!isSame)
          process.stdout.write(`${task}, ${one.name}, ${name}: ours ${mine}, theirs ${theirs}\n`)
      }
    }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}
