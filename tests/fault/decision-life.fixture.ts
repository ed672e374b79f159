// A day in the life of a decision log whose files may fail at any write, and what must hold when it opens again.

import { expect } from 'vitest'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import type { DecisionLog } from '../../packages/platform/src/decisions/decision-log.ts'
import {
  decisionOf,
  newMemoryLog,
  orderOf,
} from '../../packages/platform/src/decisions/decisions.fixture.ts'
import {
  closeEpoch,
  eraseEntries,
  eraseSubject,
  resumeErasures,
  stateFinal,
} from '../../packages/platform/src/decisions/emptying.ts'
import type { VaultFiles } from '../../packages/platform/src/decisions/ports.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'

type Made = ReturnType<typeof newMemoryLog>

/** What callers were told in a life. */
export interface Told {
  readonly acknowledged: Map<number, number>
  readonly erased: Set<number>
  ended: string
}

/** After every erasure, so that what is appended then is no late arrival. */
const later = '2026-03-01T00:00:00.000Z'

async function append(log: DecisionLog, told: Told, from: number, to: number) {
  const wave = Array.from({ length: to - from }, (_, n) => from + n)
  // Each on its own, so that single ones may be acknowledged.
  await Promise.all(
    wave.map(async (sequence) => {
      const subject = sequence % 5 === 4 ? {} : { subject: `p-${sequence % 4}` }
      const { subject: _none, ...rest } = decisionOf(sequence, { time: later })
      const [outcome] = await log.append([{ ...rest, ...subject }]).catch(() => [])
      if (outcome !== undefined && outcome.status !== 'refused')
        told.acknowledged.set(sequence, outcome.index)
    }),
  )
}

/** Nobody was told anything yet. */
export const newTold = (): Told => ({ acknowledged: new Map(), erased: new Set(), ended: '' })

/** Appends, erases a person and single entries, closes the epoch, and so on again. */
export async function live(
  made: Made,
  given: Parameters<Made['open']>[0],
  told: Told,
): Promise<void> {
  let log: DecisionLog | null = null
  try {
    log = await made.open(given)
    await append(log, told, 0, 20)
    await eraseSubject(log, 'p-1', orderOf('one'), made.host)
    await append(log, told, 20, 31)
    await eraseEntries(log, [2, 4, 22], orderOf('two'), made.host)
    await closeEpoch(log, made.host)
    await append(log, told, 31, 42)
    await eraseSubject(log, 'p-3', orderOf('three'), made.host)
    await append(log, told, 42, 50)
    await closeEpoch(log, made.host)
    told.ended = 'in good order'
  } catch (error) {
    told.ended = String(error)
  } finally {
    await log?.close().catch(() => undefined)
  }
}

/**
 * Opens it anew, finds everything that was acknowledged unless it was erased, and goes on.
 * @param openFiles the files as a new process finds them; undefined for those of the log itself
 */
export async function check(
  made: Made,
  { acknowledged }: Told,
  openFiles?: () => Promise<VaultFiles>,
): Promise<void> {
  const open = async () => made.open(openFiles === undefined ? {} : { files: await openFiles() })
  const log = await open()
  await resumeErasures(log, made.host)
  const { findings } = await checkDecisionLog(log)
  expect(findings).toEqual([])
  const erased = (index: number) => log.erasures.of(index) !== null
  for (const [sequence, index] of acknowledged) {
    const { content, entry } = await readDecision(log, index)
    expect(entry.sequence).toBe(sequence)
    if (erased(index)) expect(content).toBeNull()
    else expect(content?.groups['id']).toBe(`A-${sequence}`)
  }
  // What is handed in again is not taken twice, and the log goes on.
  const size = log.size
  const again = await log.append(
    [...acknowledged.keys()].map((n) => decisionOf(n, { time: later })),
  )
  for (const outcome of again) expect(outcome.status).not.toBe('accepted')
  expect(log.size).toBe(size)
  const [more] = await log.append([decisionOf(1000, { subject: 'p-1', time: later })])
  expect(more).toEqual({ status: 'accepted', index: size })
  await closeEpoch(log, made.host)
  await stateFinal(log, made.host)
  await log.close()
  const reopened = await open()
  expect((await checkDecisionLog(reopened)).findings).toEqual([])
  expect((await readDecision(reopened, size)).content?.groups['id']).toBe('A-1000')
  await reopened.close()
}
