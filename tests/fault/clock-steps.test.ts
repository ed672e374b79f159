// The system's clock goes back and far ahead: between appends, over the end of an epoch, while nothing runs. No order, no proof and no bound
// on how long something waits may come from it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkTrust, parseTrustPolicy, parseVerifierKey, textOf, utf8 } from '@proofhouse/evidence'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import {
  openLedgerDirectory,
  openLedgerFiles,
  openMirrorFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { composeServices } from '../../packages/platform/src/compose.ts'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import type { DecisionLog } from '../../packages/platform/src/decisions/decision-log.ts'
import {
  decisionOf,
  newMemoryLog,
  orderOf,
} from '../../packages/platform/src/decisions/decisions.fixture.ts'
import {
  closeEpoch,
  eraseSubject,
  resumeErasures,
} from '../../packages/platform/src/decisions/emptying.ts'
import { findDecisions, readDecision } from '../../packages/platform/src/decisions/reading.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { checkMirror, fsck, mirrorIn } from '../../packages/platform/src/ledger/index.ts'
import { newLog, witnessOf } from '../../packages/platform/src/ledger/witness/witness.fixture.ts'
import { Witnesses } from '../../packages/platform/src/ledger/witness/witnesses.ts'
import { declareDeployment } from '../../packages/platform/src/workflows/declare-deployment.ts'
import { eraseDecisions } from '../../packages/platform/src/workflows/erase-decisions.ts'
import { recordDecisions } from '../../packages/platform/src/workflows/record-decisions.ts'
import { serveDecisions } from '../../packages/platform/src/workflows/serve-decisions.ts'

const root = mkdtempSync(join(tmpdir(), 'clock-steps-'))
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** What the clock says in turn: back a year, back to the beginning of time, ahead, and where it began. */
const clock = ['2026-06-01', '2025-06-01', '1970-01-01', '2107-03-03', '2026-06-01'].map(
  (day) => new Date(`${day}T12:00:00.000Z`),
)

/** Sets every clock of this process that could be asked for the date. */
const setClock = (now: Date) => vi.useFakeTimers({ now, toFake: ['Date'] })

test('a ledger grows and is published through every step, and never leaves its past', async () => {
  const [folder, mirrorFolder] = [join(root, 'ledger'), join(root, 'mirror')]
  const key = newLedgerKey('fault.example/clock')
  let size = 0
  for (const [n, now] of clock.entries()) {
    setClock(now)
    const ledger = await openLedgerDirectory(folder, key, { mirrorFolder })
    for (const next of [...clock.slice(n), now]) {
      setClock(next)
      expect(await ledger.append(utf8(`entry ${size}`))).toBe(size)
      size++
      expect((await ledger.checkpoint()).checkpoint.size).toBe(size)
    }
    await ledger.close()
  }
  vi.useRealTimers()
  const tiles = await openLedgerFiles(folder)
  expect(await fsck({ tiles, trust: null })).toMatchObject({ findings: [], size })
  const verifier = parseVerifierKey(key.verifierKey)
  const note = textOf((await tiles.read('checkpoint')) ?? new Uint8Array())
  const trusted = await checkTrust(note, parseTrustPolicy(`log ${key.verifierKey}\nquorum none\n`))
  const mirror = mirrorIn(await openMirrorFiles(mirrorFolder), verifier)
  const log = { tiles, checkpoint: trusted.checkpoint }
  const report = await checkMirror({ notes: mirror.notes(), verifier, log, committed: null })
  // Each head was published, the empty one too, and all are of one history.
  expect(report).toMatchObject({ checkpoints: size + 1, findings: [] })
})

