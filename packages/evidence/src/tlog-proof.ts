// Offline proofs (C2SP tlog-proof): an entry's index, the hashes from it to the root, and the signed checkpoint verbatim.
// `extra` is carried along and authenticated by nothing.

import { digestSizeBytes, type Sha256, sha256 } from './digest.ts'
import { type Bytes, fromBase64, toBase64 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import { checkTrust, type TrustedCheckpoint, type TrustPolicy } from './trust-policy.ts'

const header = 'c2sp.org/tlog-proof@v1'

/** A tree of 2^63 leaves is 63 high. */
const hashesMax = 63

/** A proof, read. */
export interface TlogProof {
  readonly extra: Bytes | null
  readonly index: number
  /** From the leaf's sibling to the root's child. */
  readonly hashes: readonly Uint8Array[]
  /** The checkpoint's note, verbatim. */
  readonly checkpoint: string
}

/** The text of a proof. */
export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [
    header,
    ...(extra === null ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map((hash) => toBase64(hash)),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

function base64Line(text: string, what: string): Bytes {
  try {
    return fromBase64(text)
  } catch (cause) {
    throw new OperatingError('proof-malformed', `${what} is not base64`, { cause })
  }
}

const malformed = (message: string) => new OperatingError('proof-malformed', message)

/** Reads the text of a proof. @throws proof-malformed */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n')
  if (split < 0) throw malformed('a proof has a blank line before its checkpoint')
  const lines = text.slice(0, split).split('\n')
  if (lines.shift() !== header) throw malformed(`a proof begins with \`${header}\``)
  const extra = lines[0]?.startsWith('extra ')
    ? base64Line(lines.shift()?.slice('extra '.length) ?? '', 'the extra data')
    : null
  const index = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '')?.[1]
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    throw malformed('a proof names its `index`')
  if (lines.length > hashesMax) throw malformed(`a proof has at most ${hashesMax} hashes`)
  const hashes = lines.map((line) => base64Line(line, 'a hash of the proof'))
  if (hashes.some((hash) => hash.length !== digestSizeBytes))
    throw malformed('a hash of the proof has not 32 bytes')
  return { extra, index: Number(index), hashes, checkpoint: text.slice(split + 2) }
}

/** What to verify: that the entry is in the log of the policy. */
export interface TlogProofClaim {
  readonly proof: string
  readonly entry: Uint8Array
  readonly trust: TrustPolicy
}

/**
 * Verifies a proof offline: checkpoint, signatures, quorum, inclusion.
 * @throws proof-malformed, proof-invalid and what `checkTrust` throws
 */
export async function verifyTlogProof(
  claim: TlogProofClaim,
  hash: Sha256 = sha256,
): Promise<TrustedCheckpoint & { readonly index: number }> {
  const { index, hashes, checkpoint } = parseTlogProof(claim.proof)
  const trusted = await checkTrust(checkpoint, claim.trust)
  const { size, root } = trusted.checkpoint
  verifyInclusion({ leafHash: leafHash(claim.entry, hash), index, size, proof: hashes, root }, hash)
  return { ...trusted, index }
}
