// Makes the pinned Python environments that benchmarks and conformance runs compare with: .peers/python, and one of its own for
// every peer that needs other versions. Imports nothing outside Node, repeats safely, and installs again only what changed.
// Run: npm run bench:setup
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const requirements = {
  python: join(root, 'bench/requirements.txt'),
  evidently: join(root, 'bench/requirements-evidently.txt'),
  nannyml: join(root, 'bench/requirements-nannyml.txt'),
  cleanlab: join(root, 'bench/requirements-cleanlab.txt'),
  whylogs: join(root, 'bench/requirements-whylogs.txt'),
  explain: join(root, 'bench/requirements-explain.txt'),
  art: join(root, 'bench/requirements-art.txt'),
  captum: join(root, 'bench/requirements-captum.txt'),
  foolbox: join(root, 'bench/requirements-foolbox.txt'),
  spdx: join(root, 'bench/requirements-spdx.txt'),
  lime: join(root, 'bench/requirements-lime.txt'),
  cose: join(root, 'bench/requirements-cose.txt'),
  'model-signing': join(root, 'bench/requirements-model-signing.txt'),
  'fairlearn-old': join(root, 'bench/requirements-fairlearn-old.txt'),
  'evidently-old': join(root, 'bench/requirements-evidently-old.txt'),
  scan: join(root, 'bench/requirements-scan.txt'),
  provenance: join(root, 'bench/requirements-provenance.txt'),
  openlineage: join(root, 'bench/requirements-openlineage.txt'),
  wycheproof: join(root, 'bench/requirements-wycheproof.txt'),
  receipts: join(root, 'bench/requirements-receipts.txt'),
}
/** XGBoost since 3.3 asks for Python 3.12 and runs on 3.11 as well; an older one would be the weaker rival. */
const installOptions = { explain: ['--ignore-requires-python'] }

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] })
  if (error !== undefined || status !== 0)
    throw new Error(
      `\`${command} ${args.join(' ')}\` failed: ${error?.message ?? `exit ${status}`}`,
    )
}

/** Brings an environment in line with its requirements and returns its interpreter's path. */
export function peerPython(name = 'python') {
  // Where the folder really is: the scripts of an environment name their interpreter, and a link to the folder may go.
  mkdirSync(join(root, '.peers'), { recursive: true })
  const environment = join(realpathSync(join(root, '.peers')), name)
  const stampPath = join(environment, '.requirements-stamp')
  const peerPythonPath = join(
    environment,
    process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
  )
  const stamp = createHash('sha256').update(readFileSync(requirements[name])).digest('hex')
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return peerPythonPath
  process.stderr.write(`making .peers/${name} from its requirements …\n`)
  rmSync(environment, { recursive: true, force: true })
  run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', environment])
  run(peerPythonPath, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    ...(installOptions[name] ?? []),
    '--requirement',
    requirements[name],
  ])
  // Written last, so that an interrupted installation repeats.
  writeFileSync(stampPath, stamp)
  return peerPythonPath
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const name of Object.keys(requirements)) process.stdout.write(`${peerPython(name)}\n`)