test('decisions, erasures and epochs go by their own order', async () => {
  const made = newMemoryLog()
  const expected: { readonly index: number; readonly timeMs: number }[] = []
  const finals: number[] = []
  let log: DecisionLog | null = null
  for (const [n, now] of clock.entries()) {
    setClock(now)
    const host = { ...made.host, now: () => new Date() }
    log = await made.open()
    await resumeErasures(log, host)
    for (const next of [...clock.slice(n), now]) {
      setClock(next)
      const sequence = expected.length
      const time = new Date().toISOString()
      const outcome = await log.append([decisionOf(sequence, { time, subject: `p-${sequence}` })])
      expect(outcome).toEqual([{ status: 'accepted', index: sequence }])
      expected.push({ index: sequence, timeMs: next.getTime() })
    }
    // Asked for at one time, ended at an earlier one.
    setClock(clock[3] ?? now)
    const requestedAt = new Date().toISOString()
    await eraseSubject(log, `p-${n}`, { ...orderOf(`e-${n}`), requestedAt }, host)
    setClock(clock[2] ?? now)
    finals.push((await closeEpoch(log, host)).final.length)
    await log.close()
  }
  expect(finals).toEqual(clock.map(() => 1))
  log = await made.open()
  const { findings, erased } = await checkDecisionLog(log)
  expect({ findings, erased }).toEqual({ findings: [], erased: clock.length })
  expect(log.sources.list()).toMatchObject([{ next: expected.length }])
  for (const { index } of expected) {
    const { content } = await readDecision(log, index)
    expect(content === null, `${index}`).toBe(index < clock.length)
  }
  for (const now of clock) {
    const timeMs = now.getTime()
    const query = { fromMs: timeMs, toMs: timeMs + 1, limit: 1_000 }
    expect((await findDecisions(log, query)).map(({ index }) => index)).toEqual(
      expected.flatMap((one) => (one.timeMs === timeMs ? [one.index] : [])),
    )
  }
  const stated = made.stated.map(({ erasureId, state }) => `${erasureId} ${state}`)
  expect(stated).toEqual(clock.flatMap((_, n) => [`e-${n} pending`, `e-${n} final`]))
  await log.close()
})

test('an erasure that was asked for in what is now the future does not wait for it', async () => {
  const folder = join(root, 'work')
  const [declared, file] = [join(root, 'd.json'), join(root, 'd.jsonl')]
  const at = (now: Date | undefined) => {
    const time = now ?? new Date(0)
    return composeServices({ newId: () => 'e-1', now: () => time })
  }
  const services = at(clock[0])
  const kinds = { input: { a: { type: 'number' } }, output: { b: { type: 'number' } } }
  writeFileSync(declared, JSON.stringify({ id: 'd', model: 'ab'.repeat(32), ...kinds }))
  await declareDeployment({ file: declared, folder }, services)
  const about = { deployment: 'd', subject: 'p', input: { a: 1 }, output: { b: 2 } }
  const decision = { id: 'x', source: 's', sequence: 0, time: '2026-01-31T12:00:00Z', ...about }
  writeFileSync(file, `${JSON.stringify(decision)}\n`)
  expect(await recordDecisions({ file, folder }, services)).toMatchObject({ accepted: 1 })
  const erased = await eraseDecisions(
    { folder, what: { subject: 'p' }, reason: 'request' },
    services,
  )
  expect(erased.finalIndex).toBeNull()
  const stop = new AbortController()
  const run = { signal: stop.signal, ready: () => stop.abort(), note: () => undefined }
  // Back by a year, while nothing ran.
  const served = await serveDecisions({ folder, host: '127.0.0.1', port: 0 }, at(clock[1]), run)
  expect(served.size).toBe(1)
  const again = { folder, what: { subject: 'p' }, reason: 'request' } as const
  const next = composeServices({ newId: () => 'e-2', now: () => clock[1] ?? new Date(0) })
  expect((await eraseDecisions(again, next)).epoch).toBe(erased.epoch + 1)
})

test('a witness cosigns on through every step, one history, and its word counts', async () => {
  let now = 0
  const nowSeconds = () => Math.floor((clock[now]?.getTime() ?? 0) / 1_000)
  const log = await newLog()
  const witness = await witnessOf(log.verifierKey, { nowSeconds })
  const text = `log ${log.verifierKey}\nwitness w ${witness.verifierKey}\nquorum w\n`
  const policy = parseTrustPolicy(text)
  const ledger = await log.open()
  const source = {
    checkpoint: () => ledger.checkpoint(),
    cosigned: (note: string) => ledger.cosigned(note),
    tiles: log.stores.tiles,
  }
  const servers = new Map([['w', witness.server]])
  const witnesses = new Witnesses(source, { policy, servers })
  for (now = 0; now < clock.length; now++) {
    await ledger.append(utf8(`entry ${now}`))
    expect(await witnesses.witnessed()).toMatchObject({ witnessed: true })
    const { note } = await ledger.checkpoint()
    expect(await checkTrust(note, policy)).toMatchObject({
      checkpoint: { size: now + 1 },
      witnesses: [{ name: 'w', timeSeconds: nowSeconds() }],
    })
  }
  await ledger.close()
})
