// A fresh key for a ledger that lives as long as one benchmark.

import { generateKeyPairSync, sign } from 'node:crypto'
import { formatVerifierKey, keyIdOf, type NoteSigner, signatureType } from '@proofhouse/evidence'

/** Both halves of a new Ed25519 key. */
export function newBenchKey(): { readonly signer: NoteSigner; readonly verifierKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  const name = 'bench.example/ledger'
  const type = signatureType.ed25519
  return {
    signer: {
      name,
      keyId: keyIdOf(name, type, raw),
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
    },
    verifierKey: formatVerifierKey({ name, type, publicKey: raw }),
  }
}
