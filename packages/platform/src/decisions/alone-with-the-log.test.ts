// What has the log to itself, an erasure or the end of an epoch: it is not kept waiting by those who come later, and leaves nothing
// behind where it breaks off.

import { expect, test } from 'vitest'
import type { DecisionLog } from './decision-log.ts'
import { decisionOf, newMemoryLog } from './decisions.fixture.ts'
import { closeEpoch } from './emptying.ts'
import type { VaultFiles } from './ports.ts'

/** Files whose calls are looked at before they are made. */
const watched = (files: VaultFiles, look: (call: 'append' | 'read', name: string) => void) => ({
  append(...given: Parameters<VaultFiles['append']>) {
    look('append', given[0])
    return files.append(...given)
  },
  read(...given: Parameters<VaultFiles['read']>) {
    look('read', given[0])
    return files.read(...given)
  },
  overwrite: (...given: Parameters<VaultFiles['overwrite']>) => files.overwrite(...given),
  replace: (...given: Parameters<VaultFiles['replace']>) => files.replace(...given),
  list: () => files.list(),
  close: () => files.close(),
})

const handedIn = (log: DecisionLog, from: number, count: number) =>
  log.append(Array.from({ length: count }, (_, n) => decisionOf(from + n)))

test('who wants the log alone waits for what was handed in before, however much comes meanwhile', async () => {
  const at = newMemoryLog()
  const later: Promise<unknown>[] = []
  let [isBusy, writes] = [false, 0]
  const files = watched(at.files, (call, name) => {
    if (!isBusy || call !== 'append' || !name.startsWith('vault-')) return
    writes += 1
    later.push(handedIn(log, writes * 100, 100))
  })
  const log = await at.open({ files })
  isBusy = true
  const first = handedIn(log, 0, 100)
  const writesBefore = await log.exclusively(() => Promise.resolve(writes))
  isBusy = false
  expect(writesBefore).toBe(1)
  expect(await first).toHaveLength(100)
  await Promise.all(later)
  await log.close()
})

test('an epoch that could not be ended leaves no second copy of its keys', async () => {
  const at = newMemoryLog()
  let readsLeft = Number.POSITIVE_INFINITY
  const files = watched(at.files, (call, name) => {
    if (call === 'read' && name.startsWith('keys-') && readsLeft-- === 0)
      throw new Error('a read that fails')
  })
  const log = await at.open({ files })
  // More than one page.
  await log.append(Array.from({ length: 600 }, (_, n) => decisionOf(n, { subject: `s-${n}` })))
  const names = async () => (await at.files.list()).map(({ name }) => name).toSorted()
  const before = await names()
  readsLeft = 1
  await expect(closeEpoch(log, at.host)).rejects.toThrow('a read that fails')
  expect(await names()).toEqual(before)
  expect(await handedIn(log, 600, 1)).toMatchObject([{ status: 'accepted' }])
  expect(await closeEpoch(log, at.host)).toMatchObject({ epoch: 2 })
  await log.close()
})
