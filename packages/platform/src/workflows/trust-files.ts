// Reads what a verifier is asked to believe: trust policies and public keys, from files that came from elsewhere.

import {
  type DsseVerifier,
  ecdsaVerifier,
  OperatingError,
  parseTrustPolicy,
  parseVerifierKey,
  textOf,
  type TrustPolicy,
} from '@proofhouse/evidence'
import type { Files } from './services.ts'

/** Keys and policies are small; anything larger is the wrong file. */
const trustFileSizeMaxBytes = 1_048_576

/** The policy in a file; null when no file is named. @throws trust-malformed, key-malformed, file-missing */
export async function readTrust<Path extends string | null>(
  files: Pick<Files, 'read'>,
  path: Path,
): Promise<TrustPolicy | (Path extends null ? null : never)>
export async function readTrust(
  files: Pick<Files, 'read'>,
  path: string | null,
): Promise<TrustPolicy | null> {
  if (path === null) return null
  return parseTrustPolicy(textOf(await files.read(path, trustFileSizeMaxBytes)))
}

/** The policy in a file, which must be about this log. @throws what `readTrust` throws; trust-malformed for another log's */
export async function readTrustOf(
  files: Pick<Files, 'read'>,
  { path, verifierKey }: { readonly path: string; readonly verifierKey: string },
): Promise<TrustPolicy> {
  const policy = await readTrust(files, path)
  const { name, keyId } = parseVerifierKey(verifierKey)
  if (policy.log.name !== name || policy.log.keyId !== keyId)
    throw new OperatingError(
      'trust-malformed',
      `\`${path}\` is about another log; its line for this one is \`log ${verifierKey}\``,
    )
  return policy
}

/** The public key in a PEM file. @throws key-malformed, key-unsupported, file-missing */
export async function readPublicKey(
  files: Pick<Files, 'read'>,
  path: string,
): Promise<DsseVerifier> {
  const pem = textOf(await files.read(path, trustFileSizeMaxBytes))
  if (pem.includes('PRIVATE KEY'))
    throw new OperatingError(
      'key-malformed',
      `\`${path}\` holds a private key; give the public key of the signer instead`,
    )
  return ecdsaVerifier(pem)
}
