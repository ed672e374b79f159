// Signs models and verifies them: OpenSSF Model Signing v1.0 over the files of a model. Signing
// takes an already hashed model, so that what was checked and run is what is signed. Verifying
// needs keys from outside; what the signature does not cover is part of the answer.

import { basename, isAbsolute, relative, resolve, sep } from 'node:path'
import {
  assertUnchanged,
  buildOmsStatement,
  type Bytes,
  compareResources,
  type DsseSigner,
  type HexDigest,
  makeOmsBundle,
  OperatingError,
  parseShardName,
  type SignedModel,
} from '@proofhouse/evidence'
import {
  defaultIgnorePaths,
  type HashedModel,
  hashModel,
  type ModelCut,
  type UncoveredPath,
} from './model-hash.ts'
import { type ModelSigner, openSignature, type SignerPolicy } from './model-signer.ts'
import type { ModelFiles } from './ports.ts'

/** Who is believed, and how strict verification is beyond the signature itself. */
export interface ModelVerifyPolicy {
  readonly signer: SignerPolicy
  /** Whether symbolic links to files are followed; whatever the signer did. */
  readonly links: 'refuse' | 'follow'
  /** Paths below which unsigned files are tolerated, unread; signed ones are checked all the same. */
  readonly ignorePaths: readonly string[]
  /** Files in the model that nobody signed: refuse the model, or name them in the answer. */
  readonly unsignedFiles: 'refuse' | 'report'
  /** Whatever else the signature does not cover, itself aside: name it in the answer, or refuse the model. */
  readonly uncovered: 'refuse' | 'report'
}

/** A model that is what somebody signed. */
export interface VerifiedModel {
  readonly name: string
  readonly rootDigest: HexDigest
  /** Hint of the key that signed. */
  readonly keyId: string
  readonly signer: ModelSigner
  readonly method: SignedModel['serialization']['method']
  readonly resourceCount: number
  readonly sizeBytes: number
  /** Signed files that are symbolic links here. */
  readonly links: readonly string[]
  /** What is in the model and not covered by the signature. */
  readonly uncovered: readonly UncoveredPath[]
}

/**
 * The paths to leave out when a model is signed: the given ones, version control, and the signature
 * where it lies inside.
 * @param signaturePath where the signature will be written
 */
export function ignorePathsFor(
  root: string,
  signaturePath: string,
  more: readonly string[] = [],
): readonly string[] {
  const inside = pathInside(root, signaturePath)
  const paths = [...defaultIgnorePaths, ...more, ...(inside === null ? [] : [inside])]
  return [...new Set(paths)]
}

/**
 * The bytes of a signature over a hashed model; the signer's `keyId` must be its public key's hint.
 * @param certificates in DER: the one of the signer's key, then those above it; none for a bare key
 */
export async function signModel(
  model: HashedModel,
  signer: DsseSigner,
  certificates: readonly Bytes[] = [],
): Promise<Bytes> {
  const { name, serialization, resources } = model
  const statement = buildOmsStatement({ name, serialization, resources })
  return makeOmsBundle(statement, signer, certificates)
}

/**
 * Verifies a model against its signature, in the order trust flows: signature under a believed key,
 * then every file.
 * @throws envelope-signature-invalid, certificate-untrusted, bundle-malformed, statement-malformed,
 *   key-unsupported when the signature is not good
 * @throws model-changed when a file was changed, removed or added; model-refused for links and
 *   special files
 */
export async function verifyModel(
  files: ModelFiles,
  model: { readonly root: string; readonly signature: Bytes; readonly signaturePath: string },
  policy: ModelVerifyPolicy,
): Promise<VerifiedModel> {
  const { signed, signer } = await openSignature(model.signature, policy.signer)
  const actual = await hashModel(files, model.root, cutOf(signed, model, policy))
  assertUnchanged(compareResources(signed.resources, actual.resources))
  const [bare] = actual.uncovered.filter(({ why }) => why !== 'signature')
  if (policy.uncovered === 'refuse' && bare !== undefined)
    throw new OperatingError(
      'model-changed',
      `the signature does not cover \`${bare.path}\`, and all of the model was asked for`,
    )
  return {
    name: signed.name,
    rootDigest: signed.rootDigest,
    keyId: signed.keyId,
    signer,
    method: signed.serialization.method,
    resourceCount: signed.resources.length,
    sizeBytes: actual.sizeBytes,
    links: actual.links,
    uncovered: actual.uncovered,
  }
}

/**
 * The cut a signature was made with, and what the verifier adds to it; signatures that do not say
 * what they ignored mean the defaults.
 */
function cutOf(
  signed: SignedModel,
  model: { readonly root: string; readonly signaturePath: string },
  policy: ModelVerifyPolicy,
): ModelCut {
  const { method, shard_size, ignore_paths } = signed.serialization
  const inside = pathInside(model.root, model.signaturePath)
  // Some signers list paths outside the model, which match nothing in it. All of it cannot be left out.
  const ignored = (ignore_paths ?? defaultIgnorePaths).filter(
    (path) => !/^\/|(^|\/)\.\.(\/|$)|^[./]*$/.test(path),
  )
  const own = basename(resolve(model.root))
  const [first] = signed.resources
  const named = first?.name === own || first?.name.startsWith(`${own}:`) === true
  return {
    method,
    ...(shard_size === undefined ? {} : { shardSizeBytes: shard_size }),
    followLinks: policy.links === 'follow',
    ignorePaths: [...ignored, ...(inside === null ? [] : [inside])],
    ...(inside === null ? {} : { signaturePath: inside }),
    singleFile: named ? 'own-name' : 'reference-name',
    expected: {
      signed: new Set(signed.resources.map(({ name }) => pathOf(name, shard_size ?? null))),
      ignorePaths: policy.ignorePaths,
      others: policy.unsignedFiles === 'report' ? 'report' : 'hash',
    },
  }
}

/** The file of a resource, which in shards is followed by its range. */
function pathOf(name: string, shardSizeBytes: number | null): string {
  return shardSizeBytes === null ? name : parseShardName(name, shardSizeBytes).path
}

/** A path relative to the model, with `/`; null when it does not lie inside. */
function pathInside(root: string, path: string): string | null {
  const inside = relative(resolve(root), resolve(path))
  const outside = inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..'
  return outside ? null : inside.split(sep).join('/')
}
