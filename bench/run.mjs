// `npm run bench`: every benchmark, one after the other so that they do not disturb each other. `--json` prints one array.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const benchmarks = [
  'fairness/fairness.ts',
  'drift/drift.ts',
  'explain/explain.ts',
  'ledger/append.ts',
  'ledger/fsck.ts',
  'assess.ts',
]
const json = process.argv.includes('--json')
const rows = []
let failed = 0
for (const name of benchmarks) {
  if (!json) console.log(`\n== ${name}`)
  const done = spawnSync(
    process.execPath,
    [join(import.meta.dirname, name), ...process.argv.slice(2)],
    {
      encoding: 'utf8',
      stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
    },
  )
  if (done.status !== 0) failed++
  else if (json) rows.push(...JSON.parse(done.stdout))
}
if (json) console.log(JSON.stringify(rows, null, 2))
process.exitCode = failed === 0 ? 0 : 1
