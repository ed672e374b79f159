// Checks a ledger of one million entries of 1 KB, and lets Tessera's checker do the same on the
// same files in the same run. The files are written and read back once before, so that both sides
// find them in the same state of the system's cache. Then proves random entries of it.
// Usage: node bench/ledger/fsck.ts [--json] [--entries N]

import { randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseTrustPolicy } from '@proofhouse/evidence'
import { leafHashWorkers } from '../../packages/platform/src/adapters/leaf-hash-workers.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'
import { newBenchKey } from './bench-key.ts'
import { runTessera, tesseraFsck, tesseraVersion } from './tessera.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, entries: { type: 'string', default: '1000000' } },
})
const size = Number(values.entries)
const entrySizeBytes = 1_024
const appendsAtOnce = 16_384
const workers = Math.max(2, availableParallelism())
const targetPerSecond = 300_000
const repeats = 3
const proofsPerSecondMin = 5_000
const proofsAtOnce = 16
const proofsForMs = 3_000

const key = newBenchKey()
const base = mkdtempSync(join(tmpdir(), 'fsck-bench-'))
const folder = join(base, 'ledger')

async function build(): Promise<void> {
  const ledger = await openLedgerDirectory(folder, key)
  for (let from = 0; from < size; from += appendsAtOnce)
    await Promise.all(
      Array.from({ length: Math.min(appendsAtOnce, size - from) }, () =>
        ledger.append(randomFillSync(new Uint8Array(entrySizeBytes))),
      ),
    )
  await ledger.close()
}

async function runOurs(): Promise<{ seconds: number; grownMb: number }> {
  const trust = parseTrustPolicy(`log ${key.verifierKey}\nquorum none\n`)
  const tiles = await openLedgerFiles(folder)
  const before = process.memoryUsage.rss()
  let highest = before
  const sampling = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 20)
  const start = performance.now()
  const { ok, findings } = await fsck({
    tiles,
    trust,
    startHasher: () => leafHashWorkers({ count: workers, folder }),
  })
  const seconds = (performance.now() - start) / 1_000
  clearInterval(sampling)
  if (!ok) throw new Error(`the ledger is damaged: ${JSON.stringify(findings)}`)
  return { seconds, grownMb: (highest - before) / 1_048_576 }
}

/** Inclusion proofs per second, of entries anywhere in the ledger, for callers that ask at once. */
async function runProofs(): Promise<number> {
  const ledger = await openLedgerDirectory(folder, key)
  const prove = () => ledger.proof(Math.floor(Math.random() * size))
  await prove()
  let count = 0
  const start = performance.now()
  for (; performance.now() - start < proofsForMs; count += proofsAtOnce)
    await Promise.all(Array.from({ length: proofsAtOnce }, prove))
  const perSecond = (count / (performance.now() - start)) * 1_000
  await ledger.close()
  return perSecond
}

function runPeer(program: string): number {
  const keyFile = join(base, 'key')
  writeFileSync(keyFile, key.verifierKey)
  const start = performance.now()
  const verdict = runTessera({ program, folder, keyFile, workers, timeoutMs: 600_000 })
  if (verdict.intact !== true) throw new Error(`Tessera: ${verdict.output}`)
  return (performance.now() - start) / 1_000
}

const line = (who: string, perSecond: number) => {
  const figure = Math.round(perSecond).toLocaleString('en').padStart(10)
  console.log(`  ${who.padEnd(24)} ${figure} entries/s`)
}

try {
  await build()
  const program = tesseraFsck()
  const ours: { seconds: number; grownMb: number }[] = []
  const peer: number[] = []
  // In turn, so that neither has the quieter machine.
  for (let n = 0; n < repeats; n++) {
    ours.push(await runOurs())
    if (program !== null) peer.push(runPeer(program))
  }
  const oursPerSecond = size / Math.min(...ours.map(({ seconds }) => seconds))
  const peerPerSecond = program === null ? null : size / Math.min(...peer)
  const grownMb = Math.max(...ours.map((run) => run.grownMb))
  const proofsPerSecond = await runProofs()
  const name = `ledger fsck, ${size.toLocaleString('en')} entries of 1 KB, ${workers} threads`
  if (values.json === true)
    console.log(
      JSON.stringify([
        {
          name,
          unit: 'entries/s',
          ours: oursPerSecond,
          peer: peerPerSecond,
          peer_name: `Tessera fsck ${tesseraVersion}`,
          ratio: peerPerSecond === null ? null : oursPerSecond / peerPerSecond,
        },
        {
          name: `${name}, against the target`,
          unit: 'entries/s',
          ours: oursPerSecond,
          peer: targetPerSecond,
          peer_name: 'target',
          ratio: oursPerSecond / targetPerSecond,
        },
        {
          name: `inclusion proofs, of ${size.toLocaleString('en')} entries`,
          unit: 'per second',
          ours: proofsPerSecond,
          peer: proofsPerSecondMin,
          peer_name: 'target',
          ratio: proofsPerSecond / proofsPerSecondMin,
        },
      ]),
    )
  else {
    console.log(name)
    line('ours', oursPerSecond)
    if (peerPerSecond === null) console.log('  Tessera: skipped, no `go` to build it with')
    else line(`Tessera fsck ${tesseraVersion}`, peerPerSecond)
    line('target', targetPerSecond)
    console.log(`  memory while checking: +${grownMb.toFixed(0)} MB`)
    console.log(
      `inclusion proofs: ${Math.round(proofsPerSecond).toLocaleString('en')} per second (at least ${proofsPerSecondMin.toLocaleString('en')})`,
    )
  }
} finally {
  rmSync(base, { recursive: true })
}
