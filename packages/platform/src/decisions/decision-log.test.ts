// The log as callers see it: what is accepted, repeated and refused, before and after opening it again, under way and at its limits.

import { type Erasure, verifyReceipt } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { checkDecisionLog } from './check.ts'
import { decisionOf, newMemoryLog, orderOf, origin } from './decisions.fixture.ts'
import { closeEpoch, eraseEntries, eraseSubject, resumeErasures, stateFinal } from './emptying.ts'
import { prepare } from './preparing.ts'
import { findDecisions, makeReceipt, readDecision } from './reading.ts'

const noErasure = () => Promise.reject(new Error('there is no erasure'))
const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const decisions = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => decisionOf(from + n))

test('decisions are accepted, read back and proven, also after opening again', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  expect(log.isNew).toBe(true)
  const outcomes = await log.append(decisions(25))
  expect(outcomes).toEqual(outcomes.map((_, index) => ({ status: 'accepted', index })))
  await log.close()
  log = await at.open()
  expect([log.size, log.isNew]).toEqual([25, false])
  const { content, entry } = await readDecision(log, 7)
  expect(entry).toMatchObject({ source: 'gateway-1', sequence: 7, deployment: 'credit-eu' })
  expect(content?.groups).toEqual({
    context: { channel: 'branch' },
    explanation: { age: -0.125, income: 0.5 },
    id: 'A-7',
    input: { age: 41, region: 'nord' },
    'input/income': 52_000.5,
    output: { label: 'approved', score: 0.875 },
    subject: 'p-7',
  })
  const found = await findDecisions(log, { subject: 'p-7', limit: 10 })
  expect(found.map(({ index }) => index)).toEqual([7, 17])
  const groups = ['output', 'input/income']
  const asked = { index: 7, groups, logKey: at.verifierKey, erasureOf: noErasure }
  expect(await verifyReceipt(await makeReceipt(log, asked))).toMatchObject({
    verdict: 'valid',
    index: 7,
    origin,
    revealed: { 'input/income': 52_000.5 },
  })
  await expect(makeReceipt(log, { ...asked, groups: ['input/age'] })).rejects.toThrow(
    code('usage-invalid'),
  )
  for (const index of [-1, 0.5, 25])
    await expect(readDecision(log, index)).rejects.toThrow(code('usage-invalid'))
  await log.close()
})

test('the index is the same whether it was kept or made again', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  const { subject: _none, ...nobody } = decisionOf(6)
  const pump = {
    ...nobody,
    deployment: 'pumps',
    sequence: 7,
    input: { pressure: 1 },
    output: { alarm: true },
  }
  await log.append([...decisions(6), nobody, pump])
  const rows = await log.index.find({ limit: 100 })
  await log.close()
  const again = await at.open()
  expect(await again.index.find({ limit: 100 })).toEqual(rows)
  expect(rows.map(({ outcome }) => outcome).slice(-2)).toEqual(['declined', 'true'])
  await again.close()
})

test('a number that has come is the same decision again, or another one and refused', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  const other = decisionOf(3, { output: { label: 'approved', score: 0.5 } })
  const repeated = { status: 'repeated', index: 3 }
  const refused = {
    status: 'refused',
    problem: '`sequence` has come from this source with other content',
  }
  // In the same call, while the first is under way, once it is durable, and after opening again.
  const [same, under] = await Promise.all([
    log.append(decisions(5).concat(decisionOf(3), other)),
    log.append([decisionOf(3), other]),
  ])
  expect(same.slice(5)).toEqual([repeated, refused])
  expect(under).toEqual([repeated, refused])
  expect(await log.append([decisionOf(3), other])).toEqual([repeated, refused])
  await log.close()
  log = await at.open()
  expect(await log.append([decisionOf(3), other])).toEqual([repeated, refused])
  await eraseSubject(log, 'p-3', orderOf('e'), at.host)
  // Of an erased one nobody can tell any more.
  expect(await log.append([decisionOf(3), other])).toEqual([repeated, repeated])
  expect(log.size).toBe(5)
  await log.close()
})

