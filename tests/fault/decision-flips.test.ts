// One byte of any file of a decision log is changed while it is closed. It either opens and tells what it told before, or says what is
// damaged; content that is wrong is never shown, and nothing that was not damaged is destroyed.

import { expect, test } from 'vitest'
import { MemoryVaultFiles } from '../../packages/platform/src/adapters/memory-vault-files.ts'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import {
  decisionOf,
  newMemoryLog,
  orderOf,
} from '../../packages/platform/src/decisions/decisions.fixture.ts'
import { eraseSubject } from '../../packages/platform/src/decisions/emptying.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'

const step = allFaults ? 17 : 211
const count = 12

test('a changed byte in any file is diagnosed, or changes nothing', async () => {
  const made = newMemoryLog()
  const log = await made.open()
  await log.append(Array.from({ length: count - 2 }, (_, n) => decisionOf(n)))
  await eraseSubject(log, 'p-3', orderOf('e'), made.host)
  await log.append([decisionOf(count - 2), decisionOf(count - 1)])
  await log.close()
  const told = new Map<string, number>()
  const tell = (what: string) => told.set(what, (told.get(what) ?? 0) + 1)
  const listed = await made.files.list()
  const whole = new Map<string, Uint8Array>()
  for (const { name, sizeBytes } of listed)
    whole.set(name, (await made.files.read(name, 0, sizeBytes)) ?? new Uint8Array())
  for (const [name, bytes] of whole)
    for (let at = 0; at < bytes.length; at += at < 64 ? 5 : step) {
      const files = new MemoryVaultFiles()
      for (const [other, same] of whole) await files.replace(other, same)
      await files.overwrite(name, [{ offset: at, bytes: Uint8Array.of((bytes[at] ?? 0) ^ 1) }])
      const opened = await made.open({ files }).catch((error: unknown) => {
        expect(error, `${name} at ${at}`).toMatchObject({ code: 'ledger-corrupt' })
        return null
      })
      if (opened === null) {
        tell('diagnosed')
        for (const { name: other, sizeBytes } of await files.list())
          expect(sizeBytes, `${name} at ${at}`).toBe(whole.get(other)?.length)
        continue
      }
      for (let index = 0; index < count; index++) {
        const { content } = await readDecision(opened, index)
        if (content !== null) expect(content.groups['id']).toBe(`A-${index}`)
      }
      const { erased, findings } = await checkDecisionLog(opened)
      if (findings.length > 0) tell('found')
      else expect(erased, `${name} at ${at}`).toBe(1)
      tell('opened')
      await opened.close()
    }
  expect(told.get('diagnosed')).toBeGreaterThan(20)
  // In what an erasure has written over, a byte means nothing.
  expect(told.get('opened')).toBeGreaterThan(0)
})
