// Signs a model on disk with a key from a file, with certificates for it, or keyless: `proofhouse sign`.

import { extname, resolve } from 'node:path'
import { omsBundleSizeMaxBytes, OperatingError, parseOmsBundle, textOf } from '@proofhouse/evidence'
import {
  bytesModelFiles,
  checkOnnx,
  defaultCut,
  hashModel,
  ignorePathsFor,
  type ModelCut,
  parseDigestList,
  requireCleanOnnx,
  signModel,
  subjectText,
} from '../artifacts/index.ts'
import type { SigningKey } from '../keys/index.ts'
import { readSigningChain } from './certificate-files.ts'
import { openKeyToSign } from './held-keys.ts'
import { type KeylessRequest, withoutKey } from './sign-keyless.ts'
import type { ModelSigning, SignedPath } from './signed-path.ts'
import type { Services } from './services.ts'

/** Protobuf, and so ONNX, cannot be larger. */
const modelSizeMaxBytes = 2 ** 31 - 1
/** Of a list of digests: about a million files. */
const digestsSizeMaxBytes = 256 * 1_048_576

type SigningServices = Pick<
  Services,
  'files' | 'keyFiles' | 'openHeldKey' | 'modelFiles' | 'now' | 'httpServers' | 'keyless'
>

/** What to sign, with what, and where to. */
export interface SignRequest {
  readonly path: string
  readonly signaturePath: string
  readonly by: KeyAtHand | KeylessRequest
  readonly cut: SignCut
}

/** A key that lies in a file, or is held by a provider. */
export interface KeyAtHand {
  readonly kind: 'key'
  /** Path of its file, or the place where it is held (`readHeldKeyPlace`). */
  readonly keyPath: string
  /** File that holds the key's passphrase in its first line; null for a key that has none. */
  readonly passphrasePath: string | null
  /** The key's certificate, and those above it where they are to go along; null for a bare key. */
  readonly certificates: { readonly certificate: string; readonly chain: string | null } | null
}

/** How the model is cut, and what is left out. */
export interface SignCut {
  /** Paths in the model to leave out, beside version control and the signature. */
  readonly ignorePaths: readonly string[]
  readonly followLinks: boolean
  /** Bytes per shard; null for whole files. */
  readonly shardSizeBytes: number | null
  /** File with digests of the model's files, which are then not read; null to read and hash them. */
  readonly digestsPath: string | null
}

/**
 * Signs a file or folder. A signature says "we stand by these bytes", so an ONNX file that fails the
 * structural check is refused.
 * @throws file-missing, key-malformed, key-unsupported, certificate-malformed, certificate-untrusted,
 *   model-malformed, model-refused, model-changed, file-unwritable; usage-invalid when something that
 *   is no signature stands where the signature is to go; key-missing, key-provider-unavailable,
 *   key-provider-refused where a provider holds the key: nothing is written then
 */
export async function signPath(
  services: SigningServices,
  request: SignRequest,
): Promise<SignedPath> {
  const { by } = request
  if (by.kind === 'keyless') return signWith(services, request, await withoutKey(services, by))
  const key = await openKeyToSign(services, by)
  try {
    return await signWith(services, request, await withKey(services, by, key.signingKey))
  } finally {
    key.close()
  }
}

async function signWith(
  { files, modelFiles }: SigningServices,
  { path, signaturePath, cut }: SignRequest,
  signing: ModelSigning,
): Promise<SignedPath> {
  await refuseToReplace(files, path, signaturePath)
  const plainCut: ModelCut = {
    ...defaultCut,
    followLinks: cut.followLinks,
    ...(cut.shardSizeBytes === null
      ? {}
      : { method: 'shards', shardSizeBytes: cut.shardSizeBytes }),
    ignorePaths: ignorePathsFor(path, signaturePath, cut.ignorePaths),
  }
  const given = await givenDigests(files, cut)
  const checked = await checkedDigest(files, path, plainCut)
  const model = await hashModel(modelFiles, path, { ...plainCut, ...given })
  if (checked !== null && model.rootDigest !== checked)
    throw new OperatingError(
      'model-changed',
      cut.digestsPath === null
        ? `\`${path}\` changed while it was being checked; sign it once nothing writes to it`
        : `\`${path}\` has another digest than \`${cut.digestsPath}\` says`,
    )
  const { bytes, ...signed } = await signing(model)
  await files.write(signaturePath, bytes)
  return { model, ...signed }
}

async function withKey(
  { files, now }: SigningServices,
  { certificates }: KeyAtHand,
  { signer, publicKeyPem }: SigningKey,
): Promise<ModelSigning> {
  const chain =
    certificates === null
      ? []
      : await readSigningChain(files, certificates, { publicKeyPem, at: now() })
  const ders = chain.map(({ der }) => der)
  const [leaf] = chain
  return async (model) => ({
    bytes: await signModel(model, signer, ders),
    keyId: signer.keyId,
    subject: leaf === undefined ? null : subjectText(leaf),
    identity: null,
  })
}

async function givenDigests(
  files: Services['files'],
  { digestsPath }: SignCut,
): Promise<Pick<ModelCut, 'digests'>> {
  if (digestsPath === null) return {}
  const list = textOf(await files.read(digestsPath, digestsSizeMaxBytes))
  return { digests: parseDigestList(list, digestsPath) }
}

/** Root digest, in this cut, of the bytes of an ONNX file that passed the structural check; null for any other model. */
async function checkedDigest(
  files: Services['files'],
  path: string,
  cut: ModelCut,
): Promise<string | null> {
  if (extname(path).toLowerCase() !== '.onnx' || (await files.kind(path)) !== 'file') return null
  const bytes = await files.read(path, modelSizeMaxBytes)
  requireCleanOnnx(path, checkOnnx(bytes))
  return (await hashModel(bytesModelFiles(bytes), path, cut)).rootDigest
}

/** A signature replaces a signature or nothing: never the model, a file of it, or a key. */
async function refuseToReplace(
  files: Services['files'],
  path: string,
  signaturePath: string,
): Promise<void> {
  const standing = await files.kind(signaturePath)
  if (standing === null) return
  const refuse = (cause?: unknown): never => {
    throw new OperatingError(
      'usage-invalid',
      `\`${signaturePath}\` is there and is no signature; name another file with --signature`,
      { cause },
    )
  }
  if (standing === 'folder' || resolve(signaturePath) === resolve(path)) return refuse()
  try {
    parseOmsBundle(await files.read(signaturePath, omsBundleSizeMaxBytes))
  } catch (cause) {
    refuse(cause)
  }
}
