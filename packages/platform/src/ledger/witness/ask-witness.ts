// A log asks one witness for its cosignature (C2SP tlog-witness): with the size it believes the witness has seen, then with the
// size the witness names. A witness is never believed: what it sends is a verified cosignature or a reason why there is none.

import {
  type Bytes,
  type CosignatureVerifier,
  formatAddCheckpoint,
  type NoteSignature,
  openNote,
  OperatingError,
  parseNote,
  textOf,
  utf8,
} from '@proofhouse/evidence'
import type { Head } from '../publisher.ts'

/** What a witness's server said. */
export interface WitnessReply {
  readonly status: number
  /** The number in `Retry-After`, in milliseconds; null for none. */
  readonly retryAfterMs: number | null
  readonly body: Bytes
}

/** A witness's server. */
export interface WitnessServer {
  /**
   * Sends the body of a request to `add-checkpoint`. Ends when the signal does.
   * @throws server-unreachable, limit-exceeded
   */
  addCheckpoint(body: Bytes, signal: AbortSignal): Promise<WitnessReply>
}

/** What became of a request. */
export type WitnessOutcome =
  | { readonly kind: 'cosigned'; readonly signature: NoteSignature; readonly timeSeconds: number }
  /** It has cosigned a tree that this log does not continue. Either this log was forked or rolled back, or the witness errs. */
  | { readonly kind: 'disagrees'; readonly problem: string }
  /** It does not want this log, or answers nonsense. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** It gave no answer in time; asking later may help. */
  | { readonly kind: 'unavailable'; readonly problem: string }

/** One request to one witness. */
export interface WitnessRequest {
  readonly server: WitnessServer
  readonly key: CosignatureVerifier
  /** The head, signed by the log. */
  readonly head: Head
  /** The size that the witness has probably seen; 0 when nothing is known. */
  readonly oldSize: number
  /** The consistency proof from a size above 0 to the head's. */
  readonly prove: (oldSize: number) => Promise<readonly Uint8Array[]>
  readonly signal: AbortSignal
  readonly pause: (durationMs: number) => Promise<void>
}

/** Requests to one witness about one head: the first, one with the size it named, and one more. */
const triesMax = 3

/** Before the second and the third try of a witness that is overloaded. */
const pausesMs = [500, 2_000] as const

/** No witness makes us wait longer within one request. */
const pauseMaxMs = 5_000

/** Asks a witness. Never throws for what the witness does. */
export async function askWitness(request: WitnessRequest): Promise<WitnessOutcome> {
  const { server, head, prove, signal, pause } = request
  const { size } = head.checkpoint
  let oldSize = Math.min(request.oldSize, size)
  let problem = 'it was not asked'
  for (const n of Array.from({ length: triesMax }).keys()) {
    const proof = oldSize === 0 ? [] : await prove(oldSize)
    let reply: WitnessReply
    try {
      const body = utf8(formatAddCheckpoint({ oldSize, proof, checkpoint: head.note }))
      reply = await inTime(server.addCheckpoint(body, signal), signal)
    } catch (error) {
      return { kind: 'unavailable', problem: reasonOf(error) }
    }
    const { status } = reply
    if (status === 200) return readCosignature(reply, request)
    if (status === 429 || status >= 500) {
      problem = `it answered with status ${status}`
      const wait = Math.min(reply.retryAfterMs ?? pausesMs[n] ?? 0, pauseMaxMs)
      if (n + 1 < triesMax) await inTime(pause(wait), signal).catch(() => undefined)
      if (signal.aborted) break
      continue
    }
    if (status !== 409) return refusalOf(status, oldSize === size)
    const known = knownSize(reply)
    if (known === null || known === oldSize) return conflict(oldSize === size)
    if (known > size)
      return disagrees(`it has seen ${known} entries of this log, more than the ${size} there are`)
    oldSize = known
    problem = `it named another size each of ${triesMax} times`
  }
  return { kind: 'unavailable', problem }
}

const disagrees = (problem: string): WitnessOutcome => ({ kind: 'disagrees', problem })

/** A conflict that names no other size: of another root, when both sizes are the same. */
const conflict = (sameSize: boolean): WitnessOutcome =>
  sameSize
    ? disagrees('it has cosigned another tree of this size')
    : { kind: 'refused', problem: 'it reports a conflict and does not say with which size' }

function refusalOf(status: number, sameSize: boolean): WitnessOutcome {
  if (status === 422)
    return disagrees(
      sameSize
        ? 'it has cosigned another tree of this size'
        : 'what it has cosigned is not how this log began',
    )
  const known: Readonly<Record<number, string>> = {
    400: 'it cannot read the request (status 400)',
    403: 'it has another key for this log (status 403)',
    404: 'it does not witness this log (status 404)',
  }
  return { kind: 'refused', problem: known[status] ?? `it answered with status ${status}` }
}

function knownSize({ body }: WitnessReply): number | null {
  const digits = /^(0|[1-9]\d{0,15})\n?$/.exec(Buffer.from(body).toString('latin1'))?.[1]
  const size = Number(digits ?? Number.NaN)
  return Number.isSafeInteger(size) ? size : null
}

/** The cosignature in an answer; those of unknown keys are ignored. */
async function readCosignature(
  { body }: WitnessReply,
  { key, head }: WitnessRequest,
): Promise<WitnessOutcome> {
  try {
    const { text } = parseNote(head.note)
    const { verified } = await openNote(`${text}\n${textOf(body)}`, [key])
    const [signature] = verified
    if (signature !== undefined)
      return { kind: 'cosigned', signature, timeSeconds: key.timeOf(signature.signature) }
  } catch (error) {
    reasonOf(error)
  }
  return { kind: 'refused', problem: 'its answer holds no valid cosignature of its key' }
}

/** Settles when the promise or the signal does: nobody waits for a server that listens to no signal. */
function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const end = () => {
    reject(new OperatingError('server-unreachable', 'it gave no answer in time'))
  }
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  return Promise.race([promise, ended]).finally(() => {
    signal.removeEventListener('abort', end)
  })
}

function reasonOf(error: unknown): string {
  if (error instanceof OperatingError) return error.message
  throw error
}
