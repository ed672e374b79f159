// How often each way of making intervals holds the truth at nominal 95 %, over the populations that the tests use and
// more draws: ours, Wilson's score limits in the same construction, and the percentile bootstrap.
// Run: node bench/coverage.ts [draws]   (the bootstrap takes a tenth of the draws: each costs 200 tables)

import {
  type Coverage,
  disparityCoverage,
  methods,
  populations,
  rateCoverage,
  simulatedDisparities,
  simulatedRates,
} from '../packages/platform/src/assess/intervals/coverage.fixture.ts'
import {
  scoreCoverage,
  scoredPopulations,
} from '../packages/platform/src/assess/intervals/score-coverage.fixture.ts'
import { scoreMeasureNames } from '../packages/platform/src/assess/measures/score-measures.ts'

const draws = Number(process.argv[2] ?? 2_000)
const seed = 20_261_120
const least = 0.93

/** `96.1 % 0.213`: covered share, mean width; a star below 93 %. */
const cell = ({ covered, width }: Coverage): string =>
  `${covered < least ? '*' : ''}${(100 * covered).toFixed(1)} % ${width.toFixed(3)}`.padStart(15)

function table(
  title: string,
  columns: readonly string[],
  rows: Iterable<readonly [string, readonly Coverage[]]>,
): void {
  process.stdout.write(`\n${title}\n${' '.repeat(46)}`)
  for (const column of columns) {
    const short = column.replace(/^\w+\./, '').replaceAll(/([a-z]{4})[a-z]*_/g, '$1_')
    process.stdout.write(short.slice(0, 14).padStart(15))
  }
  process.stdout.write('\n')
  for (const [name, cells] of rows)
    process.stdout.write(`${name.padEnd(46)}${cells.map(cell).join('')}\n`)
}

for (const [how, method] of Object.entries(methods)) {
  const count = how === 'bootstrap' ? Math.ceil(draws / 10) : draws
  table(
    `${how}: disparities, ${count} draws (coverage, mean width)`,
    simulatedDisparities,
    Object.entries(populations).map(([name, groups]) => [
      name,
      simulatedDisparities.map((measure) =>
        disparityCoverage(measure, groups, { method, draws: count, seed }),
      ),
    ]),
  )
}
for (const limits of ['exact', 'score'] as const)
  table(
    `${limits}: rates, all groups at once, ${draws} draws`,
    simulatedRates,
    Object.entries(populations).map(([name, groups]) => [
      name,
      simulatedRates.map((rate) => rateCoverage(rate, groups, { limits, draws, seed })),
    ]),
  )
table(
  `scores, ${draws} draws`,
  scoreMeasureNames,
  Object.entries(scoredPopulations).map(([name, population]) => [
    name,
    scoreMeasureNames.map((measure) => scoreCoverage(measure, population, { draws, seed })),
  ]),
)
