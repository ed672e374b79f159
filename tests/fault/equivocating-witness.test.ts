// A log that lies shows two histories, and one of its witnesses cosigns both. A policy that asks for both witnesses believes one history alone:
// the honest one has cosigned no other, and says that it disagrees.

import { checkTrust, parseTrustPolicy, parseVerifierKey, textOf, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { MemoryLockStore } from '../../packages/platform/src/adapters/memory-ledger.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { openLedger, Witness, Witnesses } from '../../packages/platform/src/ledger/index.ts'
import { memoryPlace } from '../../packages/platform/src/ledger/stores.fixture.ts'
import {
  fixedSeconds,
  newWitnessKey,
} from '../../packages/platform/src/ledger/witness/witness.fixture.ts'

const key = newLedgerKey('log.example/two-faced')
const log = parseVerifierKey(key.verifierKey)
const entries = 4

/** A witness; what it has seen is in its store alone. */
async function serverOf({ signer }: ReturnType<typeof newWitnessKey>, store: MemoryLockStore) {
  const logs = [{ origin: log.name, keys: [log], store }]
  const witness = await Witness.open({ logs, signer, nowSeconds: () => fixedSeconds })
  return {
    async addCheckpoint(body: Parameters<Witness['addCheckpoint']>[0]) {
      const answer = await witness.addCheckpoint(body)
      return { status: answer.status, retryAfterMs: null, body: utf8(answer.body) }
    },
  }
}

test('one witness that cosigns two histories makes neither believed by two', async () => {
  const keys = { honest: newWitnessKey('w.example/a'), false: newWitnessKey('w.example/b') }
  const lines = Object.entries(keys).map(([name, w]) => `witness ${name} ${w.verifierKey}`)
  const group = (needed: string) => `group g ${needed} honest false\nquorum g\n`
  const policyOf = (needed: string) =>
    parseTrustPolicy(`log ${key.verifierKey}\n${lines.join('\n')}\n${group(needed)}`)
  const seenByHonest = new MemoryLockStore()
  const outcomes: (readonly string[])[] = []
  const shown: string[] = []
  for (const history of ['one', 'another']) {
    const stores = await memoryPlace().open()
    const ledger = await openLedger({ ...stores, signer: key.signer }, log)
    const servers = new Map([
      ['honest', await serverOf(keys.honest, seenByHonest)],
      // It forgets for each history what it has cosigned of the other.
      ['false', await serverOf(keys.false, new MemoryLockStore())],
    ])
    for (let n = 0; n < entries; n++) await ledger.append(utf8(`${history} ${n}`))
    const source = {
      checkpoint: () => ledger.checkpoint(),
      cosigned: (note: string) => ledger.cosigned(note),
      tiles: stores.tiles,
    }
    const { words } = await new Witnesses(source, { policy: policyOf('all'), servers }).witnessed()
    outcomes.push(words.map(({ outcome }) => outcome))
    shown.push(textOf((await stores.tiles.read('checkpoint')) ?? new Uint8Array()))
    await ledger.close()
  }
  expect(outcomes).toEqual([
    ['cosigned', 'cosigned'],
    ['disagrees', 'cosigned'],
  ])
  const [one = '', another = ''] = shown
  expect(await checkTrust(one, policyOf('all'))).toMatchObject({ checkpoint: { size: entries } })
  await expect(checkTrust(another, policyOf('all'))).rejects.toMatchObject({
    code: 'trust-not-met',
  })
  // Whoever is content with one of them is shown both: that is what the number in the policy is for.
  expect(await checkTrust(another, policyOf('any'))).toMatchObject({
    checkpoint: { size: entries },
  })
})
