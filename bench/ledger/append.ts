// Durable appends of 1 KB entries from many concurrent callers, on this machine's disk: throughput and latency, memory before and
// after, beside Tessera's POSIX driver under the same load.
// Usage: node bench/ledger/append.ts [--json] [--seconds N]

import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { formatVerifierKey, keyIdOf, type NoteSigner, signatureType } from '@proofhouse/evidence'
import { openLedgerDirectory } from '../../packages/platform/src/adapters/ledger-directory.ts'
import { tesseraAppend } from './tessera.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '4' } },
})
const secondsPerRun = Number(values.seconds)
const entrySizeBytes = 1_024
const targets = [
  { callers: 64, perSecondMin: 30_000 },
  { callers: 512, perSecondMin: 80_000 },
]

function newKey(): { signer: NoteSigner; verifierKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  const name = 'bench.example/ledger'
  return {
    signer: {
      name,
      keyId: keyIdOf(name, signatureType.ed25519, raw),
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
    },
    verifierKey: formatVerifierKey({ name, type: signatureType.ed25519, publicKey: raw }),
  }
}

interface Run {
  readonly callers: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly grownMb: number
}

async function run(callers: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-bench-'))
  const ledger = await openLedgerDirectory(folder, newKey())
  const latencies: number[] = []
  const payload = new Uint8Array(randomBytes(entrySizeBytes))
  let appended = 0
  const warmUntil = performance.now() + 1_000
  let measuring = false
  let until = Number.POSITIVE_INFINITY
  const startMemory = { rss: 0 }
  const call = async (caller: number) => {
    const entry = payload.slice()
    const view = new DataView(entry.buffer)
    view.setUint32(0, caller)
    for (let n = 0; performance.now() < until; n++) {
      view.setUint32(4, n)
      const before = performance.now()
      await ledger.append(entry)
      if (measuring) {
        appended++
        if (n % 8 === 0) latencies.push(performance.now() - before)
      } else if (before > warmUntil) {
        measuring = true
        startMemory.rss = process.memoryUsage().rss
        until = performance.now() + secondsPerRun * 1_000
      }
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, n) => call(n)))
  const grownMb = (process.memoryUsage().rss - startMemory.rss) / 1_048_576
  await ledger.close()
  rmSync(folder, { recursive: true })
  const sorted = Float64Array.from(latencies).toSorted()
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { callers, perSecond: appended / secondsPerRun, p50Ms: at(0.5), p99Ms: at(0.99), grownMb }
}

const peerShape = Compile(
  Type.Object({ perSecond: Type.Number(), p50Ms: Type.Number(), p99Ms: Type.Number() }),
)

/** The same load on Tessera's POSIX driver, on the same disk. */
function runPeer(program: string, callers: number, age: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'))
  const flags = ['-folder', folder, '-callers', String(callers), '-seconds', String(secondsPerRun)]
  const done = spawnSync(program, [...flags, ...(age === null ? [] : ['-age', age])], {
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  if (done.status !== 0) throw new Error(`Tessera: ${done.stderr}`)
  return peerShape.Parse(JSON.parse(done.stdout))
}

/** Tessera's defaults, and the shortest age that a batch can have. */
const peers = [
  ['Tessera POSIX', null],
  ['Tessera POSIX, batches of 1 ms', '1ms'],
] as const

const program = tesseraAppend()
const rows = []
for (const { callers, perSecondMin } of targets) {
  const { perSecond, p50Ms, p99Ms, grownMb } = await run(callers)
  const name = `ledger append, ${callers} callers`
  rows.push(
    rowOf({ name, unit: 'entries/s', ours: perSecond, peer: perSecondMin, peer_name: 'target' }),
    {
      name: `ledger append p50, ${callers} callers`,
      unit: 'ms',
      ours: p50Ms,
      peer: null,
      peer_name: null,
      ratio: null,
    },
  )
  if (values.json !== true)
    console.log(
      `${String(callers).padStart(4)} callers  ${Math.round(perSecond).toLocaleString('en')} entries/s  ` +
        `p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms  memory ${grownMb >= 0 ? '+' : ''}${grownMb.toFixed(0)} MB`,
    )
  for (const [peer_name, age] of program === null ? [] : peers) {
    const peer = runPeer(program ?? '', callers, age)
    rows.push(rowOf({ name, unit: 'entries/s', ours: perSecond, peer: peer.perSecond, peer_name }))
    if (values.json !== true)
      console.log(
        `              ${peer_name}: ${Math.round(peer.perSecond).toLocaleString('en')} entries/s  p50 ${peer.p50Ms.toFixed(2)} ms: ${(perSecond / peer.perSecond).toFixed(1)}x`,
      )
  }
}
if (values.json === true) console.log(JSON.stringify(rows))

function rowOf(row: {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly peer: number
  readonly peer_name: string
}) {
  return { ...row, ratio: row.ours / row.peer }
}
