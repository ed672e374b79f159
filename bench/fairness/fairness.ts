// The fairness table of a million rows: four metrics over 45 intersectional groups, ours beside Fairlearn's
// MetricFrame, on the same Parquet file in the same run; and a thousand bootstrap draws.
// Ours computes every rate and disparity with its interval in that time, not only the four. DuckDB uses two threads,
// Fairlearn one. Both values are compared to 1e-12 before any time is reported.
// Run: npm run bench:fairness [-- --json] (after npm run bench:setup)

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { duckdbSource } from '../../packages/platform/src/adapters/duckdb-source.ts'
import {
  type AggregateEngine,
  measure,
  type Measure,
  type MeasureOptions,
  type Statistics,
} from '../../packages/platform/src/assess/index.ts'
import { peerPython } from '../setup.mjs'

const rows = 1_000_000
const draws = 1_000
const ourRuns = 7
const peerRuns = 3
const columns = ['sex', 'age', 'origin']
const peerName = 'Fairlearn 0.13 MetricFrame'
const answerBytesMax = 64 * 1024 * 1024

interface Result {
  readonly name: string
  readonly unit: 's'
  readonly ours: number
  readonly peer: number
  readonly peer_name: string
  readonly ratio: number
}

const peerAnswer = Compile(
  Type.Object({
    in_memory_s: Type.Number(),
    from_file_s: Type.Number(),
    values: Type.Array(
      Type.Tuple([Type.String(), Type.Record(Type.String(), Type.String()), Type.Number()]),
    ),
  }),
)

/** A number in [0, 1) that depends on the row and the salt alone, in SQL. */
const chance = (salt: string) => `(hash(i, '${salt}') % 1000003) / 1000003.0`

/** A million rows, the same in every run: 3 × 3 × 5 groups of unequal size and unequal rates. */
async function writeData(path: string): Promise<void> {
  const pick = (values: readonly string[], salt: string) =>
    `list_extract([${values.map((v) => `'${v}'`).join(', ')}],
      1 + CAST(floor(${values.length} * pow(${chance(salt)}, 1.5)) AS INTEGER))`
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (
    WITH people AS (
      SELECT i, ${pick(['female', 'male', 'other'], 'sex')} AS sex,
        ${pick(['25-59', 'under 25', '60 and over'], 'age')} AS age,
        ${pick(['A', 'B', 'C', 'D', 'E'], 'origin')} AS origin FROM range(${rows}) t(i)),
    labelled AS (SELECT *, CAST(${chance('label')} < 0.3 + 0.1 * (sex = 'male')::INTEGER AS INTEGER)
        AS label FROM people)
    SELECT sex, age, origin, label, CAST(0.5 * label + 0.6 * ${chance('noise')}
        + 0.05 * (age = '25-59')::INTEGER >= 0.5 AS INTEGER) AS prediction FROM labelled
  ) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
}

function askPeer(path: string) {
  const script = join(import.meta.dirname, 'peer.py')
  const { status, stdout, stderr } = spawnSync(peerPython(), [script, path, String(peerRuns)], {
    encoding: 'utf8',
    maxBuffer: answerBytesMax,
  })
  if (status !== 0) throw new Error(`peer.py failed: ${stderr}`)
  return peerAnswer.Parse(JSON.parse(stdout))
}

const options = (interval: MeasureOptions['interval']): MeasureOptions => ({
  mode: 'compatible',
  confidence: 0.95,
  interval,
  seed: 1,
  draws,
  overs: [columns],
})

const count = (engine: AggregateEngine): Promise<Statistics> =>
  engine.statistics({
    label: 'label',
    positiveClass: '1',
    protectedColumns: columns,
    predictions: { from: 'prediction', prediction: 'prediction', score: null },
  })

/** Median seconds of the runs, after one that warms up, and the last result. */
async function timed<T>(work: () => Promise<T> | T): Promise<{ seconds: number; result: T }> {
  let result = await work()
  const seconds: number[] = []
  while (seconds.length < ourRuns) {
    const start = performance.now()
    // oxlint-disable-next-line no-await-in-loop -- runs are timed one after the other
    result = await work()
    seconds.push((performance.now() - start) / 1_000)
  }
  return { seconds: seconds.toSorted((a, b) => a - b)[Math.floor(ourRuns / 2)] ?? 0, result }
}

const key = (name: string, slice: Measure['slice']) => JSON.stringify([name, slice])

function compare(ours: readonly Measure[], theirs: ReturnType<typeof askPeer>['values']): void {
  const values = new Map(ours.map((m) => [key(m.measure, m.slice), m.value]))
  for (const [name, slice, value] of theirs) {
    const mine = values.get(key(name, slice))
    if (!(Math.abs((mine ?? Number.NaN) - value) <= 1e-12))
      throw new Error(`${name} over ${JSON.stringify(slice)}: ours ${mine}, Fairlearn ${value}`)
  }
}

async function run(path: string): Promise<Result[]> {
  await writeData(path)
  const source = duckdbSource()
  const engine = await source.open(path)
  const inMemory = await timed(async () => measure(await count(engine), options('exact')))
  const statistics = await count(engine)
  const bootstrap = await timed(() => measure(statistics, options('bootstrap')))
  await engine.close()
  const fromFile = await timed(async () => {
    const opened = await source.open(path)
    const found = measure(await count(opened), options('exact'))
    await opened.close()
    return found
  })
  const peer = askPeer(path)
  compare(inMemory.result, peer.values)
  const result = (name: string, ours: number, theirs: number, by = peerName): Result => ({
    name,
    unit: 's',
    ours,
    peer: theirs,
    peer_name: by,
    ratio: theirs / ours,
  })
  return [
    result('fairness table, data in memory', inMemory.seconds, peer.in_memory_s),
    result('fairness table, from Parquet', fromFile.seconds, peer.from_file_s),
    result(
      'fairness table, 1,000 bootstrap draws',
      bootstrap.seconds,
      peer.in_memory_s * draws,
      `${peerName}, one table per draw (computed, not run)`,
    ),
  ]
}

const { values: flags } = parseArgs({ options: { json: { type: 'boolean' } } })
const folder = mkdtempSync(join(tmpdir(), 'proofhouse-bench-'))
try {
  const results = await run(join(folder, 'people.parquet'))
  if (flags.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
  else
    for (const { name, ours, peer, ratio, peer_name } of results)
      process.stdout.write(
        `${name.padEnd(40)}${ours.toFixed(3).padStart(9)} s${peer.toFixed(1).padStart(10)} s` +
          `${ratio.toFixed(0).padStart(9)} ×   ${peer_name}\n`,
      )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
