import { expect, test } from 'vitest'
import { checkDecisionLog } from './check.ts'
import { openDeployment } from './decision.ts'
import { decisionOf, newMemoryLog, orderOf } from './decisions.fixture.ts'
import { closeEpoch, eraseSubject } from './emptying.ts'
import type { IndexRow } from './index-segment.ts'
import { rememberedMs } from './late-arrivals.ts'
import { findDecisions, readDecision } from './reading.ts'

const [before, after] = ['2026-01-31T12:00:00Z', '2026-02-01T00:00:00.001Z']
const about = (sequence: number, time: string) => decisionOf(sequence, { subject: 'p', time })

test('a decision that comes after its person was erased, and was made before, is taken without its content', async () => {
  const at = newMemoryLog()
  let log = await at.open()
  await log.append([about(0, before)])
  const { stores } = await eraseSubject(log, 'p', orderOf('e'), at.host)
  expect(stores.at(-1)).toMatchObject({ store: 'late-arrivals', outcome: 'nothing-held' })
  expect(stores.at(-1)?.detail).toContain('but where a declaration asks to keep them')
  expect(await log.append([about(2, before), about(1, after), decisionOf(3)])).toEqual([
    { status: 'erased', index: 1 },
    { status: 'accepted', index: 2 },
    { status: 'accepted', index: 3 },
  ])
  const { content } = await readDecision(log, 1)
  expect(content?.groups).toEqual({ context: { erased: 'before it came' }, id: 'erased' })
  // Sent again, whole or emptied, it is the same; and so it is after the log was opened again, in another epoch.
  const placeholder = { source: 'gateway-1', sequence: 2, time: before, deployment: 'credit-eu' }
  const again = () => log.append([about(2, before), { ...placeholder, erased: true }])
  const repeated = { status: 'repeated', index: 1 }
  expect(await again()).toEqual([repeated, repeated])
  await closeEpoch(log, at.host)
  await log.close()
  log = await at.open()
  expect(await again()).toEqual([repeated, repeated])
  expect(await log.append([about(4, before)])).toEqual([{ status: 'erased', index: 4 }])
  expect(await findDecisions(log, { subject: 'p', limit: 9 })).toMatchObject([{ index: 2 }])
  expect(await checkDecisionLog(log)).toMatchObject({ entries: 5, opened: 4, findings: [] })
  await log.close()
})

test('an erased person is forgotten when the time is over, in every file', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  await eraseSubject(log, 'p', orderOf('e'), at.host)
  const erasedAtMs = at.host.now().getTime()
  const late = async () => (await at.files.list()).filter(({ name }) => name.startsWith('late-'))
  const on = (ms: number) => ({ ...at.host, now: () => new Date(erasedAtMs + ms) })
  await closeEpoch(log, on(rememberedMs - 1))
  expect([log.late.size, await late()]).toMatchObject([1, [{ name: 'late-00000002' }]])
  await closeEpoch(log, on(rememberedMs))
  expect([log.late.size, await late()]).toEqual([0, []])
  expect(await log.append([about(0, before)])).toEqual([{ status: 'accepted', index: 0 }])
  await log.close()
})

test('a client says that it erased a decision before it was sent: its number is used, and nothing else is there', async () => {
  const log = await newMemoryLog().open()
  const { source = '', time = '', deployment = '' } = decisionOf(0)
  const placeholder = { source, sequence: 0, time, deployment, erased: true }
  const outcomes = await log.append([
    { ...placeholder, input: {} },
    { ...placeholder, deployment: 'none' },
    { ...placeholder, erased: false },
    { ...placeholder, more: 1 },
    placeholder,
    decisionOf(0),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array<string>(4).fill('refused'),
    'accepted',
    'repeated',
  ])
  // Nor does it replace one that has come.
  await log.append([decisionOf(1)])
  expect(await log.append([{ ...placeholder, sequence: 1 }])).toMatchObject([{ index: 1 }])
  expect((await readDecision(log, 1)).content?.groups['id']).toBe('A-1')
  expect(log.sources.next('gateway-1')).toBe(2)
  await log.close()
})

test('what a law keeps is not emptied when it comes late, and nobody is remembered of whom something is kept', async () => {
  const log = await newMemoryLog().open()
  const { host } = newMemoryLog()
  await log.append([about(0, before), about(1, before)])
  const permitted = (rows: readonly IndexRow[]) => Promise.resolve(rows.slice(1))
  await eraseSubject(log, 'p', { ...orderOf('part'), permitted }, host)
  expect(await log.append([about(2, before)])).toMatchObject([{ status: 'accepted' }])
  await eraseSubject(log, 'p', orderOf('rest'), host)
  expect(await log.append([about(3, before)])).toMatchObject([{ status: 'erased' }])
  const now = log.deployments.get('credit-eu')
  if (now === undefined) throw new Error('the fixture declares it')
  const retention = { class: 'credit', rules: [{ law: 'our own', keep: 'P1M' }] }
  log.declare(openDeployment({ ...now.deployment, retention }, now))
  expect(await log.append([about(4, before)])).toMatchObject([{ status: 'accepted' }])
  expect((await checkDecisionLog(log)).findings).toEqual([])
  await log.close()
})

test('an erasure that is refused remembers nobody: what comes late is taken whole', async () => {
  const at = newMemoryLog()
  const log = await at.open()
  await eraseSubject(log, 'p', orderOf('e'), at.host)
  await expect(eraseSubject(log, 'q', orderOf('e'), at.host)).rejects.toThrow('an id of its own')
  const late = decisionOf(0, { subject: 'q', time: before })
  expect(await log.append([late])).toEqual([{ status: 'accepted', index: 0 }])
  await log.close()
})
