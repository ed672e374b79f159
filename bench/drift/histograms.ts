// PSI and Jensen–Shannon of one column of 3M + 3M rows once its values are counted, as a monitor has them that merges days: beside
// Evidently, which starts from the rows. Both scores are compared to 1e-9 before any time is reported.
// Run: npm run bench:histograms [-- --json] (after npm run bench:setup)

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { temporaryFolder } from '../../packages/platform/src/adapters/duckdb.fixture.ts'
import { duckdbSource } from '../../packages/platform/src/adapters/duckdb-source.ts'
import { numberTests } from '../../packages/platform/src/assess/drift/evidently.ts'
import { peerPython } from '../setup.mjs'

const rows = 3_000_000
/** Amounts in whole units, as money and ages are: hundreds of distinct values, not millions. */
const sql = (shift: number) =>
  `SELECT CAST(floor(400 * (hash(i * 31 + ${shift}) % 999983) / 999983.0 * (hash(i * 37 + ${shift}) % 999979) / 999979.0) AS BIGINT) + ${shift} AS amount FROM range(${rows}) t(i)`
const repeats = 200
const tolerance = 1e-9

const answerShape = Compile(
  Type.Object({ seconds: Type.Number(), psi: Type.Number(), jensenshannon: Type.Number() }),
)

async function countsOf(path: string) {
  const engine = await duckdbSource().open(path)
  const [profile] = await engine.profile([{ column: 'amount', as: 'number-counts' }])
  await engine.close()
  if (profile?.as !== 'number-counts') throw new Error('answers its request')
  return profile
}

const files = temporaryFolder()
try {
  const [before, after] = [await files.parquet(sql(0)), await files.parquet(sql(3))]
  const [reference, current] = [await countsOf(before), await countsOf(after)]
  const periods = { kind: 'number', reference, current, whole: true } as const
  const scores = () => ({
    psi: numberTests.psi.score(periods),
    jensenshannon: numberTests.jensenshannon.score(periods),
  })
  const mine = scores()
  const start = performance.now()
  for (let n = 0; n < repeats; n++) scores()
  const seconds = (performance.now() - start) / 1_000 / repeats
  const { status, stdout, stderr } = spawnSync(
    peerPython('evidently'),
    [join(import.meta.dirname, 'histograms_peer.py'), before, after, 'amount'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`histograms_peer.py failed: ${stderr}`)
  const peer = answerShape.Parse(JSON.parse(stdout))
  for (const name of ['psi', 'jensenshannon'] as const)
    if (Math.abs(mine[name] - peer[name]) > tolerance)
      throw new Error(`${name}: ours ${mine[name]}, Evidently ${peer[name]}`)
  const ratio = peer.seconds / seconds
  const name = 'PSI and JS of a column from its counts, 3M + 3M rows'
  const peerName = 'Evidently 0.7.23, from the rows'
  if (process.argv.includes('--json'))
    console.log(
      JSON.stringify([
        { name, unit: 's', ours: seconds, peer: peer.seconds, peer_name: peerName, ratio },
      ]),
    )
  else
    console.log(
      `${name}  ${seconds.toFixed(5)} s  ${peer.seconds.toFixed(2)} s  ${ratio.toFixed(0)} ×  ${peerName}`,
    )
} finally {
  files.remove()
}
