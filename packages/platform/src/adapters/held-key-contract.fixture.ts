// What every held key promises, as plain functions: the tests run them over stand-ins and SoftHSM2, the conformance run over a real Vault
// as well.

import assert from 'node:assert/strict'
import { randomBytes, verify } from 'node:crypto'
import { openNote, parseVerifierKey, signNote } from '@proofhouse/evidence'
import { type HeldKey, heldLedgerKey, heldSigningKey } from '../keys/index.ts'

/** A key of a kind, opened anew for each promise. */
interface KeyUnderTest {
  readonly open: (kind: HeldKind) => Promise<HeldKey>
}

/** One promise. */
interface Promised {
  readonly promise: string
  readonly holds: (given: KeyUnderTest) => Promise<void>
}

const hashes = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const
const origin = 'log.example/held'

/** What is asked of a provider. */
export type HeldKind = keyof typeof hashes | 'Ed25519'

const failsWith = (code: string) => (error: unknown) => {
  assert.equal(error instanceof Error && 'code' in error ? error.code : error, code)
  return true
}

const signs = (curve: keyof typeof hashes): Promised => ({
  promise: `signs with ${curve} what OpenSSL verifies, whatever its length`,
  async holds({ open }) {
    const held = await open(curve)
    const { signer, publicKeyPem } = await heldSigningKey(held)
    const messages = [0, 1, 5_000].map((size) => Uint8Array.from(randomBytes(size)))
    const signatures = await Promise.all(messages.map((message) => signer.sign(message)))
    for (const [n, message] of messages.entries()) {
      const signature = signatures[n] ?? new Uint8Array()
      assert.ok(verify(hashes[curve], message, publicKeyPem, signature))
      assert.ok(!verify(hashes[curve], Buffer.from('another'), publicKeyPem, signature))
    }
    held.close()
  },
})

/** Every promise, by the kinds of keys that it needs. */
export const heldKeyContract: readonly Promised[] = [
  ...(['P-256', 'P-384', 'P-521'] as const).map(signs),
  {
    promise: 'signs notes with Ed25519, which its public line verifies',
    async holds({ open }) {
      const held = await open('Ed25519')
      const { signer, verifierKey } = heldLedgerKey(held, origin)
      const note = await signNote('a text\n', [signer])
      const opened = await openNote(note, [parseVerifierKey(verifierKey)])
      assert.equal(opened.verified.length, 1)
      held.close()
    },
  },
  {
    promise: 'takes Ed25519 for notes alone, and ECDSA for all but notes',
    async holds({ open }) {
      const [edwards, ecdsa] = [await open('Ed25519'), await open('P-256')]
      await assert.rejects(heldSigningKey(edwards), failsWith('key-unsupported'))
      assert.throws(() => heldLedgerKey(ecdsa, origin), failsWith('key-unsupported'))
      edwards.close()
      ecdsa.close()
    },
  },
  {
    promise: 'tells the same public key each time it is opened',
    async holds({ open }) {
      const [one, two] = [await open('P-384'), await open('P-384')]
      assert.equal(one.publicKeyPem, two.publicKeyPem)
      one.close()
      two.close()
    },
  },
]
