// Verifies a model on disk against its signature, under a key or roots from elsewhere: `proofhouse verify`.

import { omsBundleSizeMaxBytes, OperatingError } from '@proofhouse/evidence'
import {
  type ModelVerifyPolicy,
  type SignerPolicy,
  type VerifiedModel,
  verifyModel,
} from '../artifacts/index.ts'
import { readCertificates, readRoots } from './certificate-files.ts'
import type { Services } from './services.ts'
import { readPublicKey } from './trust-files.ts'

/** What to verify, and whom to believe. */
export interface VerifyRequest {
  readonly path: string
  readonly signaturePath: string
  readonly trust: VerifyTrust
  readonly policy: Omit<ModelVerifyPolicy, 'signer'>
}

/** Whom to believe, in files that came from elsewhere than the model. */
export type VerifyTrust =
  | { readonly kind: 'key'; readonly path: string }
  | {
      readonly kind: 'roots'
      readonly path: string
      /** Authorities between, where the signature does not bring them along; null for none. */
      readonly chainPath: string | null
      /** The name that the signer's certificate must be for; null accepts any under the roots. */
      readonly identity: string | null
      /** When the certificates must have been valid; null for now. */
      readonly validAt: Date | null
    }
  | {
      readonly kind: 'trusted-root'
      /** A Sigstore trusted root. */
      readonly path: string
      readonly identity: string
      readonly issuer: string
    }

/** Either the model is what the key's holder signed, or why it is not. */
export type PathVerdict =
  | {
      readonly verified: true
      readonly model: VerifiedModel
      /** What was asked, beside whom to believe, which `model.signer` answers. */
      readonly policy: VerifyRequest['policy']
    }
  | { readonly verified: false; readonly reason: string }

/** The public one has 7 KB. */
const trustedRootSizeMaxBytes = 1_048_576

/** Errors that mean "this is not what was signed", which is an answer and not a failure to answer. */
const refusals = new Set(['model-changed', 'envelope-signature-invalid', 'certificate-untrusted'])

/**
 * @throws file-missing, bundle-malformed, key-malformed, key-unsupported, certificate-malformed and other reasons why
 *   there is no answer
 */
export async function verifyPath(
  { files, modelFiles, keyless, now }: Pick<Services, 'files' | 'modelFiles' | 'keyless' | 'now'>,
  { path, signaturePath, trust, policy }: VerifyRequest,
): Promise<PathVerdict> {
  const signer = await readSignerPolicy({ files, keyless, now }, trust)
  const signature = await files.read(signaturePath, omsBundleSizeMaxBytes)
  try {
    const model = await verifyModel(
      modelFiles,
      { root: path, signature, signaturePath },
      { ...policy, signer },
    )
    return { verified: true, model, policy }
  } catch (error) {
    if (error instanceof OperatingError && refusals.has(error.code))
      return { verified: false, reason: error.message }
    throw error
  }
}

/** What the files say that hold the trust. @throws key-malformed, certificate-malformed, file-missing */
export async function readSignerPolicy(
  { files, keyless, now }: Pick<Services, 'files' | 'keyless' | 'now'>,
  trust: VerifyTrust,
): Promise<SignerPolicy> {
  if (trust.kind === 'key')
    return { kind: 'key', verifiers: [await readPublicKey(files, trust.path)] }
  if (trust.kind === 'trusted-root') {
    const trustedRoot = await files.read(trust.path, trustedRootSizeMaxBytes)
    return { ...trust, kind: 'keyless', checker: keyless, trustedRoot }
  }
  return {
    kind: 'certificate',
    roots: await readRoots(files, trust.path),
    between: await readCertificates(files, trust.chainPath),
    identity: trust.identity,
    at: trust.validAt ?? now(),
  }
}
