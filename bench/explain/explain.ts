// SHAP values of 32,768 rows by 100 trees of depth 8, one thread on each side: path-dependent beside shap's C++ code
// and XGBoost's own, and interventional over 500 background rows beside shap. Values are compared before any time is
// reported. shap explains fewer rows, and its time is scaled to all of them; ours is the median of three runs over
// all rows, coding the rows included.
// Run: npm run bench:explain [-- --json] (after npm run bench:setup)

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Contributions } from '../../packages/platform/src/assess/explain/contributions.ts'
import { explainTrees } from '../../packages/platform/src/assess/explain/explain-trees.ts'
import type { Rows } from '../../packages/platform/src/assess/explain/tree-ensemble.ts'
import { readXgboostJson } from '../../packages/platform/src/assess/explain/xgboost-json.ts'
import { peerPython } from '../setup.mjs'

const count = 32_768
const others = 500
const runs = 3
/** Peers add up float32, as a share of the largest value. */
const tolerance = 1e-5

const timing = Type.Object({
  name: Type.String(),
  rows: Type.Integer(),
  seconds: Type.Number(),
  values: Type.Array(Type.Array(Type.Number())),
})
const answerShape = Compile(
  Type.Object({ xgboost: timing, shap_path: timing, shap_background: timing }),
)

function askPeers(folder: string) {
  const { status, stdout, stderr } = spawnSync(
    peerPython('explain'),
    [join(import.meta.dirname, 'peer.py'), folder, String(count), String(others)],
    { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } },
  )
  if (status !== 0) throw new Error(`peer.py failed: ${stderr}`)
  return answerShape.Parse(JSON.parse(stdout))
}

/** The median of the runs, and what they found. */
function timed(explain: () => Contributions) {
  const done = Array.from({ length: runs }, () => {
    const start = performance.now()
    const found = explain()
    return { found, seconds: (performance.now() - start) / 1_000 }
  })
  const [median] = done.toSorted((a, b) => a.seconds - b.seconds).slice(runs >> 1)
  if (median === undefined) throw new Error('nothing was timed')
  return median
}

function requireSame({ name, values }: Static<typeof timing>, found: Contributions): void {
  const features = found.values.length / count
  const scale = Math.max(...values.flat().map(Math.abs))
  for (const [row, theirs] of values.entries())
    for (const [feature, value] of theirs.entries()) {
      const mine = feature === features ? found.expected[0] : found.values[row * features + feature]
      if (!(Math.abs((mine ?? Number.NaN) - value) <= tolerance * scale))
        throw new Error(`row ${row}, feature ${feature}: ours ${mine}, ${name} ${value}`)
    }
}

const folder = mkdtempSync(join(tmpdir(), 'proofhouse-explain-'))
try {
  const peers = askPeers(folder)
  const ensemble = readXgboostJson(readFileSync(join(folder, 'model.json'), 'utf8'))
  const bytes = readFileSync(join(folder, 'rows.f32'))
  const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const rows: Rows = { count, values: Float64Array.from(floats) }
  const background = { count: others, values: rows.values.slice(-others * ensemble.features) }
  const path = timed(() => explainTrees(ensemble, rows))
  const against = timed(() => explainTrees(ensemble, rows, background))
  const compared = [
    { name: 'path-dependent', ours: path, peer: peers.shap_path },
    { name: 'path-dependent', ours: path, peer: peers.xgboost },
    { name: 'interventional, 500 background rows', ours: against, peer: peers.shap_background },
  ].map(({ name, ours, peer }) => {
    requireSame(peer, ours.found)
    const seconds = (peer.seconds * count) / peer.rows
    const scaled = peer.rows === count ? '' : `, scaled from ${peer.rows} rows`
    return {
      name: `SHAP values, 32,768 rows, 100 trees of depth 8, ${name}`,
      unit: 's',
      ours: ours.seconds,
      peer: seconds,
      peer_name: `${peer.name}${scaled}`,
      ratio: seconds / ours.seconds,
    }
  })
  if (process.argv.includes('--json')) console.log(JSON.stringify(compared))
  else
    for (const { name, ours, peer, peer_name: peerName, ratio } of compared)
      console.log(
        `${name}  ${ours.toFixed(2)} s  ${peer.toFixed(1)} s  ${ratio.toFixed(1)} ×  ${peerName}`,
      )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
