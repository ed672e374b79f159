// Receipts of inclusion as COSE has them (RFC 9942, tree RFC9162_SHA256): a COSE_Sign1 by the log's own key over the root, which
// is detached, with the inclusion proof beside it. The same proof as a tlog-proof, for readers of COSE. No witness is in it: it is
// the log's word alone. Page: spec/cose-receipt.md.
// The size stands in the signed header as well: RFC 9942 leaves it beside the signature, where trees of several sizes have the same
// path, and who changes it changes what the receipt seems to say.
// INVARIANT: no message that is signed here is one that the same key signs as a note. A note is a UTF-8 text, and what COSE signs
// begins with the byte 0x84, with which no UTF-8 text begins.

import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { digestSizeBytes, type Sha256, sha256 } from './digest.ts'
import { type Bytes, equalBytes } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { leafHash, rootFromInclusion } from './merkle.ts'
import type { NoteSigner, NoteVerifier } from './note.ts'
import type { TrustPolicy } from './trust-policy.ts'

/** COSE header parameters: RFC 9052 §3.1, RFC 9597 (`cwtClaims`), RFC 9942 §8.1. */
const label = { algorithm: 1, keyId: 4, cwtClaims: 15, structure: 395, proofs: 396 } as const
/** Claims of RFC 8392: who issued it, and what it is about. */
const claim = { issuer: 1, subject: 2 } as const
/** RFC 9864 §2.2; what it replaced, `EdDSA` (RFC 9053 §2.2), is read as well. */
const algorithm = { ed25519: -19, eddsa: -8 } as const
/** RFC 9942 §5.1: the tree of RFC 9162 with SHA-256. */
const rfc9162Sha256 = 1
/** RFC 9942 §5.2: the key of inclusion proofs in the map of proofs. */
const inclusionProofs = -1
/** RFC 9052 §4.2. */
const coseSign1Tag = 18

/** A tree of 2^53 entries is 53 high. */
const pathMax = 63

const malformed = (problem: string) =>
  new OperatingError('proof-malformed', `COSE receipt ${problem}`)

/** What a receipt is made of. */
export interface CoseReceiptRequest {
  /** The published checkpoint, verbatim: the log has signed its root already, so a receipt commits it to nothing new. */
  readonly checkpoint: string
  readonly log: NoteVerifier
  /** The log's key. */
  readonly signer: NoteSigner
  readonly index: number
  /** From the leaf's sibling to the root's child. */
  readonly path: readonly Uint8Array[]
}

/** What a receipt says, read and not verified. */
export interface CoseReceipt {
  readonly origin: string
  /** `checkpoint/` and the size that the log signed. */
  readonly subject: string
  readonly keyId: Bytes
  readonly index: number
  readonly size: number
  readonly path: readonly Uint8Array[]
  readonly protectedHeader: Bytes
  readonly signature: Bytes
}

/**
 * Signs a receipt that an entry is in the log, over a root that the log has signed as a checkpoint.
 * @throws note-malformed, note-signature-invalid, checkpoint-malformed; key-malformed when the signer is not the log's key;
 *   usage-invalid for a log of a single entry, which has no path, and a receipt must have one
 */
export async function signCoseReceipt(request: CoseReceiptRequest): Promise<Bytes> {
  const { log, signer, index, path } = request
  const { origin, size, root } = await openCheckpoint(request.checkpoint, log)
  if (signer.name !== log.name || signer.keyId !== log.keyId)
    throw new OperatingError(
      'key-malformed',
      `the key is of \`${signer.name}\` and not the one that signed the checkpoint of \`${origin}\``,
    )
  if (path.length === 0)
    throw new OperatingError(
      'usage-invalid',
      'a log of one entry has no path, and a COSE receipt must have one (RFC 9942); take a tlog-proof, or append another entry',
    )
  const protectedHeader = encodeCbor(
    new Map<number, CborValue>([
      [label.algorithm, algorithm.ed25519],
      [label.keyId, keyIdBytes(log)],
      [
        label.cwtClaims,
        new Map([
          [claim.issuer, origin],
          [claim.subject, subjectOf(size)],
        ]),
      ],
      [label.structure, rfc9162Sha256],
    ]),
  )
  const proof = encodeCbor([size, index, [...path]])
  const unprotected = new Map([[label.proofs, new Map([[inclusionProofs, [proof]]])]])
  const signature = await signer.sign(signedBytes(protectedHeader, root))
  return encodeCbor({
    tag: coseSign1Tag,
    value: [protectedHeader, unprotected, null, signature],
  })
}

/** The key id of a C2SP verifier key, as `kid` carries it. */
function keyIdBytes({ keyId }: NoteVerifier): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, keyId)
  return bytes
}

/** The checkpoint that a receipt is about. */
const subjectOf = (size: number) => `checkpoint/${size}`

/** What is signed: RFC 9052 §4.4, without external data. */
function signedBytes(protectedHeader: Uint8Array, payload: Uint8Array): Bytes {
  return encodeCbor(['Signature1', protectedHeader, new Uint8Array(), payload])
}

