// Verifies a model that is about to be loaded against the signature that the system file demands: the very bytes that go to the
// runtime, under the key, roots or trusted root that the file names. Without a verified signature there is no loading.

import { type Bytes, omsBundleSizeMaxBytes, OperatingError } from '@proofhouse/evidence'
import { bytesModelFiles, type VerifiedModel, verifyModel } from '../artifacts/index.ts'
import type { SignatureSettings } from '../registry/index.ts'
import type { Services } from './services.ts'
import { readSignerPolicy, type VerifyTrust } from './verify-path.ts'

/** A signature that holds for the bytes of a model. */
export interface ModelVerification {
  /** As the system file names it. */
  readonly path: string
  readonly signer: VerifiedModel['signer']
}

/** Who signed, as statements name them: the key, and the name established for it; null where the key is all there is. */
export const signerOf = ({ signer }: Pick<ModelVerification, 'signer'>) => ({
  by: signer.kind,
  keyId: signer.keyId,
  name: signer.kind === 'key' ? null : signer.kind === 'keyless' ? signer.name : signer.demanded,
  issuer: signer.kind === 'keyless' ? signer.issuer : null,
})

/**
 * @param locate resolves a path of the system file
 * @throws model-changed when other bytes were signed; envelope-signature-invalid, certificate-untrusted when somebody
 *   else signed; bundle-malformed, key-malformed, file-missing and other reasons why that cannot be told
 */
export async function verifyModelBytes(
  services: Pick<Services, 'files' | 'keyless' | 'now'>,
  model: { readonly path: string; readonly bytes: Bytes },
  demanded: SignatureSettings,
  locate: (path: string) => string,
): Promise<ModelVerification> {
  const signaturePath = locate(demanded.path)
  const signer = await readSignerPolicy(services, trustOf(demanded, locate))
  const signature = await services.files.read(signaturePath, omsBundleSizeMaxBytes)
  try {
    const verified = await verifyModel(
      bytesModelFiles(model.bytes),
      { root: locate(model.path), signature, signaturePath },
      { signer, links: 'refuse', ignorePaths: [], unsignedFiles: 'refuse', uncovered: 'report' },
    )
    return { path: demanded.path, signer: verified.signer }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    throw new OperatingError(
      error.code,
      `${model.path}: will not be loaded: ${demanded.path} does not hold for it: ${error.message}`,
      { cause: error, details: error.details },
    )
  }
}

function trustOf({ trust }: SignatureSettings, locate: (path: string) => string): VerifyTrust {
  const path = locate(trust.path)
  if (trust.kind !== 'roots') return { ...trust, path }
  const chainPath = trust.chainPath === null ? null : locate(trust.chainPath)
  return { ...trust, path, chainPath, validAt: null }
}
