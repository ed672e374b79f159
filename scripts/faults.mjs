// `npm run faults`: the fault tests with 200 kills of a ledger's process, 60 of an artifact
// store's, and every fault, of which `npm test` takes a sample.
import { spawnSync } from 'node:child_process'

const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'node',
    'tests/fault',
    'packages/platform/src/ledger/fsck',
  ],
  { stdio: 'inherit', env: { ...process.env, PROOFHOUSE_FAULTS: 'all' } },
)
process.exitCode = status ?? 1
