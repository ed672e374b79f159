// `npm test`: makes Chromium available where that is possible, then runs every test.
import { spawnSync } from 'node:child_process'
import { installChromium } from './chromium.mjs'

installChromium()
const done = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exitCode = done.status ?? 1
