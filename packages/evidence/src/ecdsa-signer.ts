// Signing with an ECDSA key that is at hand as PKCS#8, in Node and in browsers alike (WebCrypto).
// Keys in an HSM or a cloud are other implementations of DsseSigner; where key files come from and
// who may read them is the platform's business.

import type { DsseSigner } from './dsse.ts'
import { ecdsaVerifier, hashOf, rawToDerSignature } from './ecdsa.ts'
import { utf8 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { parsePem } from './pem.ts'

/** A private key and its public half, both in PEM. */
export interface EcdsaKeyPair {
  /** PKCS#8, not encrypted. */
  readonly privateKeyPem: string
  /** SubjectPublicKeyInfo. */
  readonly publicKeyPem: string
}

/**
 * A signer whose signatures are DER and whose `keyId` is the public key's hint.
 * @throws key-malformed when a PEM text is no such key, or the two do not belong together
 * @throws key-unsupported for other curves
 */
export async function ecdsaSigner(pair: EcdsaKeyPair): Promise<DsseSigner> {
  const verifier = await ecdsaVerifier(pair.publicKeyPem)
  const pkcs8 = parsePem(pair.privateKeyPem, 'PRIVATE KEY')
  const algorithm = { name: 'ECDSA', namedCurve: verifier.curve }
  const key = await crypto.subtle
    .importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
    .catch((cause: unknown) => {
      const problem = `private key is no PKCS#8 key of ${verifier.curve}`
      throw new OperatingError('key-malformed', problem, { cause })
    })
  const signer: DsseSigner = {
    keyId: verifier.keyId,
    async sign(message) {
      const parameters = { name: 'ECDSA', hash: hashOf(verifier.curve) }
      const raw = await crypto.subtle.sign(parameters, key, message)
      return rawToDerSignature(new Uint8Array(raw), verifier.curve)
    },
  }
  const probe = utf8('proofhouse key pair check')
  if (!(await verifier.verify(probe, await signer.sign(probe))))
    throw new OperatingError('key-malformed', 'private and public key do not belong together')
  return signer
}
