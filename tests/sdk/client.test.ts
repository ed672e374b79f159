// The client against a real server: what is recorded arrives once, in order, whatever was cut off meanwhile; what is refused stands aside;
// whoever was erased does not come back.

import {
  readdirSync,
  readFileSync,
  statSync,
  cpSync,
  rmSync,
  writeFileSync,
  chmodSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { type OperatingError, type Settled, verifyRecorded } from '../../packages/sdk/src/index.ts'
import { makeReceipt, readDecision } from '../../packages/platform/src/decisions/reading.ts'
import { closeEpoch, eraseSubject } from '../../packages/platform/src/decisions/emptying.ts'
import { orderOf } from '../../packages/platform/src/decisions/decisions.fixture.ts'
import { newService, whenTold } from './client.fixture.ts'
import { decided } from './decided.fixture.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
async function service() {
  const made = await newService()
  ends.push(() => made.end())
  return made
}
const code = (one: string) => expect.objectContaining({ code: one })
const groupsOf = async ({ log }: Awaited<ReturnType<typeof service>>, index: number) =>
  (await readDecision(log, index)).content?.groups

test('what many callers record arrives, each once and in order, and everyone is told what became of it', async () => {
  const at = await service()
  const settled: Settled[] = []
  const client = await at.client({ onSettled: (all) => settled.push(...all) })
  const calls = Array.from({ length: 1_203 }, (_, n) => client.record(decided(`p-${n}`)))
  const recorded = await Promise.all(calls)
  expect(recorded.map(({ sequence }) => sequence)).toEqual(calls.map((_, n) => n))
  await client.flush()
  expect(client.status).toMatchObject({ next: 1_203, unsent: 0, refused: 0, problem: null })
  expect(settled.map(({ sequence }) => sequence)).toEqual(calls.map((_, n) => n))
  expect(settled.every((one) => one.status === 'accepted' && one.index === one.sequence)).toBe(true)
  expect(at.log.sources.list()).toEqual([{ source: 'gateway-1', next: 1_203, gaps: [] }])
  expect(await groupsOf(at, 7)).toMatchObject({ id: 'case of p-7', subject: 'p-7' })
})

test('it records while the log is away, and sends when it is back; a later client goes on with the numbers', async () => {
  const at = await service()
  await at.stop()
  const away = whenTold<OperatingError | null>()
  let client = await at.client({ onProblem: away.tell })
  await client.record(decided('p-0'))
  expect(await away.told).toMatchObject({ code: 'server-unreachable' })
  await client.close()
  await expect(client.record(decided('p-1'))).rejects.toThrow(code('ledger-closed'))
  client = await at.client()
  expect(await client.record(decided('p-1'))).toEqual({ source: 'gateway-1', sequence: 1 })
  const giveUp = new AbortController()
  const flushed = client.flush({ signal: giveUp.signal })
  giveUp.abort()
  await expect(flushed).rejects.toThrow(code('interrupted'))
  await at.start()
  await client.flush()
  await client.close()
  client = await at.client()
  await client.record(decided('p-2'))
  await client.flush()
  expect(at.log.sources.list()).toEqual([{ source: 'gateway-1', next: 3, gaps: [] }])
})

test('what a callback throws is told as an error that nobody caught, and sending goes on', async () => {
  const at = await service()
  const uncaught: unknown[] = []
  const queue = globalThis.queueMicrotask
  vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((work) => {
    queue(() => {
      try {
        work()
      } catch (error) {
        uncaught.push(error)
      }
    })
  })
  ends.push(() => Promise.resolve(void vi.restoreAllMocks()))
  const error = new Error('of the program')
  const client = await at.client({
    onSettled: () => {
      throw error
    },
  })
  for (const subject of ['p-0', 'p-1']) {
    await client.record(decided(subject))
    await client.flush()
  }
  await client.close()
  expect(uncaught).toEqual([error, error])
  expect(at.log.sources.list()).toEqual([{ source: 'gateway-1', next: 2, gaps: [] }])
})

test('a number that JSON cannot say is refused, and not kept as null', async () => {
  const at = await service()
  const client = await at.client()
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    await expect(
      client.record(decided('p-0', { explanation: { values: [{ age: value }] } })),
    ).rejects.toThrow(code('decision-malformed'))
  await client.record(decided('p-0', { explanation: { why: 'null', value: null } }))
  await client.flush()
  expect(await groupsOf(at, 0)).toMatchObject({ explanation: { why: 'null', value: null } })
})

test('what is refused stands aside with its reason, and nothing behind it waits; its number is a gap', async () => {
  const at = await service()
  const settled: Settled[] = []
  let client = await at.client({ onSettled: (all) => settled.push(...all) })
  await client.record(decided('p-0'))
  await client.record(decided('p-1', { input: { age: 'old' } }))
  await client.record(decided('p-2'))
  await client.flush()
  expect(settled.map(({ status }) => status)).toEqual(['accepted', 'refused', 'accepted'])
  await client.close()
  client = await at.client()
  const [refused, ...others] = await Array.fromAsync(client.refused())
  expect(others).toEqual([])
  expect(refused).toMatchObject({ sequence: 1, decision: { subject: 'p-1', sequence: 1 } })
  expect(refused?.problem).toMatch(/^input: /)
  expect(at.log.sources.list()).toMatchObject([{ next: 3, gaps: [{ from: 1, to: 2 }] }])
  await client.dismiss(1)
  expect(await Array.fromAsync(client.refused())).toEqual([])
  expect(client.status.refused).toBe(0)
})

test('a spool that is full fails or waits, as asked, and loses nothing', async () => {
  const at = await service()
  await at.stop()
  const given = { spoolBytes: 65_536, source: 'small', spool: join(at.folder, 'small') }
  let client = await at.client(given)
  let spooled = 0
  const full = async () => {
    for (;;) {
      await client.record(decided(`p-${spooled}`))
      spooled += 1
    }
  }
  await expect(full()).rejects.toThrow(code('ledger-overloaded'))
  expect(spooled).toBeGreaterThan(100)
  expect(client.status.sizeBytes).toBeLessThanOrEqual(given.spoolBytes)
  await client.close()
  client = await at.client({ ...given, whenFull: 'wait' })
  const waiting = Array.from({ length: 50 }, (_, n) => client.record(decided(`q-${n}`)))
  await at.start()
  const recorded = await Promise.all(waiting)
  expect(recorded.at(-1)?.sequence).toBe(spooled + 49)
  await client.flush()
  expect(at.log.sources.list()).toMatchObject([{ next: spooled + 50, gaps: [] }])
})

test('a person erased from the spool goes at once from the disk, and in place of each decision goes one without content', async () => {
  const at = await service()
  await at.stop()
  let client = await at.client()
  for (const subject of ['p-0', 'erika', 'p-2', 'erika']) await client.record(decided(subject))
  const late = client.record(decided('erika'))
  expect(await client.erase('erika')).toEqual({ spooled: 3, refused: 0 })
  await late
  await client.close()
  client = await at.client()
  expect(await client.erase('erika')).toEqual({ spooled: 0, refused: 0 })
  await at.start()
  await client.flush()
  expect(at.log.sources.list()).toMatchObject([{ next: 5, gaps: [] }])
  const emptied = { id: 'erased', context: { erased: 'before it came' } }
  expect(await Promise.all([0, 1, 4].map((n) => groupsOf(at, n)))).toMatchObject([
    { subject: 'p-0' },
    emptied,
    emptied,
  ])
})

test('a person erased in the log does not come back from a spool, nor stay among what was refused', async () => {
  const at = await service()
  const settled: Settled[] = []
  const given = { onSettled: (all: readonly Settled[]) => settled.push(...all) }
  let client = await at.client(given)
  await client.record(decided('erika', { output: {} }))
  await client.flush()
  expect(client.status.refused).toBe(1)
  await client.close()
  await at.stop()
  client = await at.client(given)
  await client.record(decided('erika'))
  await eraseSubject(at.log, 'erika', orderOf('e'), at.host)
  await closeEpoch(at.log, at.host)
  await at.start()
  await client.flush()
  expect(settled.at(-1)).toMatchObject({ status: 'erased', index: 0 })
  expect(client.status.refused).toBe(0)
  expect(await groupsOf(at, 0)).toEqual({ id: 'erased', context: { erased: 'before it came' } })
  // Who comes back is new.
  await client.record(decided('erika', { time: '2026-02-02T00:00:00Z' }))
  await client.flush()
  expect(await groupsOf(at, 1)).toMatchObject({ subject: 'erika' })
})

test('a spool put back from an older copy gives no number twice', async () => {
  const at = await service()
  const [spool, copy] = [join(at.folder, 'spool'), join(at.folder, 'copy')]
  let client = await at.client()
  await client.record(decided('p-0'))
  await client.close()
  cpSync(spool, copy, { recursive: true })
  client = await at.client()
  await client.record(decided('p-1'))
  await client.flush()
  await client.close()
  rmSync(spool, { recursive: true })
  cpSync(copy, spool, { recursive: true })
  const stopped = whenTold<OperatingError | null>()
  client = await at.client({ onProblem: stopped.tell })
  expect(await stopped.told).toMatchObject({ code: 'spool-stopped' })
  await expect(client.record(decided('p-2'))).rejects.toThrow(code('spool-stopped'))
  await expect(client.flush()).resolves.toBeUndefined()
  expect(at.log.size).toBe(2)
})

test('what has waited for longer than the log remembers whom it erased is sent only when that is asked for', async () => {
  const at = await service()
  await at.stop()
  let client = await at.client()
  await client.record(decided('p-0'))
  await client.close()
  await at.start()
  const now = () => new Date(Date.now() + 31 * 86_400_000)
  const stopped = whenTold<OperatingError | null>()
  client = await at.client({ now, onProblem: stopped.tell })
  expect(await stopped.told).toMatchObject({ code: 'spool-stopped' })
  await expect(client.flush()).rejects.toThrow(code('spool-stopped'))
  await client.close()
  client = await at.client({ now, sendStale: true })
  await client.flush()
  expect(at.log.size).toBe(1)
})

test('a token that the log does not know, and a server that is none, are told; nothing is lost', async () => {
  const at = await service()
  const told = whenTold<OperatingError | null>()
  let client = await at.client({ token: 'another-token-of-some-length', onProblem: told.tell })
  await client.record(decided('p-0'))
  expect(await told.told).toMatchObject({ code: 'server-refused' })
  expect(client.status).toMatchObject({ unsent: 1, problem: { code: 'server-refused' } })
  await client.close()
  client = await at.client()
  await client.flush()
  expect(at.log.size).toBe(1)
  await expect(at.client({ url: 'http://logs.example.org' })).rejects.toThrow(code('usage-invalid'))
})

test('what no deployment takes is refused before it is spooled', async () => {
  const at = await service()
  const client = await at.client()
  for (const given of [{ id: '' }, { time: 'now' }, { subject: '' }, { deployment: 'a b' }])
    await expect(client.record(decided('p', given))).rejects.toThrow(code('decision-malformed'))
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  await expect(client.record(decided('p', { context: circular }))).rejects.toThrow(
    code('decision-malformed'),
  )
  const large = decided('p', { context: { text: 'x'.repeat(1_048_576) } })
  await expect(client.record(large)).rejects.toThrow(code('entry-too-large'))
  expect(client.status.next).toBe(0)
})

test('a key that is not given is made beside the spool, for its owner alone', async () => {
  const at = await service()
  const spool = join(at.folder, 'own')
  const given = { spool, source: 'own' }
  const open = () => at.client(given, null)
  await (await open()).close()
  expect(statSync(`${spool}.key`).mode & 0o777).toBe(0o600)
  expect(readdirSync(spool).some((name) => name.endsWith('.key'))).toBe(false)
  await (await open()).close()
  const text = readFileSync(`${spool}.key`, 'utf8')
  chmodSync(`${spool}.key`, 0o640)
  await expect(open()).rejects.toThrow(code('key-malformed'))
  rmSync(`${spool}.key`)
  await expect(open()).rejects.toThrow(code('key-missing'))
  writeFileSync(`${spool}.key`, text, { mode: 0o600 })
  await (await open()).close()
})

test('a receipt is verified for the decision that was recorded, and for no other', async () => {
  const at = await service()
  const client = await at.client()
  const recorded = await client.record(decided('p-0'))
  await client.record(decided('p-1'))
  await client.flush()
  const receipt = await makeReceipt(at.log, {
    index: 0,
    groups: ['output'],
    logKey: at.verifierKey,
    erasureOf: () => Promise.reject(new Error('nothing was erased')),
  })
  expect(await verifyRecorded(recorded, receipt, {})).toMatchObject({
    verdict: 'valid',
    revealed: { output: { label: 'approved' } },
  })
  await expect(verifyRecorded({ ...recorded, sequence: 1 }, receipt, {})).rejects.toThrow(
    code('receipt-malformed'),
  )
})
