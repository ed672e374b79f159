// Decisions through the real program over HTTP, each with 20 features and 20 attributions: sealed, committed to, durable before the
// answer. Then one decision at a time, proofs, receipts, and the erasure of somebody with 10,000 decisions.
// Usage: node bench/ledger/decisions.ts [--json] [--decisions N] [--soak SECONDS]

import { spawnSync } from 'node:child_process'
import { hash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { verifyReceipt } from '@proofhouse/evidence'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { composeServices } from '../../packages/platform/src/compose.ts'
import { eraseSubject } from '../../packages/platform/src/decisions/index.ts'
import { withDecisionLog } from '../../packages/platform/src/workflows/decision-log-access.ts'
import { serveDecisions } from './serve-decisions.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    decisions: { type: 'string', default: '200000' },
    soak: { type: 'string' },
  },
})
const total = Number(values.decisions)
const batch = 500
const connections = 6
const knownSubjects = 20_000
const receiptsAtOnce = 32
const erasedDecisions = 10_000
const program = join(import.meta.dirname, '../../packages/platform/bin/proofhouse.mjs')
const base = mkdtempSync(join(tmpdir(), 'decisions-bench-'))
const folder = join(base, 'workspace')
const features = Array.from({ length: 20 }, (_, n) => `feature_${String(n).padStart(2, '0')}`)
const answerShape = Compile(
  Type.Object({ outcomes: Type.Array(Type.Object({ status: Type.String() })) }),
)

const round = (value: number) => Math.round(value * 1e5) / 1e5
const numbers = () =>
  Object.fromEntries(features.map((name) => [name, round(Math.random() * 1_000)]))

function decisionText(source: string, sequence: number, subject: string): string {
  return JSON.stringify({
    context: { channel: 'web' },
    deployment: 'bench',
    explanation: numbers(),
    id: `${source}-${sequence}`,
    input: numbers(),
    output: { label: sequence % 3 === 0 ? 'declined' : 'approved', score: round(Math.random()) },
    sequence,
    source,
    subject,
    time: new Date().toISOString(),
  })
}

function proofhouse(...args: readonly string[]): string {
  const done = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  })
  if (done.status !== 0)
    throw new Error(`proofhouse ${args.join(' ')}: ${done.stdout}${done.stderr}`)
  return done.stdout
}

type Server = Awaited<ReturnType<typeof serveDecisions>>

function requireAccepted(text: string): void {
  const { outcomes } = answerShape.Parse(JSON.parse(text))
  const other = outcomes.find(({ status }) => status !== 'accepted')
  if (other !== undefined) throw new Error(`not accepted: ${JSON.stringify(other)}`)
}

/** Decisions per second, of bodies made before. */
async function throughput(server: Server, source: string, subjectOf: (n: number) => string) {
  const bodies = Array.from({ length: total / batch }, (_, b) => {
    const texts = Array.from({ length: batch }, (__, k) => {
      const n = b * batch + k
      return decisionText(source, n, subjectOf(n))
    })
    return `[${texts.join(',')}]`
  })
  const warm = bodies.length / 10
  let [next, start] = [0, 0]
  const answers: string[] = []
  const send = async () => {
    for (let n = next++; n < bodies.length; n = next++) {
      if (n === warm) start = performance.now()
      answers.push(await server.post(bodies[n] ?? ''))
    }
  }
  await Promise.all(Array.from({ length: connections }, send))
  const seconds = (performance.now() - start) / 1_000
  answers.forEach(requireAccepted)
  return ((bodies.length - warm) * batch) / seconds
}

