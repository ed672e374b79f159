// The stores of ledgers and decision logs in buckets of a real S3-compatible server, Versity S3 Gateway: the contracts of the ports, Object Lock, two servers
// by mistake, several writers, and whole ledgers checked by `fsck`. Needs Go to build the server. Run: node scripts/run.mjs scripts/conformance/s3.mjs
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const module = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'
const folder = fileURLToPath(new URL('../../.peers/s3', import.meta.url))

if (!existsSync(join(folder, 'versitygw'))) {
  if (spawnSync('go', ['version']).status !== 0) {
    process.stdout.write('skipped: no `go` on the path to build the server with\n')
    process.exit(0)
  }
  mkdirSync(folder, { recursive: true })
  process.stderr.write(`building ${module} …\n`)
  const { status } = spawnSync('go', ['install', module], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, GOBIN: folder },
  })
  if (status !== 0) process.exit(1)
}
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'node',
    's3-stores',
    's3-blobs',
    's3-vault',
  ].concat('server-decisions', 'tests/fault/decision-server', 'tests/cli/artifacts'),
  { stdio: 'inherit', env: { ...process.env, PROOFHOUSE_S3: 'versitygw' } },
)
process.exitCode = status ?? 1
