// Runs that the real MLflow and DVC left: in MLflow's store of files, on its server over SQLite, as a saved model, and in a
// `dvc.lock` with stages in a folder of their own. What we record must be what they logged, the same from store and server.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/provenance.mjs)
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { peerPython } from '../../bench/setup.mjs'
import { askPeerScript } from './ask-peer.mjs'

const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
const startMaxMs = 120_000
const password = 'pw-that-must-not-be-recorded'
const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const folder = mkdtempSync(join(tmpdir(), 'proofhouse-provenance-'))
const environment = dirname(peerPython('provenance'))
let passed = 0
let failed = 0

function check(name, holds, seen = '') {
  if (holds) passed++
  else failed++
  if (!holds) console.log(`FAILED ${name} ${JSON.stringify(seen)}`)
}

function record(...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'provenance', 'record', ...args, '--json'],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  if (stdout.includes(password)) throw new Error(`${args.join(' ')}: a password was recorded`)
  return JSON.parse(stdout).runs.map(({ statement }) => statement)
}

const digestsOf = ({ subject }) => subject.map(({ digest }) => digest.sha256)

function checkRun(name, statement, { run, model }, text) {
  const { externalParameters, resolvedDependencies } = statement.predicate.buildDefinition
  const { metadata, byproducts } = statement.predicate.runDetails
  check(`${name}: its id`, metadata.invocationId === run, metadata)
  const { hyperparameters, seeds } = externalParameters
  check(
    `${name}: parameters`,
    hyperparameters.lr === 1e-5 && hyperparameters['group/nested'] === 'x',
  )
  check(`${name}: seeds`, seeds.seed === 7, seeds)
  const metrics = JSON.parse(Buffer.from(byproducts[0].content, 'base64').toString())
  check(`${name}: the last metric`, metrics.auc === 0.7, metrics)
  check(`${name}: the file it logged`, digestsOf(statement).includes(sha256(text)))
  check(
    `${name}: its model`,
    statement.subject.some(({ name: each }) => each === `model (${model})`),
  )
  const data = resolvedDependencies.filter(({ annotations }) => annotations.role === 'data-set')
  check(`${name}: data`, data[0]?.uri === 'https://data.example.org/train.csv', data)
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startServer() {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(
    join(environment, 'mlflow'),
    ['server', '--host', '127.0.0.1', '--port', `${port}`, '--workers', '1']
      .concat(['--backend-store-uri', `sqlite:///${join(folder, 'runs.db')}`])
      .concat(['--artifacts-destination', join(folder, 'served')]),
    { stdio: 'ignore', detached: true },
  )
  const stop = () => server.pid !== undefined && process.kill(-server.pid)
  for (let waited = 0; waited < startMaxMs; waited += 500) {
    const answer = await fetch(`${url}/health`).catch(() => null)
    if (answer?.ok === true) return { url, stop }
    await sleep(500)
  }
  stop()
  throw new Error('the server of MLflow did not start')
}

async function checkMlflow() {
  const log = (uri, model) =>
    askPeerScript('provenance', 'provenance_runs.py', { uri, model, password })
  const store = join(folder, 'mlruns')
  const onDisk = log(`file://${store}`, 'bytes on disk')
  const [fromStore] = record(join(store, onDisk.experiment, onDisk.run))
  checkRun('store of files', fromStore, onDisk, 'bytes on disk')
  const saved = join(store, onDisk.experiment, 'models', onDisk.model, 'artifacts')
  const [fromModel] = record(saved)
  const root = digestsOf(fromModel)[0]
  check('the saved model is the one of its run', digestsOf(fromStore).includes(root))
  const { url, stop } = await startServer()
  try {
    const served = log(url, 'bytes on the server')
    const [fromServer] = record(served.run, '--server', url)
    checkRun('server', fromServer, served, 'bytes on the server')
    const { run, experiment } = served
    // The artifacts as they lie behind the server are what streamed by.
    const behind = join(folder, 'served', experiment, 'models', served.model, 'artifacts')
    cpSync(behind, join(folder, 'copied'), { recursive: true })
    const copied = digestsOf(record(join(folder, 'copied'))[0])[0]
    check('server: the model by its root digest', digestsOf(fromServer).includes(copied), { run })
  } finally {
    stop()
  }
}

function checkDvc() {
  const at = join(folder, 'dvc')
  mkdirSync(join(at, 'stage'), { recursive: true })
  writeFileSync(join(at, 'raw.csv'), 'id,a\r\n1,2\r\n')
  writeFileSync(join(at, 'params.yaml'), 'train: {lr: 0.001, seed: 7}\n')
  writeFileSync(
    join(at, 'dvc.yaml'),
    `stages:
  prepare: {cmd: sort raw.csv > train.csv, deps: [raw.csv], outs: [train.csv]}
  train:
    wdir: stage
    cmd: wc ../train.csv > model.bin
    deps: [../train.csv]
    params: [../params.yaml: [train.lr, train.seed]]
    outs: [model.bin]
`,
  )
  const dvc = (...args) => {
    const { status, stderr } = spawnSync(join(environment, 'dvc'), args, {
      cwd: at,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`dvc ${args.join(' ')}: ${stderr}`)
  }
  dvc('init', '--no-scm')
  dvc('repro')
  check('DVC: its files', readdirSync(at).includes('dvc.lock'))
  const [prepare, train] = record(join(at, 'dvc.lock'))
  const made = prepare.subject[0].digest
  const taken = train.predicate.buildDefinition.resolvedDependencies[0].digest
  check('DVC: what one stage made the next one took', made.sha256 === taken.sha256 && 'md5' in made)
  check('DVC: a model in a folder of its own is hashed', 'sha256' in train.subject[0].digest)
  const { seeds } = train.predicate.buildDefinition.externalParameters
  check('DVC: seeds', seeds['train.seed'] === 7, seeds)
}

try {
  checkDvc()
  await checkMlflow()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