test('gaps are kept, and filled by what comes late', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  await log.append([5, 1, 9].map((n) => decisionOf(n)))
  const gaps = [
    { from: 0, to: 1 },
    { from: 2, to: 5 },
    { from: 6, to: 9 },
  ]
  expect(log.sources.list()).toEqual([{ source: 'gateway-1', next: 10, gaps }])
  await log.close()
  log = await at.open()
  expect(log.sources.list()).toEqual([{ source: 'gateway-1', next: 10, gaps }])
  expect(await log.append([decisionOf(3)])).toEqual([{ status: 'accepted', index: 3 }])
  await log.close()
})

test('what was handed in before an erasure is erased with it; what comes after has a new key', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  const before = log.append(decisions(8).map((one) => ({ ...one, subject: 'p' })))
  let after: Promise<unknown> = Promise.resolve()
  const state = (erasure: Erasure) => {
    // Handed in while the erasure is under way.
    after = log.append([decisionOf(8, { subject: 'p', time: '2026-02-02T00:00:00Z' })])
    return at.host.state(erasure)
  }
  const { ranges } = await eraseSubject(log, 'p', orderOf('e'), { ...at.host, state })
  expect(ranges).toEqual([{ from: 0, to: 8 }])
  expect((await before).every(({ status }) => status === 'accepted')).toBe(true)
  expect(await after).toEqual([{ status: 'accepted', index: 8 }])
  expect((await readDecision(log, 7)).content).toBeNull()
  expect((await readDecision(log, 8)).content?.groups['subject']).toBe('p')
  await log.close()
})

test('epochs are closed while decisions come, and every one is there', async () => {
  const at = newMemoryLog({ batchEntriesMax: 50 })
  const log = await at.open()
  const appends = Array.from({ length: 10 }, (_, n) => log.append(decisions(30, n * 30)))
  await closeEpoch(log, at.host)
  await Promise.all(appends)
  const [last] = await Promise.all([closeEpoch(log, at.host), log.append(decisions(30, 300))])
  expect(last.epoch).toBe(3)
  await log.close()
  const again = await at.open()
  expect(await checkDecisionLog(again)).toMatchObject({ entries: 330, opened: 330, findings: [] })
  await again.close()
})

test('a number of a key is never given twice, whoever was erased', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  await log.append(Array.from({ length: 600 }, (_, n) => decisionOf(n, { subject: `s-${n}` })))
  const indexes = Array.from({ length: 500 }, (_, n) => 100 + n)
  await eraseEntries(log, indexes, orderOf('e'), at.host)
  for (const close of [false, true]) {
    if (close) await closeEpoch(log, at.host)
    await log.close()
    log = await at.open()
    expect(log.keys.next).toBe(601)
  }
  const more = Array.from({ length: 600 }, (_, n) => decisionOf(600 + n, { subject: `t-${n}` }))
  await log.append(more)
  await log.close()
  log = await at.open()
  expect(await checkDecisionLog(log)).toMatchObject({ opened: 700, erased: 500, findings: [] })
  await log.close()
})

test('erasing single entries stays pending while a key that seals others too could open what lingers', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  await log.append(decisions(20))
  const record = await eraseEntries(log, [4], orderOf('one'), at.host)
  expect(record.stores[0]?.detail).toContain('does not become final')
  expect((await closeEpoch(log, at.host)).final).toEqual([])
  await eraseSubject(log, 'p-4', orderOf('rest'), at.host)
  const { final } = await closeEpoch(log, at.host)
  expect(final.map(({ erasureId }) => erasureId).toSorted()).toEqual(['one', 'rest'])
  expect(await stateFinal(log, at.host)).toEqual([])
  await log.close()
})

test('one key seals all of a deployment about nobody: erasing one of its decisions leaves the others', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  const pump = (n: number) => {
    const { subject: _none, ...rest } = decisionOf(n)
    return { ...rest, deployment: 'pumps', input: { pressure: n }, output: { alarm: false } }
  }
  await log.append([0, 1, 2].map(pump))
  expect(log.keys.size).toBe(1)
  await eraseEntries(log, [1], orderOf('e'), at.host)
  await log.close()
  log = await at.open()
  expect((await readDecision(log, 1)).content).toBeNull()
  expect((await readDecision(log, 2)).content?.groups['input']).toEqual({ pressure: 2 })
  await log.close()
})

