// Private keys that their provider never hands out (a PKCS#11 token, Vault's transit engine, AWS KMS), made into the signers of envelopes
// and notes. What the provider signed is verified under its public key before it leaves here: nothing is written under a signature that
// does not hold.

import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  type Bytes,
  type CurveName,
  ecdsaVerifier,
  formatVerifierKey,
  isKeyName,
  keyIdOf,
  OperatingError,
  signatureType,
} from '@proofhouse/evidence'
import type { LedgerKey, SigningKey } from './signing-key.ts'

/** A private key in use that stays with its provider. */
export interface HeldKey {
  /** What to call it in messages: provider and name. */
  readonly name: string
  /** SubjectPublicKeyInfo. */
  readonly publicKeyPem: string
  /**
   * ECDSA in DER, over the SHA-2 of the curve's strength, or Ed25519.
   * @throws key-provider-unavailable, key-provider-refused, key-missing
   */
  sign(message: Uint8Array): Promise<Bytes>
  /** Lets go of the provider. */
  close(): void
}

/** How a public key's signatures are made. */
export type HeldKeyKind =
  | {
      readonly type: 'ecdsa'
      readonly curve: CurveName
      readonly hash: 'sha256' | 'sha384' | 'sha512'
    }
  | { readonly type: 'ed25519' }

const curves = new Map([
  ['prime256v1', { type: 'ecdsa', curve: 'P-256', hash: 'sha256' }],
  ['secp384r1', { type: 'ecdsa', curve: 'P-384', hash: 'sha384' }],
  ['secp521r1', { type: 'ecdsa', curve: 'P-521', hash: 'sha512' }],
] as const)

/** The kind of a public key. @throws key-unsupported, key-malformed */
export function heldKeyKind(name: string, publicKeyPem: string): HeldKeyKind {
  const key = publicKeyOf(name, publicKeyPem)
  if (key.asymmetricKeyType === 'ed25519') return { type: 'ed25519' }
  const curve = key.asymmetricKeyDetails?.namedCurve
  const known =
    key.asymmetricKeyType === 'ec' && curve !== undefined
      ? [...curves].find(([each]) => each === curve)
      : undefined
  if (known === undefined)
    throw unsupported(name, 'ECDSA with P-256, P-384 or P-521, or Ed25519 for notes')
  return known[1]
}

/** Signs envelopes and models with a held key. @throws key-unsupported, key-malformed */
export async function heldSigningKey(held: HeldKey): Promise<SigningKey> {
  const { name, publicKeyPem } = held
  if (heldKeyKind(name, publicKeyPem).type !== 'ecdsa')
    throw unsupported(name, 'ECDSA with P-256, P-384 or P-521')
  const verifier = await ecdsaVerifier(publicKeyPem)
  return {
    verifier,
    publicKeyPem: verifier.publicKeyPem,
    signer: {
      keyId: verifier.keyId,
      async sign(message) {
        const signature = await held.sign(message)
        if (!(await verifier.verify(message, signature))) throw doesNotHold(name)
        return signature
      },
    },
  }
}

/** Signs a ledger's notes, in the log's name, with a held key. @throws key-unsupported, key-malformed, usage-invalid */
export function heldLedgerKey(held: HeldKey, origin: string): LedgerKey {
  return heldNoteKey(held, { name: origin, type: signatureType.ed25519 })
}

/** Cosigns as a witness with a held key. @throws as `heldLedgerKey` */
export function heldWitnessKey(held: HeldKey, name: string): LedgerKey {
  return heldNoteKey(held, { name, type: signatureType.cosignatureV1 })
}

function heldNoteKey(
  held: HeldKey,
  { name, type }: { readonly name: string; readonly type: number },
): LedgerKey {
  if (!isKeyName(name))
    throw new OperatingError('usage-invalid', `\`${name}\` is no key name: no spaces and no \`+\``)
  if (heldKeyKind(held.name, held.publicKeyPem).type !== 'ed25519')
    throw unsupported(held.name, 'Ed25519: notes are signed with nothing else')
  const key = publicKeyOf(held.name, held.publicKeyPem)
  const spki = key.export({ type: 'spki', format: 'der' })
  const publicKey = new Uint8Array(spki.subarray(-publicKeySizeBytes))
  return {
    verifierKey: formatVerifierKey({ name, type, publicKey }),
    signer: {
      name,
      keyId: keyIdOf(name, type, publicKey),
      async sign(message) {
        const signature = await held.sign(message)
        if (!verify(null, message, key, signature)) throw doesNotHold(held.name)
        return signature
      },
    },
  }
}

const publicKeySizeBytes = 32

function publicKeyOf(name: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new OperatingError('key-malformed', `what ${name} tells as its public key is none`, {
      cause,
    })
  }
}

function unsupported(name: string, use: string): OperatingError {
  return new OperatingError('key-unsupported', `the key of ${name} cannot sign this; use ${use}`)
}

function doesNotHold(name: string): OperatingError {
  return new OperatingError(
    'key-provider-refused',
    `${name} gave a signature that its own public key does not accept; nothing was signed`,
  )
}
