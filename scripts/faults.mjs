// `npm run faults`: the fault tests with four times the kills of `npm test`.
import { spawnSync } from 'node:child_process'

const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', 'tests/fault'],
  { stdio: 'inherit', env: { ...process.env, PROOFHOUSE_KILLS: '200' } },
)
process.exitCode = status ?? 1
