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
import { temporaryFolder } from '../../packages/platform/src/adapters/duckdb.fixture.ts'
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

interface PeerAnswer {
  readonly in_memory_s: number
  readonly from_file_s: number
  readonly values: readonly (readonly [string, Readonly<Record<string, string>>, number])[]
}

function isPeerAnswer(value: unknown): value is PeerAnswer {
  if (typeof value !== 'object' || value === null) return false
  return 'in_memory_s' in value && 'from_file_s' in value && 'values' in value
}

function runPeer(...args: readonly string[]): string {
  const script = join(import.meta.dirname, 'peer.py')
  const { status, stdout, stderr } = spawnSync(peerPython(), [script, ...args], {
    encoding: 'utf8',
    maxBuffer: answerBytesMax,
  })
  if (status !== 0) throw new Error(`peer.py failed: ${stderr}`)
  return stdout
}

function askPeer(path: string): PeerAnswer {
  const answer: unknown = JSON.parse(runPeer('time', path, String(peerRuns)))
  if (!isPeerAnswer(answer)) throw new Error('peer.py answered in another form')
  return answer
}

const options = (interval: MeasureOptions['interval']): MeasureOptions => ({
  also: new Set(),
  privileged: {},
  mode: 'compatible',
  confidence: 0.95,
  interval,
  seed: 1,
  draws,
  overs: [columns],
  explored: [],
  withins: [],
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

function compare(ours: readonly Measure[], theirs: PeerAnswer['values']): void {
  const values = new Map(ours.map((m) => [key(m.measure, m.slice), m.value]))
  for (const [name, slice, value] of theirs) {
    const mine = values.get(key(name, slice))
    if (!(Math.abs((mine ?? Number.NaN) - value) <= 1e-12))
      throw new Error(`${name} over ${JSON.stringify(slice)}: ours ${mine}, Fairlearn ${value}`)
  }
}

async function run(path: string): Promise<Result[]> {
  runPeer('write', path, String(rows))
  const source = duckdbSource()
  // Parquet is read where it lies; a table of a database file is loaded.
  const files = temporaryFolder()
  const loaded = await files.database(`CREATE TABLE rows AS FROM '${path}'`)
  const engine = await source.open(loaded)
  const inMemory = await timed(async () => measure(await count(engine), options('exact')))
  const statistics = await count(engine)
  const bootstrap = await timed(() => measure(statistics, options('bootstrap')))
  await engine.close()
  files.remove()
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
