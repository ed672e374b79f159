// A profile of twenty columns of a million rows: ours out of a Parquet file, beside whylogs on a data frame in memory. Counts, means and
// ends are compared before any time is reported. DuckDB uses two threads, whylogs one.
// Run: npm run bench:profile [-- --json] (after npm run bench:setup)

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { temporaryFolder } from '../../packages/platform/src/adapters/duckdb.fixture.ts'
import { duckdbSource } from '../../packages/platform/src/adapters/duckdb-source.ts'
import { summariseColumns } from '../../packages/platform/src/assess/index.ts'
import { peerPython } from '../setup.mjs'

const rows = 1_000_000
const tolerance = 1e-9

const number = Type.Union([Type.Number(), Type.Null()])
const answerShape = Compile(
  Type.Object({
    seconds: Type.Number(),
    columns: Type.Record(
      Type.String(),
      Type.Object({ count: number, missing: number, mean: number, min: number, max: number }),
    ),
  }),
)

/** Ten columns of numbers, some missing, and ten of 5 to 23 categories. */
function tableSql(): string {
  const unit = (factor: number, k: number) =>
    `((hash(i * ${factor} + ${k}) % 999983 + 1) / 999984.0)`
  const numbers = Array.from(
    { length: 10 },
    (_, k) =>
      `CASE WHEN ${unit(41, k)} < 0.01 THEN NULL ELSE sqrt(-2 * ln(${unit(31, k)})) * cos(2 * pi() * ${unit(37, k)}) END AS x${k}`,
  )
  const categories = Array.from(
    { length: 10 },
    (_, k) => `'v' || (hash(i * 17 + ${k}) % ${5 + 2 * k}) AS c${k}`,
  )
  return `SELECT ${[...numbers, ...categories].join(', ')} FROM range(${rows}) t(i)`
}

const files = temporaryFolder()
try {
  const path = await files.parquet(tableSql())
  const start = performance.now()
  const engine = await duckdbSource().open(path)
  const columns = engine.table.columns.map(({ name, kind }) => ({
    name,
    kind: kind === 'number' ? ('number' as const) : ('category' as const),
  }))
  const found = await summariseColumns(engine, columns)
  const seconds = (performance.now() - start) / 1_000
  // A report tells no ends of columns, so they are asked for beside it, off the clock.
  const numbers = columns.filter(({ kind }) => kind === 'number')
  const asked = numbers.map(({ name: column }) => ({ column, as: 'number-summary' as const }))
  const ends = new Map(
    (await engine.profile(asked)).flatMap((one) =>
      one.as === 'number-summary' ? [[one.column, one] as const] : [],
    ),
  )
  await engine.close()
  const { status, stdout, stderr } = spawnSync(
    peerPython('whylogs'),
    [join(import.meta.dirname, 'peer.py'), path],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`peer.py failed: ${stderr}`)
  const peer = answerShape.Parse(JSON.parse(stdout))
  for (const one of found ?? []) {
    const theirs = peer.columns[one.column]
    const end = ends.get(one.column)
    const near = (a: number | null, b: number | null | undefined) =>
      Math.abs((a ?? Number.NaN) - (b ?? Number.NaN)) <= tolerance
    const agree =
      near(one.missing, theirs?.missing) &&
      (one.as === 'category' ||
        (near(one.mean, theirs?.mean) &&
          near(end?.min ?? null, theirs?.min) &&
          near(end?.max ?? null, theirs?.max)))
    if (!agree)
      throw new Error(
        `${one.column}: ours ${JSON.stringify(one)}, whylogs ${JSON.stringify(theirs)}`,
      )
  }
  const ratio = peer.seconds / seconds
  const name = 'profile of 20 columns, 1M rows'
  const peerName = 'whylogs 1.6.4'
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
