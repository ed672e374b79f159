// Witnesses: our log is cosigned by litewitness, by omniwitness and by our own witness, our witness stands the load test of
// transparency-dev/witness, and torchwood accepts our proofs for who cosigned, and nothing else.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/witness.mjs)
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLedgerDirectory } from '../../packages/platform/src/adapters/ledger-directory.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import {
  buildPrograms,
  logsOfLoadtest,
  programOf,
  runLoadtest,
  saidBy,
  start,
  startLitewitness,
  startOmniwitness,
} from './witness-programs.mjs'

const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
/** Logs of the load test, its first rate in requests a second, and the one at which it says that it has succeeded. */
const load = { count: 50, startRate: 200, rate: 240 }
/** A second test at one rate: what it must get through in that time. Its own timers keep it below the rate. */
const steady = { count: 50, startRate: 200, rate: 1_000_000, mostMs: 20_000 }
const steadyUpdatesMin = 1_000
const appendsAtOnce = 10_000

const folder = mkdtempSync(join(tmpdir(), 'proofhouse-witness-'))
const at = (name) => join(folder, name)
const stops = []
let passed = 0
let failed = 0

function check(name, holds, seen = '') {
  if (holds) passed++
  else failed++
  if (!holds) console.log(`FAILED ${name} ${seen}`)
}

const proofhouse = (...args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args])
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
    child.on('close', (status) => resolve({ status, said }))
  })

const origin = 'log.example/witnessed'
const key = newLedgerKey(origin)
const log = { origin, verifierKey: key.verifierKey }
const entryOf = (n, name) => Buffer.from(`${name} ${n}`)

async function grow(name, from, to) {
  const ledger = await openLedgerDirectory(at(name), key)
  for (let next = from; next < to; next += appendsAtOnce) {
    const count = Math.min(appendsAtOnce, to - next)
    await Promise.all(
      Array.from({ length: count }, (_, n) => ledger.append(entryOf(next + n, name))),
    )
  }
  await ledger.close()
}

/** Our witness as its own process: its line in a policy, and its address. */
async function startOurs(name, keys) {
  writeFileSync(at(`${name}.logs`), keys.map((one) => `log ${one}\n`).join(''))
  const started = start(stops, process.execPath, [
    program,
    'ledger',
    'witness',
    '--listen',
    '127.0.0.1:0',
    '--name',
    `${name}.example/w`,
    '--key',
    at(`${name}.key`),
    '--logs',
    at(`${name}.logs`),
    '--state',
    at(`${name}.state`),
  ])
  const [, verifierKey, url] = await saidBy(started, /^witness \S+ (\S+) (\S+)$/m)
  return { line: `witness ${name} ${verifierKey} ${url}`, url }
}

async function cosignedByAll(witnesses) {
  const names = witnesses.map((line) => line.split(' ')[1])
  const lines = [`log ${key.verifierKey}`, ...witnesses]
  const all = `group everyone all ${names.join(' ')}\nquorum everyone\n`
  writeFileSync(at('policy'), `${lines.join('\n')}\n${all}`)
  let size = 0
  for (const next of [0, 1, 5, 256, 300, 1_000, 70_000]) {
    await grow('log', size, next)
    size = next
    const { status, said } = await proofhouse(
      'ledger',
      'witnessed',
      at('log'),
      '--policy',
      at('policy'),
    )
    check(`${size} entries: cosigned by ${names.join(', ')}`, status === 0, said)
  }
  const fsck = await proofhouse('ledger', 'fsck', at('log'), '--trust', at('policy'))
  check(
    'our check finds the quorum',
    fsck.status === 0 && fsck.said.includes('witnessed'),
    fsck.said,
  )
  await grow('fork', 0, 70_001)
  const forked = await proofhouse('ledger', 'witnessed', at('fork'), '--policy', at('policy'))
  const told = forked.said.match(/disagrees/g)?.length
  check('all three refuse a fork', forked.status === 1 && told === 3, forked.said)
}

const asksTorchwood = () =>
  spawnSync(programOf('verify-proof'), [at('asked-policy'), at('asked-proof'), at('asked-entry')], {
    encoding: 'utf8',
  })

/** Torchwood's verdict on a proof. */
function accepted(policy, proof, entry) {
  writeFileSync(at('asked-policy'), policy)
  writeFileSync(at('asked-proof'), proof)
  writeFileSync(at('asked-entry'), entry)
  const { status, stdout } = asksTorchwood()
  return { holds: status === 0, said: stdout }
}

async function provenToTorchwood() {
  const policy = readFileSync(at('policy'), 'utf8')
  for (const index of [0, 1, 255, 256, 69_999]) {
    const output = at('entry.tlog-proof')
    const { status, said } = await proofhouse(
      'ledger',
      'proof',
      at('log'),
      '--index',
      String(index),
      '--trust',
      at('policy'),
      '--output',
      output,
    )
    check(`proof of entry ${index}`, status === 0, said)
    const proof = readFileSync(output, 'utf8')
    const entry = entryOf(index, 'log')
    const verdict = accepted(policy, proof, entry)
    check(`torchwood accepts entry ${index} with its quorum`, verdict.holds, verdict.said)
    const wrong = accepted(policy, proof, entryOf(index + 1, 'log'))
    check(`torchwood refuses another entry than ${index}`, !wrong.holds)
    const unwitnessed = proof.replace(/^— omni\.example.*\n/m, '')
    check(
      'torchwood misses a witness',
      unwitnessed !== proof && !accepted(policy, unwitnessed, entry).holds,
    )
    const altered = proof.replace('\n70000\n', '\n70001\n')
    check(
      'torchwood refuses another size',
      altered !== proof && !accepted(policy, altered, entry).holds,
    )
  }
}

async function standsTheLoad() {
  for (const signatures of [0, 3]) {
    const name = `loaded${signatures}`
    const { url } = await startOurs(name, logsOfLoadtest(load.count, signatures))
    for (const run of ['from nothing', 'from what is remembered']) {
      const { status, said } = await runLoadtest({ url, signatures, ...load })
      const reached = /QPS reached \d+/.exec(said)?.[0] ?? 'not reached'
      console.log(`       load test, ${signatures} more signatures, ${run}: ${reached}`)
      check(`load test ${name} ${run}`, status === 0, said.slice(-2_000))
    }
    const { updates, meanMs, stopped, said } = await runLoadtest({ url, signatures, ...steady })
    const rate = Math.round((updates / steady.mostMs) * 1_000)
    console.log(`       for ${steady.mostMs / 1_000} s: ${rate}/s, mean ${meanMs.toFixed(1)} ms`)
    const held = stopped && updates >= steadyUpdatesMin
    check(`load test ${name} for a while`, held, said.slice(-2_000))
  }
}

if (spawnSync('go', ['version']).status !== 0) {
  console.log('skipped: no `go` on the path to build the witnesses with')
  process.exit(0)
}
try {
  buildPrograms()
  await cosignedByAll([
    await startLitewitness(stops, folder, log),
    await startOmniwitness(stops, folder, log),
    (await startOurs('ours', [key.verifierKey])).line,
  ])
  await provenToTorchwood()
  await standsTheLoad()
} finally {
  for (const stop of stops) stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
