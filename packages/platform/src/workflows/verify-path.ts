// Verifies a model on disk against its signature and a public key from elsewhere: `proofhouse verify`.

import { omsBundleSizeMaxBytes, OperatingError } from '@proofhouse/evidence'
import { type VerifiedModel, verifyModel } from '../artifacts/index.ts'
import type { Services } from './services.ts'
import { readPublicKey } from './trust-files.ts'

/** What to verify, and whom to believe. */
export interface VerifyRequest {
  readonly path: string
  readonly signaturePath: string
  readonly keyPath: string
  /** Whether files that nobody signed refuse the model. */
  readonly unsignedFiles: 'refuse' | 'report'
}

/** Either the model is what the key's holder signed, or why it is not. */
export type PathVerdict =
  | { readonly verified: true; readonly model: VerifiedModel }
  | { readonly verified: false; readonly reason: string }

/** Errors that mean "this is not what was signed", which is an answer and not a failure to answer. */
const refusals = new Set(['model-changed', 'envelope-signature-invalid'])

/** @throws file-missing, bundle-malformed, key-malformed, key-unsupported and other reasons why there is no answer */
export async function verifyPath(
  { files, modelFiles }: Pick<Services, 'files' | 'modelFiles'>,
  { path, signaturePath, keyPath, unsignedFiles }: VerifyRequest,
): Promise<PathVerdict> {
  const verifier = await readPublicKey(files, keyPath)
  const signature = await files.read(signaturePath, omsBundleSizeMaxBytes)
  try {
    const model = await verifyModel(
      modelFiles,
      { root: path, signature, signaturePath },
      { verifiers: [verifier], unsignedFiles },
    )
    return { verified: true, model }
  } catch (error) {
    if (error instanceof OperatingError && refusals.has(error.code))
      return { verified: false, reason: error.message }
    throw error
  }
}