/** Latencies of single decisions, 1,000 begun each second. */
async function latency(server: Server, seconds: number) {
  const latencies: number[] = []
  const waiting: Promise<unknown>[] = []
  const start = performance.now()
  for (let n = 0; n < seconds * 1_000; n++) {
    while (performance.now() - start < n) await new Promise((resolve) => setTimeout(resolve, 1))
    const begun = performance.now()
    const sent = server.post(`[${decisionText('single', n, `single-${n % knownSubjects}`)}]`)
    waiting.push(
      sent.then((text) => {
        requireAccepted(text)
        return n < 1_000 ? 0 : latencies.push(performance.now() - begun)
      }),
    )
  }
  await Promise.all(waiting)
  const sorted = Float64Array.from(latencies).toSorted()
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

interface Row {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly limit: number
  /** Whether less is better. */
  readonly less?: boolean
}

const rows: Row[] = []

async function main(): Promise<void> {
  const kind = Object.fromEntries(features.map((name) => [name, { type: 'number' }]))
  const output = { label: { type: 'text' }, score: { type: 'number' } }
  const declared = { id: 'bench', model: 'ab'.repeat(32), input: kind, output, outcome: 'label' }
  writeFileSync(join(base, 'bench.json'), JSON.stringify(declared))
  proofhouse('decisions', 'deploy', join(base, 'bench.json'), '--out', folder)
  const server = await serveDecisions(program, folder)
  if (values.soak !== undefined) return soak(server, Number(values.soak))
  rows.push({
    name: 'decisions, each of a new subject',
    unit: 'per second',
    ours: await throughput(server, 'new', (n) => `new-${n}`),
    limit: 25_000,
  })
  const known = (n: number) => `known-${n % knownSubjects}`
  await throughput(server, 'before', known)
  rows.push({
    name: 'decisions, subjects known',
    unit: 'per second',
    ours: await throughput(server, 'known', known),
    limit: 40_000,
  })
  const { p50Ms, p99Ms } = await latency(server, 6)
  rows.push({
    name: 'one decision at 1,000/s, p50',
    unit: 'ms',
    ours: p50Ms,
    limit: 10,
    less: true,
  })
  rows.push({
    name: 'one decision at 1,000/s, p99',
    unit: 'ms',
    ours: p99Ms,
    limit: 10,
    less: true,
  })
  const many = Array.from({ length: erasedDecisions / batch }, (_, b) =>
    Array.from({ length: batch }, (__, k) => decisionText('one', b * batch + k, 'one-person')),
  )
  for (const texts of many) requireAccepted(await server.post(`[${texts.join(',')}]`))
  await server.stop()
  const size = total * 3 + 6_000 + erasedDecisions
  const sizeBytes = Number(
    spawnSync('du', ['-sb', folder], { encoding: 'utf8' }).stdout.split('\t')[0],
  )
  rows.push({
    name: 'disk per decision',
    unit: 'bytes',
    ours: sizeBytes / size,
    limit: 2_300,
    less: true,
  })
  await receipts(size)
  const services = composeServices({ newId: randomUUID, now: () => new Date() })
  const begun = performance.now()
  await withDecisionLog(services, folder, async ({ log, host }) => {
    const opening = (performance.now() - begun) / 1_000
    const order = { erasureId: 'bench', reason: 'request', requestedAt: new Date().toISOString() }
    const start = performance.now()
    await eraseSubject(log, 'one-person', { ...order, reason: 'request' }, host)
    const seconds = (performance.now() - start) / 1_000
    rows.push(
      {
        name: 'erase a subject with 10,000 decisions',
        unit: 's',
        ours: seconds,
        limit: 1,
        less: true,
      },
      { name: `open a log of ${size} decisions`, unit: 's', ours: opening, limit: 10, less: true },
    )
  })
}

/** Verifying receipts, in this process. */
async function receipts(size: number): Promise<void> {
  const made = Array.from({ length: 4 }, (_, n) =>
    proofhouse('decisions', 'receipt', String(Math.floor((size * n) / 4)), '--out', folder),
  ).map((text) => new TextEncoder().encode(text))
  const sha256 = (bytes: Uint8Array) => new Uint8Array(hash('sha256', bytes, 'buffer'))
  for (const bytes of made) await verifyReceipt(bytes, {}, sha256)
  const start = performance.now()
  let count = 0
  // Several at once, as whoever has many does: the signatures are checked on other threads.
  for (; performance.now() - start < 2_000; count += receiptsAtOnce) {
    const some = Array.from({ length: receiptsAtOnce }, (_, n) => made[n % made.length])
    const reports = await Promise.all(
      some.map((bytes) => verifyReceipt(bytes ?? new Uint8Array(), {}, sha256)),
    )
    if (reports.some(({ verdict }) => verdict !== 'valid')) throw new Error('invalid')
  }
  const perSecond = (count / (performance.now() - start)) * 1_000
  rows.push({ name: 'receipts verified', unit: 'per second', ours: perSecond, limit: 2_000 })
}

/** Memory of the server at 5,000 decisions a second. */
async function soak(server: Server, seconds: number): Promise<void> {
  const start = performance.now()
  for (let n = 0; n < seconds * 10; n++) {
    while (performance.now() - start < n * 100)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const texts = Array.from({ length: batch }, (__, k) =>
      decisionText('soak', n * batch + k, `known-${(n * batch + k) % knownSubjects}`),
    )
    requireAccepted(await server.post(`[${texts.join(',')}]`))
    if (n % 300 === 0) console.log(`${n / 10} s: ${server.memoryMb().toFixed(0)} MB`)
  }
  console.log(`after ${seconds} s: ${server.memoryMb().toFixed(0)} MB`)
  await server.stop()
}

try {
  await main()
} finally {
  rmSync(base, { recursive: true })
}
if (values.json === true)
  console.log(
    JSON.stringify(
      rows.map(({ name, unit, ours, limit, less }) => ({
        name,
        unit,
        ours,
        peer: limit,
        peer_name: 'target',
        ratio: less === true ? limit / ours : ours / limit,
      })),
    ),
  )
else
  for (const { name, unit, ours, limit, less } of rows)
    console.log(
      `${name}: ${ours < 100 ? ours.toFixed(2) : Math.round(ours).toLocaleString('en')} ${unit} (${less === true ? 'at most' : 'at least'} ${limit.toLocaleString('en')})`,
    )
