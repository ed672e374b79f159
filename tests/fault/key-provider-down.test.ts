// The provider of keys stops answering before any call that a decision log makes of it, and for good until it is back. Opening fails
// closed; what holds its keys goes on; an epoch that cannot begin leaves the one there is; nothing is lost or destroyed.

import { OperatingError } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
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
  stateFinal,
} from '../../packages/platform/src/decisions/emptying.ts'
import type { KeyWrapper } from '../../packages/platform/src/decisions/ports.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'

const waveSize = 12
const unavailable = { code: 'key-provider-unavailable' }

/** A provider that answers so many calls, and then none. */
function answering(calls: number) {
  let made = 0
  const answer = <T>(call: () => Promise<T>): Promise<T> =>
    made++ < calls
      ? call()
      : Promise.reject(new OperatingError('key-provider-unavailable', 'nobody answers'))
  const around = (wrapper: KeyWrapper): KeyWrapper => ({
    wrap: (key, data) => answer(() => wrapper.wrap(key, data)),
    unwrap: (wrapped, data) => answer(() => wrapper.unwrap(wrapped, data)),
    forget: (data) => answer(() => wrapper.forget(data)),
  })
  return { around, calls: () => made }
}

/** Twelve decisions, each acknowledged. */
async function appendWave(log: DecisionLog, wave: number): Promise<void> {
  const numbers = Array.from({ length: waveSize }, (_, n) => wave * waveSize + n)
  const outcomes = await log.append(numbers.map((n) => decisionOf(n, { subject: `p-${n}` })))
  expect(outcomes).toEqual(numbers.map((index) => ({ status: 'accepted', index })))
}

test('whichever call is the first that gets no answer', async () => {
  const endings = new Map<string, number>()
  for (let calls = 0; ; calls++) {
    const made = newMemoryLog()
    const first = await made.open()
    await appendWave(first, 0)
    await first.close()
    const before = (await made.files.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const provider = answering(calls)
    const log = await made.open({ around: provider.around }).catch((error: unknown) => {
      expect(error).toMatchObject(unavailable)
      return null
    })
    let ending = 'not opened'
    let waves = 1
    if (log === null)
      expect((await made.files.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
        before,
      )
    else {
      await appendWave(log, waves++)
      await eraseSubject(log, 'p-1', orderOf('e'), made.host)
      ending = await closeEpoch(log, made.host).then(
        () => 'in good order',
        (error: unknown) => {
          expect(error).toMatchObject(unavailable)
          return 'the epoch stayed'
        },
      )
      // The keys are in memory: it reads on and takes on what comes.
      await appendWave(log, waves++)
      expect((await readDecision(log, 0)).content?.groups['id']).toBe('A-0')
      await log.close()
    }
    endings.set(ending, (endings.get(ending) ?? 0) + 1)
    const back = await made.open()
    await resumeErasures(back, made.host)
    await closeEpoch(back, made.host)
    await stateFinal(back, made.host)
    const { entries, erased, findings } = await checkDecisionLog(back)
    expect({ entries, erased, findings }).toEqual({
      entries: waves * waveSize,
      erased: log === null ? 0 : 1,
      findings: [],
    })
    expect(back.erasures.list().every(({ finalIndex }) => finalIndex !== null)).toBe(true)
    await back.close()
    if (provider.calls() <= calls) break
  }
  for (const ending of ['not opened', 'the epoch stayed', 'in good order'])
    expect(endings.get(ending), ending).toBeGreaterThan(0)
})
