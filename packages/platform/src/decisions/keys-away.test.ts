// The keeper of keys goes away and comes back while a log is in use: decisions are taken and read all the while, an epoch ends later, and
// opening is refused until it is back.

import { type JsonObject, OperatingError } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { checkDecisionLog } from './check.ts'
import { decisionOf, newMemoryLog, orderOf } from './decisions.fixture.ts'
import { closeEpoch, eraseSubject } from './emptying.ts'
import type { KeyWrapper } from './ports.ts'
import { readDecision } from './reading.ts'

/** A keeper that answers as many requests as it is told to. */
function moodyKeeper() {
  const mood = { answers: Number.POSITIVE_INFINITY }
  const answer = () => {
    if (mood.answers-- > 0) return
    throw new OperatingError('key-provider-unavailable', 'the keeper of keys is away')
  }
  const keeper = (own: KeyWrapper): KeyWrapper => ({
    async wrap(...given) {
      answer()
      return own.wrap(...given)
    },
    async unwrap(...given) {
      answer()
      return own.unwrap(...given)
    },
    forget: (...given) => own.forget(...given),
  })
  return { mood, keeper }
}

const away = expect.objectContaining({ code: 'key-provider-unavailable' }) as unknown
/** After the erasure. */
const later = { time: '2026-03-01T00:00:00Z' }
const decisions = (count: number, from: number, given: JsonObject = {}) =>
  Array.from({ length: count }, (_, n) => decisionOf(from + n, given))

test.each([0, 1, 2])(
  'away after %i answers at the end of an epoch: it goes on, and ends later',
  async (answers) => {
    const at = newMemoryLog()
    const { mood, keeper } = moodyKeeper()
    const log = await at.open({ around: keeper })
    await log.append(decisions(20, 0))
    await eraseSubject(log, 'p-3', orderOf('e-1'), at.host)
    const names = async () => (await at.files.list()).map(({ name }) => name).toSorted()
    const before = await names()
    mood.answers = answers
    const tries = [closeEpoch(log, at.host), log.append(decisions(10, 20, later))] as const
    await expect(tries[0]).rejects.toEqual(away)
    expect((await tries[1]).every(({ status }) => status === 'accepted')).toBe(true)
    expect(await names()).toEqual(before)
    // New people and known ones, written and read.
    await log.append([...decisions(10, 30, later), decisionOf(40, { subject: 'somebody new' })])
    expect((await readDecision(log, 40)).content?.groups['subject']).toBe('somebody new')
    expect(at.stated.map(({ state }) => state)).toEqual(['pending'])
    mood.answers = Number.POSITIVE_INFINITY
    expect(await closeEpoch(log, at.host)).toMatchObject({
      epoch: 2,
      final: [{ erasureId: 'e-1' }],
    })
    await log.close()
    const again = await at.open({ around: keeper })
    const { entries, findings } = await checkDecisionLog(again)
    expect([entries, findings]).toEqual([41, []])
    await again.close()
  },
)

test('away at opening: refused, and everything is there once it is back', async () => {
  const at = newMemoryLog()
  const { mood, keeper } = moodyKeeper()
  const log = await at.open({ around: keeper })
  await log.append(decisions(20, 0))
  await log.close()
  for (const answers of [0, 1, 2]) {
    mood.answers = answers
    await expect(at.open({ around: keeper })).rejects.toEqual(away)
  }
  mood.answers = Number.POSITIVE_INFINITY
  const again = await at.open({ around: keeper })
  expect(await checkDecisionLog(again)).toMatchObject({ entries: 20, opened: 20, findings: [] })
  await again.close()
})
