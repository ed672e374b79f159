// Private keys as people have them in PEM files, PKCS#8 (RFC 5958) or SEC 1 (RFC 5915), encrypted
// or not, made into signers. Only ECDSA over P-256, P-384 and P-521. The passphrase is used once
// and not kept.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import {
  type DsseSigner,
  type EcdsaVerifier,
  ecdsaSigner,
  ecdsaVerifier,
  type NoteSigner,
  OperatingError,
} from '@proofhouse/evidence'

/** A private key in use: it signs, its public half verifies, and its PEM can be handed out. */
export interface SigningKey {
  readonly signer: DsseSigner
  readonly verifier: EcdsaVerifier
  readonly publicKeyPem: string
}

/** The key of a ledger in use. */
export interface LedgerKey {
  /** Signs notes, so checkpoints, in the log's name. */
  readonly signer: NoteSigner
  /** The public key in one line, as C2SP signed-note writes it. */
  readonly verifierKey: string
}

/**
 * The signing key in the PEM text of a private key.
 * @param passphrase of an encrypted key
 * @throws key-malformed when the text is no private key, is encrypted and the passphrase is missing
 *   or wrong, or is not encrypted and a passphrase was given
 * @throws key-unsupported when the key is not ECDSA over one of the three curves
 */
export async function signingKeyFromPem(pem: string, passphrase?: string): Promise<SigningKey> {
  const key = readPrivateKey(pem, passphrase)
  if (key.asymmetricKeyType !== 'ec')
    throw new OperatingError(
      'key-unsupported',
      `private key is \`${key.asymmetricKeyType ?? 'secret'}\`; use ECDSA with P-256, P-384 or P-521`,
    )
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' })
  const privateKeyPem = key.export({ type: 'pkcs8', format: 'pem' })
  const verifier = await ecdsaVerifier(publicKeyPem)
  const signer = await ecdsaSigner({ privateKeyPem, publicKeyPem })
  return { signer, verifier, publicKeyPem: verifier.publicKeyPem }
}

function readPrivateKey(pem: string, passphrase: string | undefined): KeyObject {
  const encrypted = /ENCRYPTED/.test(pem)
  if (encrypted && passphrase === undefined)
    throw malformed('is encrypted; give the file with its passphrase (`--passphrase-file`)')
  // Whoever gives a passphrase believes the key to be locked, and should hear that it is not.
  if (!encrypted && passphrase !== undefined)
    throw malformed('is not encrypted, but a passphrase was given; encrypt it, or leave that out')
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (cause) {
    throw malformed(
      encrypted
        ? 'does not open with this passphrase; check it, and that the file is whole'
        : 'is not a PEM private key (PKCS#8 or SEC 1)',
      cause,
    )
  }
}

function malformed(problem: string, cause?: unknown): OperatingError {
  return new OperatingError('key-malformed', `private key ${problem}`, { cause })
}
