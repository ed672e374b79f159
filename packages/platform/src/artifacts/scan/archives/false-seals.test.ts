// Entries that say they are encrypted: what is open all the same is scanned, since some readers load it.

import { utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { scanned } from '../scanned.fixture.ts'
import { zip } from './archive-bytes.fixture.ts'

const hostile = utf8("cos\nsystem\n(S'id'\ntR.")

describe('an entry whose two headers say that it is encrypted', () => {
  test.each([
    ['stored', false],
    ['compressed', true],
  ])('%s, and not encrypted', async (_, deflated) => {
    const { verdict, findings } = await scanned(
      zip({ name: 'a', content: hostile, flags: 1, deflated }),
    )
    expect(verdict).toBe('malicious')
    expect(findings.map(({ rule }) => rule)).toEqual([
      'zip-headers-differ',
      'pickle-dangerous-import',
    ])
  })

  test.each([
    ['stored', { crc: 7 }],
    ['compressed', { deflated: true, crc: 7 }],
    ['no stream', { method: 8 }],
    ['of an unknown method', { method: 99 }],
    ['larger than it says', { deflated: true, sizeBytes: 3, localSizeBytes: 3 }],
    ['of no size', { deflated: true, sizeBytes: 0, localSizeBytes: 0 }],
  ])('%s, and not to be opened', async (_, how) => {
    const { verdict, findings } = await scanned(
      zip({ name: 'a', content: hostile, flags: 1, ...how }),
    )
    expect(findings.map(({ rule }) => rule)).toContain('archive-encrypted')
    expect(['incomplete', 'suspicious']).toContain(verdict)
  })
})
