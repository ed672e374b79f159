// The witnesses that others wrote, built from their Go modules, and started on this machine: litewitness with torchwood's verifier
// of proofs, and omniwitness with its load test. The Go that we add lies in tests/conformance/go.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { emptyRoot, parseSignerKey, toBase64, toHex } from '../../packages/evidence/src/index.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { openWitnessKey } from '../../packages/platform/src/keys/index.ts'

const sources = fileURLToPath(new URL('../../tests/conformance/go', import.meta.url))
const programs = fileURLToPath(new URL('../../.peers/witness', import.meta.url))
const startMaxMs = 30_000
const loadMaxMs = 60_000

const builds = {
  torchwood: {
    litewitness: 'filippo.io/torchwood/cmd/litewitness',
    'verify-proof': './verify-proof',
    'key-agent': './key-agent',
  },
  witness: {
    omniwitness: 'github.com/transparency-dev/witness/cmd/omniwitness',
    loadtest: 'github.com/transparency-dev/witness/cmd/loadtest',
  },
}
const merkle = 'github.com/transparency-dev/merkle@v0.0.2'

/** Path of a built program. */
export const programOf = (name) => join(programs, name)

function go(cwd, args) {
  const { status, stdout, stderr } = spawnSync('go', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  })
  if (status !== 0) throw new Error(`\`go ${args.join(' ')}\` failed: ${stderr || stdout}`)
  return stdout
}

/** Builds what is not there yet. */
export function buildPrograms() {
  for (const [group, packages] of Object.entries(builds)) {
    const missing = Object.entries(packages).filter(([name]) => !existsSync(programOf(name)))
    if (missing.length === 0) continue
    // Built from a copy, since Go writes into the folder it builds in.
    const folder = join(programs, 'build', group)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    if (group === 'witness') {
      mkdirSync(join(folder, 'any'))
      writeFileSync(join(folder, 'any/go.mod'), 'module any\n')
      const { Dir } = JSON.parse(go(join(folder, 'any'), ['mod', 'download', '-json', merkle]))
      cpSync(Dir, join(folder, 'merkle'), { recursive: true })
      spawnSync('chmod', ['-R', 'u+w', folder])
      cpSync(join(sources, 'witness/merkle/subtree.go'), join(folder, 'merkle/proof/subtree.go'))
    }
    for (const name of ['go.mod', 'go.sum', 'verify-proof', 'key-agent'])
      if (existsSync(join(sources, group, name)))
        cpSync(join(sources, group, name), join(folder, name), { recursive: true })
    for (const [name, what] of missing) {
      process.stderr.write(`building ${what} …\n`)
      go(folder, ['build', '-o', programOf(name), what])
    }
  }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts a program; `stops` ends it. What it says is kept for its failure. */
export function start(stops, program, args) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => said.push(part))
  stops.push(() => child.kill())
  return { child, said: () => Buffer.concat(said).toString() }
}

/** Waits until the text that a program says matches; what matched. */
export async function saidBy({ said }, pattern) {
  for (let waited = 0; waited < startMaxMs; waited += 50) {
    const found = pattern.exec(said())
    if (found !== null) return found
    await sleep(50)
  }
  throw new Error(`waited for ${pattern} in vain: ${said().slice(-2_000)}`)
}

async function answers(url, program) {
  for (let waited = 0; waited < startMaxMs; waited += 50) {
    if ((await fetch(url).catch(() => null)) !== null) return
    await sleep(50)
  }
  throw new Error(`${url} did not answer: ${program.said().slice(-2_000)}`)
}

const newKey = async (folder, name) => {
  const path = join(folder, `${name}.key`)
  const { verifierKey } = await openWitnessKey(diskKeyFiles, path, `${name}.example/w`)
  return { path, verifierKey, seed: parseSignerKey(readFileSync(path, 'utf8').trim()).seed }
}

/** litewitness of one log: its line in a policy. */
export async function startLitewitness(stops, folder, log) {
  const { seed, verifierKey } = await newKey(folder, 'lite')
  const socket = join(folder, 'agent')
  const agent = start(stops, programOf('key-agent'), [socket])
  agent.child.stdin.end(`${toHex(seed)}\n`)
  const [key] = await saidBy(agent, /^[0-9a-f]{64}$/m)
  const [port, db] = [await freePort(), join(folder, 'lite.db')]
  const url = `http://127.0.0.1:${port}`
  const program = start(stops, programOf('litewitness'), [
    '-name',
    'lite.example/w',
    '-db',
    db,
    '-ssh-agent',
    socket,
    '-key',
    key,
    '-listen',
    `127.0.0.1:${port}`,
  ])
  await answers(url, program)
  const database = new DatabaseSync(db)
  database
    .prepare('INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)')
    .run(log.origin, toBase64(emptyRoot()))
  database.prepare('INSERT INTO key (origin, key) VALUES (?, ?)').run(log.origin, log.verifierKey)
  database.close()
  return `witness lite ${verifierKey} ${url}`
}

/** omniwitness of one log more than its own: its line in a policy. */
export async function startOmniwitness(stops, folder, log) {
  const { path, verifierKey } = await newKey(folder, 'omni')
  const logs = join(folder, 'logs.yaml')
  writeFileSync(
    logs,
    `Logs:\n  - Origin: ${log.origin}\n    URL: http://127.0.0.1:1/\n    PublicKey: ${log.verifierKey}\n`,
  )
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = start(stops, programOf('omniwitness'), [
    '--listen',
    `127.0.0.1:${port}`,
    '--metrics_listen',
    '',
    '--private_key_path',
    path,
    '--db_file',
    join(folder, 'omni.db'),
    '--additional_logs',
    logs,
  ])
  await answers(url, program)
  return `witness omni ${verifierKey} ${url}`
}

/** The keys of the logs that the load test plays. */
export function logsOfLoadtest(count, signatures) {
  const { stdout } = spawnSync(programOf('loadtest'), loadtestArgs(count, signatures), {
    encoding: 'utf8',
  })
  return [...stdout.matchAll(/PublicKey: (\S+)/g)].map(([, key]) => key)
}

const loadtestArgs = (count, signatures) => [
  `--log_count=${count}`,
  `--num_extra_sigs=${signatures}`,
]

/** Runs the load test against a witness, until it ends or for so long: how it ended, how many updates it made, and their mean time. */
export function runLoadtest({ url, count, signatures, startRate, rate, mostMs = loadMaxMs }) {
  const args = [
    ...loadtestArgs(count, signatures),
    `--target=${url}`,
    `--start_qps=${startRate}`,
    `--success_qps=${rate}`,
    '--timeout=5s',
    '--logtostderr',
  ]
  return new Promise((resolve) => {
    const { child, said } = start([], programOf('loadtest'), args)
    let stopped = false
    const timer = setTimeout(() => {
      stopped = true
      child.kill()
    }, mostMs)
    child.on('close', (status) => {
      clearTimeout(timer)
      // It prints the mean of each 25.
      const means = [...said().matchAll(/update time is ([\d.]+)(ms|s) /g)].map(
        ([, value, unit]) => Number(value) * (unit === 's' ? 1_000 : 1),
      )
      const meanMs = means.reduce((sum, ms) => sum + ms, 0) / means.length
      resolve({ status, stopped, updates: means.length * 25, meanMs, said: said() })
    })
  })
}
