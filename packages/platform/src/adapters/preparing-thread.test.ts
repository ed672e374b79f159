import { utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { checkDecisionLog } from '../decisions/check.ts'
import { decisionOf, newLog } from '../decisions/decisions.fixture.ts'
import { pack, prepare, unpack } from '../decisions/preparing.ts'
import { readDecision } from '../decisions/reading.ts'
import { DecisionBodies } from './preparing-thread.ts'

const bodyOf = (values: unknown) => utf8(JSON.stringify(values))

test('a request comes out of another thread as it would have here', async () => {
  const log = await newLog().open()
  const bodies = new DecisionBodies(log)
  const values = [
    ...Array.from({ length: 300 }, (_, n) => decisionOf(n)),
    { ...decisionOf(7), id: 'another' },
    decisionOf(8),
    { ...decisionOf(300), input: { age: 'old' } },
    7,
    decisionOf(301, { context: { note: 'é\u{1f600}'.repeat(3_000) } }),
  ]
  const body = bodyOf(values)
  expect(body.length).toBeGreaterThan(16_384)
  const outcomes = await bodies.take(body)
  expect(outcomes.slice(0, 300)).toEqual(
    Array.from({ length: 300 }, (_, index) => ({ status: 'accepted', index })),
  )
  expect(outcomes.slice(300)).toEqual([
    { status: 'refused', problem: '`sequence` has come from this source with other content' },
    { status: 'repeated', index: 8 },
    { status: 'refused', problem: 'input: `age` is no number' },
    { status: 'refused', problem: 'a decision is an object' },
    { status: 'accepted', index: 300 },
  ])
  // The same request again, and as many small ones, which never leave this thread.
  expect(await bodies.take(body)).toEqual(
    outcomes.map((one) => (one.status === 'accepted' ? { ...one, status: 'repeated' } : one)),
  )
  expect(await bodies.take(bodyOf([decisionOf(5), decisionOf(300)]))).toEqual([
    { status: 'repeated', index: 5 },
    { status: 'accepted', index: 301 },
  ])
  const { content } = await readDecision(log, 300)
  expect(content?.groups['context']).toEqual({ note: 'é\u{1f600}'.repeat(3_000) })
  expect((await checkDecisionLog(log)).findings).toEqual([])
  await bodies.close()
  await log.close()
})

test('what is no list of decisions is refused there as here', async () => {
  const log = await newLog().open()
  const bodies = new DecisionBodies(log)
  const padding = ' '.repeat(20_000)
  const malformed: unknown = expect.objectContaining({ code: 'decision-malformed' })
  for (const text of ['{}', '[', '"a"', JSON.stringify(Array.from({ length: 2_001 }, () => 0))])
    for (const body of [text, text + padding])
      await expect(bodies.take(utf8(body))).rejects.toEqual(malformed)
  const noText = Buffer.concat([Buffer.from(padding), Buffer.from([0xff])])
  await expect(bodies.take(noText)).rejects.toEqual(malformed)
  await bodies.close()
  await log.close()
})

test('a thread that dies of a request is told, and the next request has another', async () => {
  const log = await newLog().open()
  const bodies = new DecisionBodies(log, 16)
  const wide = utf8(`[${'[],'.repeat(800_000)}0]`)
  const values = Array.from({ length: 100 }, (_, n) => decisionOf(n))
  await expect(bodies.take(wide)).rejects.toThrow('the thread that reads decisions ended')
  expect(await bodies.take(bodyOf(values))).toHaveLength(100)
  await bodies.close()
  await log.close()
})

test('packed decisions are the same unpacked', async () => {
  const log = await newLog().open()
  const all = [0, 1, 2].map((n) => prepare(decisionOf(n, { source: `s${n}` }), log.preparation))
  const refused = prepare(decisionOf(3, { deployment: 'x' }), log.preparation)
  const given = [...all.slice(0, 2), refused, ...all.slice(2)]
  expect(unpack(pack(given))).toEqual(given)
  expect(unpack(pack([]))).toEqual([])
  await log.close()
})