/** Reads a receipt. @throws proof-malformed */
export function parseCoseReceipt(bytes: Uint8Array): CoseReceipt {
  const receipt = decodeCbor(bytes)
  if (!isTagged(receipt) || receipt.tag !== coseSign1Tag || !isList(receipt.value))
    throw malformed('is no tagged COSE_Sign1')
  const [protectedHeader, unprotected, payload, signature, ...others] = receipt.value
  if (others.length > 0 || !isBytes(protectedHeader) || !isBytes(signature))
    throw malformed('is no COSE_Sign1')
  if (payload !== null) throw malformed('carries its payload: the root is to be computed, not read')
  return {
    ...readProtected(decodeCbor(protectedHeader)),
    ...readProof(unprotected),
    protectedHeader,
    signature,
  }
}

function readProtected(header: CborValue): Pick<CoseReceipt, 'origin' | 'subject' | 'keyId'> {
  if (!isMap(header)) throw malformed('has no protected header')
  const known: readonly number[] = [label.algorithm, label.keyId, label.cwtClaims, label.structure]
  if (![...header.keys()].every((key) => known.includes(key)))
    throw malformed('has a protected header that says more than is understood here')
  const used = header.get(label.algorithm)
  if (used !== algorithm.ed25519 && used !== algorithm.eddsa)
    throw malformed('is not signed with Ed25519')
  if (header.get(label.structure) !== rfc9162Sha256)
    throw malformed('is of another tree than RFC9162_SHA256')
  const keyId = header.get(label.keyId)
  const claims = header.get(label.cwtClaims)
  const [origin, subject] = isMap(claims)
    ? [claims.get(claim.issuer), claims.get(claim.subject)]
    : []
  if (!isBytes(keyId) || typeof origin !== 'string' || typeof subject !== 'string')
    throw malformed('does not name its log and key')
  return { keyId, origin, subject }
}

function readProof(header: CborValue | undefined): Pick<CoseReceipt, 'index' | 'size' | 'path'> {
  const proofs = isMap(header) && header.size === 1 ? header.get(label.proofs) : undefined
  const list = isMap(proofs) && proofs.size === 1 ? proofs.get(inclusionProofs) : undefined
  const [bytes, ...others] = isList(list) ? list : []
  if (!isBytes(bytes) || others.length > 0) throw malformed('does not have one inclusion proof')
  const proof = decodeCbor(bytes)
  const [size, index, path, ...rest] = isList(proof) ? proof : []
  if (typeof size !== 'number' || typeof index !== 'number' || !isList(path) || rest.length > 0)
    throw malformed('has an inclusion proof that is none')
  if (size < 0 || index < 0 || path.length === 0 || path.length > pathMax)
    throw malformed('has an inclusion proof of impossible numbers')
  const hashes = path
    .filter((hash) => isBytes(hash))
    .filter(({ length }) => length === digestSizeBytes)
  if (hashes.length !== path.length) throw malformed('has a hash that has not 32 bytes')
  return { size, index, path: hashes }
}

/** What to verify: that the entry is in the log of the policy. */
export interface CoseReceiptClaim {
  readonly receipt: Uint8Array
  readonly entry: Uint8Array
  readonly trust: TrustPolicy
}

/**
 * Verifies a receipt offline: the entry leads to a root that the log's key signed.
 * @throws proof-malformed, proof-invalid; trust-not-met when the policy asks for witnesses, whom a receipt cannot carry
 */
export async function verifyCoseReceipt(
  { receipt, entry, trust }: CoseReceiptClaim,
  hash: Sha256 = sha256,
): Promise<{ readonly index: number; readonly checkpoint: Checkpoint }> {
  const read = parseCoseReceipt(receipt)
  const { origin, subject, keyId, index, size, path, protectedHeader, signature } = read
  const { log, quorum } = trust
  if (quorum !== 'none')
    throw new OperatingError(
      'trust-not-met',
      'a COSE receipt is the log’s word alone, and the policy asks for witnesses; take the tlog-proof',
    )
  const invalid = (problem: string) =>
    new OperatingError('proof-invalid', `COSE receipt ${problem}`)
  if (origin !== log.name || !equalBytes(keyId, keyIdBytes(log)))
    throw invalid(`is of the log \`${origin}\` or a key that the policy does not name`)
  if (subject !== subjectOf(size))
    throw invalid(`is signed for \`${subject}\`, and its proof is of a log of ${size}`)
  const leaf = leafHash(entry, hash)
  const root = new Uint8Array(rootFromInclusion({ leafHash: leaf, index, size, proof: path }, hash))
  if (!(await log.verify(signedBytes(protectedHeader, root), signature)))
    throw invalid('does not hold: the log did not sign a root that this entry is in')
  return { index, checkpoint: { origin, size, root } }
}

const isBytes = (value: CborValue | undefined): value is Bytes => value instanceof Uint8Array
const isMap = (value: CborValue | undefined): value is ReadonlyMap<number, CborValue> =>
  value instanceof Map
const isList = (value: CborValue | undefined): value is readonly CborValue[] => Array.isArray(value)
const isTagged = (value: CborValue): value is Extract<CborValue, { readonly tag: number }> =>
  typeof value === 'object' && value !== null && 'tag' in value
