// Private keys in AWS KMS that sign and stay there: ECC_NIST_P256, P384, P521, and ECC_NIST_EDWARDS25519 for notes. What is tested is the
// shape of the interface, against a stand-in.

import { createHash, createPublicKey } from 'node:crypto'
import { GetPublicKeyCommand, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms'
import { OperatingError } from '@proofhouse/evidence'
import { type HeldKey, type HeldKeyKind, heldKeyKind } from '../keys/index.ts'
import { kmsClient, type KmsOptions, operatingError, requireBytes } from './kms-client.ts'

const algorithms = {
  sha256: 'ECDSA_SHA_256',
  sha384: 'ECDSA_SHA_384',
  sha512: 'ECDSA_SHA_512',
} as const

/** Opens a key that signs, by id, alias or ARN. @throws key-missing, key-unsupported, key-provider-unavailable, key-provider-refused */
export async function kmsHeldKey(options: KmsOptions, id: string): Promise<HeldKey> {
  const client = kmsClient(options)
  const name = `AWS KMS, key \`${id}\``
  const raise = (cause: unknown): never => {
    throw operatingError(id, cause)
  }
  try {
    const told = await client.send(new GetPublicKeyCommand({ KeyId: id })).catch(raise)
    if (told.KeyUsage !== 'SIGN_VERIFY')
      throw new OperatingError('key-unsupported', `${name} does not sign`)
    const publicKeyPem = pemOf(name, requireBytes(id, told.PublicKey))
    const kind = heldKeyKind(name, publicKeyPem)
    // An alias may be given to another key meanwhile: what was asked first is what signs.
    const KeyId = told.KeyId ?? id
    return {
      name,
      publicKeyPem,
      async sign(message) {
        const answer = await client
          .send(new SignCommand({ KeyId, ...requestFor(kind, message) }))
          .catch(raise)
        return requireBytes(id, answer.Signature)
      },
      close: () => client.destroy(),
    }
  } catch (error) {
    client.destroy()
    throw error
  }
}

function requestFor(kind: HeldKeyKind, message: Uint8Array) {
  if (kind.type === 'ed25519') {
    const algorithm: SigningAlgorithmSpec = 'ED25519_SHA_512'
    return { Message: message, MessageType: 'RAW', SigningAlgorithm: algorithm } as const
  }
  const digest = createHash(kind.hash).update(message).digest()
  return {
    Message: digest,
    MessageType: 'DIGEST',
    SigningAlgorithm: algorithms[kind.hash],
  } as const
}

function pemOf(name: string, spki: Uint8Array): string {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    return key.export({ type: 'spki', format: 'pem' })
  } catch (cause) {
    throw new OperatingError('key-malformed', `what ${name} tells as its public key is none`, {
      cause,
    })
  }
}
