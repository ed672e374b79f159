// Drift of twenty columns between two periods of three million rows: ours out of Parquet files, with their bytes hashed before and
// after, beside Evidently's default preset on data frames in memory. Every score is compared to 1e-9 before any time is
// reported. DuckDB uses two threads, Evidently what NumPy gives it.
// Run: npm run bench:drift [-- --json] (after npm run bench:setup)

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { temporaryFolder } from '../../packages/platform/src/adapters/duckdb.fixture.ts'
import { duckdbSource } from '../../packages/platform/src/adapters/duckdb-source.ts'
import { comparePeriods, defaultDriftOptions } from '../../packages/platform/src/assess/index.ts'
import { peerPython } from '../setup.mjs'

const rows = 3_000_000
const tolerance = 1e-9

const answerShape = Compile(
  Type.Object({ seconds: Type.Number(), scores: Type.Record(Type.String(), Type.Number()) }),
)

/** Ten columns of nearly normal numbers, three of them shifted, and ten of 5 to 23 categories. */
function periodSql(shift: 0 | 1): string {
  const unit = (factor: number, k: number) =>
    `((hash(i * ${factor} + ${k} + ${shift * 7919}) % 999983 + 1) / 999984.0)`
  const numbers = Array.from(
    { length: 10 },
    (_, k) =>
      `sqrt(-2 * ln(${unit(31, k)})) * cos(2 * pi() * ${unit(37, k)}) + ${k < 3 ? 0.3 * shift : 0} AS x${k}`,
  )
  const categories = Array.from(
    { length: 10 },
    (_, k) => `'v' || (hash(i * 41 + ${k} + ${shift * 15_485_863}) % ${5 + 2 * k}) AS c${k}`,
  )
  return `SELECT ${[...numbers, ...categories].join(', ')} FROM range(${rows}) t(i)`
}

function askPeer(reference: string, current: string) {
  const { status, stdout, stderr } = spawnSync(
    peerPython('evidently'),
    [join(import.meta.dirname, 'peer.py'), reference, current],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`peer.py failed: ${stderr}`)
  return answerShape.Parse(JSON.parse(stdout))
}

const files = temporaryFolder()
try {
  const [before, after] = [await files.parquet(periodSql(0)), await files.parquet(periodSql(1))]
  const source = duckdbSource()
  const start = performance.now()
  const [reference, current] = [await source.open(before), await source.open(after)]
  const columns = reference.table.columns.map(({ name }) => name)
  const found = (
    await comparePeriods(reference, current, {
      ...defaultDriftOptions,
      compared: columns,
      asked: [],
      confidence: 0.95,
    })
  ).findings
  const seconds = (performance.now() - start) / 1_000
  await reference.close()
  await current.close()
  const peer = askPeer(before, after)
  for (const { column, score } of found.columns)
    if (!(Math.abs((score ?? Number.NaN) - (peer.scores[column] ?? Number.NaN)) <= tolerance))
      throw new Error(`${column}: ours ${score}, Evidently ${peer.scores[column]}`)
  const ratio = peer.seconds / seconds
  const name = 'drift, default tests, 3M + 3M rows × 20 columns'
  const peerName = 'Evidently 0.7.23 DataDriftPreset'
  if (process.argv.includes('--json'))
    console.log(
      JSON.stringify([
        { name, unit: 's', ours: seconds, peer: peer.seconds, peer_name: peerName, ratio },
      ]),
    )
  else
    console.log(
      `${name}  ${seconds.toFixed(2)} s  ${peer.seconds.toFixed(1)} s  ${ratio.toFixed(1)} ×  ${peerName}`,
    )
} finally {
  files.remove()
}