test('a wrong correction that was taken all the same is found, and nobody reads corrections twice', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  const corrects = (index: number, sequence: number) =>
    decisionOf(sequence, { subject: 'p-0', corrects: { log: origin, index } })
  await log.append(decisions(2))
  // As a version did that did not look at what is superseded.
  for (const value of [corrects(1, 2), corrects(0, 3), corrects(4, 4)]) {
    const prepared = prepare(value, log.preparation)
    expect(await log.take([{ ...prepared, isCorrection: false }], () => [value])).toMatchObject([
      { status: 'accepted' },
    ])
  }
  const { findings } = await checkDecisionLog(log)
  expect(findings).toEqual([
    { index: 2, problem: '`corrects` names an entry that is about somebody else' },
    { index: 4, problem: '`corrects` names an entry that does not stand before it' },
  ])
  expect(await readDecision(log, 0)).toMatchObject({ supersededBy: [3] })
  await log.close()
  log = await at.open()
  const read: [number, number][] = []
  const { ledger } = log.stores
  const before = ledger.read.bind(ledger)
  ledger.read = (from, to) => {
    read.push([from, to])
    return before(from, to)
  }
  expect(await log.corrections.of(0, 5)).toEqual({ supersedes: null, supersededBy: [3] })
  expect(await log.corrections.of(3, 5)).toEqual({ supersedes: 0, supersededBy: [] })
  expect(read).toEqual([])
  await log.append([corrects(0, 5)])
  expect((await log.corrections.of(0, 6)).supersededBy).toEqual([3, 5])
  expect(read.filter(([from, to]) => to - from > 1 || from === 5)).toContainEqual([5, 6])
  await log.close()
})

test('an erasure needs an id of its own', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  await log.append(decisions(3))
  await eraseEntries(log, [1], orderOf('e'), at.host)
  for (const id of ['e', '../e', ''])
    await expect(eraseEntries(log, [2], orderOf(id), at.host)).rejects.toThrow(
      code('usage-invalid'),
    )
  await expect(eraseEntries(log, [3], orderOf('f'), at.host)).rejects.toThrow(code('usage-invalid'))
  expect((await readDecision(log, 2)).content).not.toBeNull()
  await log.close()
})

test('a restored copy of the whole folder is emptied again by what the evidence log says', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  await log.append(decisions(20))
  const copies: [string, Uint8Array][] = []
  for (const { name, sizeBytes } of await at.files.list())
    copies.push([name, (await at.files.read(name, 0, sizeBytes)) ?? new Uint8Array()])
  await eraseSubject(log, 'p-3', orderOf('e'), at.host)
  await log.close()
  for (const { name } of await at.files.list()) await at.files.replace(name, null)
  for (const [name, bytes] of copies) await at.files.replace(name, bytes)
  const restored = await at.open()
  expect((await readDecision(restored, 3)).content).not.toBeNull()
  const stated = at.stated.map((erasure, index) => ({ index, erasure }))
  await resumeErasures(restored, at.host, stated)
  expect((await readDecision(restored, 3)).content).toBeNull()
  expect((await checkDecisionLog(restored)).findings).toEqual([])
  expect(at.stated).toHaveLength(1)
  await restored.close()
})

test('what is too much, or comes after closing, is refused', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  const far = decisionOf(Number.MAX_SAFE_INTEGER)
  const large = decisionOf(0, { context: { text: 'x'.repeat(1_048_576) } })
  const outcomes = await log.append([far, large])
  expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'refused'])
  expect(JSON.stringify(outcomes[1])).toContain('at most 1048576')
  const many = Array.from({ length: 65_537 }, () => null)
  await expect(log.append(many)).rejects.toThrow(code('ledger-overloaded'))
  await expect(findDecisions(log, { limit: 1001 })).rejects.toThrow(code('usage-invalid'))
  await log.close()
  await log.close()
  await expect(log.append([decisionOf(1)])).rejects.toThrow(code('ledger-closed'))
  await expect(closeEpoch(log, at.host)).rejects.toThrow(code('ledger-closed'))
})
