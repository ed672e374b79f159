// `npm run bench`: every benchmark, one after the other so that they do not disturb each other; `npm run bench:assess`: those of what
// assessment computes, each beside its peer; `npm run bench:ledger`: those of the logs. `--json` prints one array.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const assessment = [
  'fairness/fairness.ts',
  'drift/drift.ts',
  'drift/histograms.ts',
  'profile/profile.ts',
  'explain/explain.ts',
]
const ledger = ['ledger/append.ts', 'ledger/fsck.ts', 'ledger/decisions.ts']
const others = ['sign/sign.ts', 'scan/scan.ts', 'example.ts']
const benchmarks = process.argv.includes('--assess')
  ? assessment
  : process.argv.includes('--ledger')
    ? ledger
    : [...assessment, ...ledger, ...others]
const json = process.argv.includes('--json')
const rows = []
let failed = 0
for (const name of benchmarks) {
  if (!json) console.log(`\n== ${name}`)
  const done = spawnSync(
    process.execPath,
    [join(import.meta.dirname, name), ...(json ? ['--json'] : [])],
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
