// What a log sends to a witness (C2SP tlog-witness, `add-checkpoint`): the size the witness has seen, the hashes that lead from
// there to the new head (RFC 6962 §2.1.2), and the head as the log signed it.

import { digestSizeBytes } from './digest.ts'
import { type Bytes, fromBase64, toBase64 } from './encoding.ts'
import { OperatingError } from './errors.ts'

/** Largest request that witnesses read, in bytes; the strictest of them stop at 10 KiB. */
export const addCheckpointSizeMaxBytes = 16_384

/** A tree of 2^63 leaves is 63 high. */
const hashesMax = 63

/** A request, read; nothing is verified yet. */
export interface AddCheckpoint {
  /** Size of the log that the witness has cosigned last; 0 for none. */
  readonly oldSize: number
  /** The consistency proof from there; empty from size 0. */
  readonly proof: readonly Uint8Array[]
  /** The checkpoint's note, verbatim. */
  readonly checkpoint: string
}

/** The body of a request. */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  const lines = [`old ${oldSize}`, ...proof.map((hash) => toBase64(hash))]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

const malformed = (message: string) => new OperatingError('proof-malformed', message)

function hashOf(line: string): Bytes {
  let hash: Bytes
  try {
    hash = fromBase64(line)
  } catch (cause) {
    throw new OperatingError('proof-malformed', 'a hash of the proof is not base64', { cause })
  }
  if (hash.length !== digestSizeBytes) throw malformed('a hash of the proof has not 32 bytes')
  return hash
}

/** Reads the body of a request. @throws proof-malformed */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const split = text.indexOf('\n\n')
  if (split < 0) throw malformed('a request has a blank line before its checkpoint')
  const [first = '', ...lines] = text.slice(0, split).split('\n')
  const size = /^old (0|[1-9]\d*)$/.exec(first)?.[1]
  if (size === undefined || !Number.isSafeInteger(Number(size)))
    throw malformed('a request begins with `old` and a size')
  if (lines.length > hashesMax) throw malformed(`a proof has at most ${hashesMax} hashes`)
  return {
    oldSize: Number(size),
    proof: lines.map(hashOf),
    checkpoint: text.slice(split + 2),
  }
}
