import {
  emptyFrontier,
  appendLeaf,
  frontierRoot,
  leafHash,
  toHex,
  utf8,
} from '@proofhouse/evidence'
import { parseVerifierKey } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { earlierRoot } from './earlier-root.ts'
import { newLedgerKey } from './fsck/fsck.fixture.ts'
import { openLedger } from './open-ledger.ts'
import { memoryPlace } from './stores.fixture.ts'

const key = newLedgerKey()

test.each([1, 2, 3, 7, 8, 9, 64, 65])(
  'a ledger of %i knows every root that it had',
  async (size) => {
    const stores = await memoryPlace().open()
    const ledger = await openLedger(
      { ...stores, signer: key.signer },
      parseVerifierKey(key.verifierKey),
    )
    const entries = Array.from({ length: size }, (_, n) => utf8(`entry ${n}`))
    await Promise.all(entries.map((entry) => ledger.append(entry)))
    let frontier = emptyFrontier
    const roots = [toHex(frontierRoot(frontier))]
    for (const entry of entries) {
      frontier = appendLeaf(frontier, leafHash(entry))
      roots.push(toHex(frontierRoot(frontier)))
    }
    const found: string[] = []
    for (let n = 0; n <= size; n++) found.push(toHex(await earlierRoot(ledger, n)))
    expect(found).toEqual(roots)
    await expect(earlierRoot(ledger, size + 1)).rejects.toMatchObject({ code: 'usage-invalid' })
    await ledger.close()
  },
)
