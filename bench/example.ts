// `assess` on the example as a whole process, from start to exit, as a user waits for it. No peer does this work in one command.
// Run: npm run bench:example [-- --json]

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const runs = 5
const limitSeconds = 5
const seconds: number[] = []
for (let run = 0; run < runs; run++) {
  const out = mkdtempSync(join(tmpdir(), 'assess-bench-'))
  const start = performance.now()
  const done = spawnSync(
    process.execPath,
    [
      join(root, 'packages/platform/bin/proofhouse.mjs'),
      'assess',
      join(root, 'examples/german-credit/proofhouse.yaml'),
      '--out',
      out,
    ],
    { stdio: 'ignore' },
  )
  seconds.push((performance.now() - start) / 1_000)
  rmSync(out, { recursive: true })
  if (done.status !== 0) throw new Error(`assess ended with ${done.status}`)
}
const median = seconds.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN
if (process.argv.includes('--json'))
  console.log(
    JSON.stringify([
      {
        name: 'assess the example, whole process',
        unit: 's',
        ours: median,
        peer: limitSeconds,
        peer_name: 'limit',
        ratio: limitSeconds / median,
      },
    ]),
  )
else
  console.log(
    `assess the example: median ${median.toFixed(2)} s of ${runs} runs (limit ${limitSeconds} s)`,
  )
