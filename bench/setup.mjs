// Makes the pinned Python environment that benchmarks and conformance runs compare with: .peers/python.
// Imports nothing outside Node, repeats safely, and installs again only when bench/requirements.txt changed.
// Run: npm run bench:setup
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const requirements = join(root, 'bench/requirements.txt')
const environment = join(root, '.peers/python')
const stampPath = join(environment, '.requirements-stamp')

/** The interpreter of the environment. */
const peerPythonPath = join(
  environment,
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
)

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] })
  if (error !== undefined || status !== 0)
    throw new Error(
      `\`${command} ${args.join(' ')}\` failed: ${error?.message ?? `exit ${status}`}`,
    )
}

/** Brings the environment in line with the requirements and returns its interpreter's path. */
export function peerPython() {
  const stamp = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return peerPythonPath
  process.stderr.write('making .peers/python from bench/requirements.txt …\n')
  rmSync(environment, { recursive: true, force: true })
  run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', environment])
  run(peerPythonPath, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--requirement',
    requirements,
  ])
  // Written last, so that an interrupted installation repeats.
  writeFileSync(stampPath, stamp)
  return peerPythonPath
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${peerPython()}\n`)
