// Signs a model on disk with a key from a file: `proofhouse sign`.

import { extname } from 'node:path'
import { OperatingError, textOf } from '@proofhouse/evidence'
import {
  checkOnnx,
  defaultCut,
  type HashedModel,
  hashModel,
  ignorePathsFor,
  requireCleanOnnx,
  signModel,
} from '../artifacts/index.ts'
import { signingKeyFromPem } from '../keys/index.ts'
import type { Services } from './services.ts'

/** Protobuf, and so ONNX, cannot be larger. */
const modelSizeMaxBytes = 2 ** 31 - 1
const passphraseSizeMaxBytes = 4_096

/** What to sign, with what, and where to. */
export interface SignRequest {
  readonly path: string
  readonly keyPath: string
  readonly signaturePath: string
  /** File that holds the key's passphrase in its first line; null for a key that has none. */
  readonly passphrasePath: string | null
}

/** A signature that has been written. */
export interface SignedPath {
  readonly model: HashedModel
  readonly keyId: string
}

/**
 * Signs a file or folder. A signature says "we stand by these bytes", so an ONNX file that fails the structural check is refused.
 * @throws file-missing, key-malformed, key-unsupported, model-malformed, model-refused, file-unwritable
 */
export async function signPath(
  { files, keyFiles, modelFiles }: Pick<Services, 'files' | 'keyFiles' | 'modelFiles'>,
  { path, keyPath, signaturePath, passphrasePath }: SignRequest,
): Promise<SignedPath> {
  const pem = await keyFiles.readPrivate(keyPath)
  if (pem === null) throw new OperatingError('file-missing', `no private key at \`${keyPath}\``)
  const passphrase =
    passphrasePath === null
      ? undefined
      : textOf(await files.read(passphrasePath, passphraseSizeMaxBytes)).split(/\r?\n/)[0]
  const { signer } = await signingKeyFromPem(pem, passphrase)
  if (extname(path).toLowerCase() === '.onnx' && (await files.kind(path)) === 'file')
    requireCleanOnnx(path, checkOnnx(await files.read(path, modelSizeMaxBytes)))
  const ignorePaths = ignorePathsFor(path, signaturePath)
  const model = await hashModel(modelFiles, path, { ...defaultCut, ignorePaths })
  await files.write(signaturePath, await signModel(model, signer))
  return { model, keyId: signer.keyId }
}
