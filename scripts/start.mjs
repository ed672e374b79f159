// `npm start`: assesses the example credit-scoring system, as a new user's first look.
import { spawnSync } from 'node:child_process'

const done = spawnSync(
  process.execPath,
  [
    'packages/platform/bin/proofhouse.mjs',
    'assess',
    'examples/german-credit/proofhouse.yaml',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
process.exitCode = done.status ?? 1
