// A witness of other people's logs (C2SP tlog-witness): cosigns a head only when it continues the head it cosigned before, so
// that nobody who asks for its cosignature can be shown two histories. Pure protocol; HTTP and the disk are elsewhere.
// INVARIANT: a cosignature leaves only after the head it is of is durable. Heads of one log are judged one after the other.
// INVARIANT: after a failed write a log is refused until the witness is started anew: what is on the disk is not known.

import {
  type AddCheckpoint,
  addCheckpointSizeMaxBytes,
  type Bytes,
  type Checkpoint,
  cosign,
  emptyRoot,
  equalBytes,
  formatSignature,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  OperatingError,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  sha256Hex,
  textOf,
  utf8,
  verifyConsistency,
} from '@proofhouse/evidence'
import { slotSizeBytes } from '../committed-slots.ts'
import type { LockStore } from '../ports.ts'

/** What a witness answers, in terms of HTTP. */
export interface WitnessAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A log that is witnessed: the keys it may sign with, and the note that was cosigned last. */
export interface WitnessedLog {
  readonly origin: string
  readonly keys: readonly NoteVerifier[]
  readonly store: LockStore
}

/** Requests about one log that may wait; one more is told to come back. */
const waitingMax = 32

/** A note of a few signatures; what is kept has to fit the slot of a store. */
const keptSizeMaxBytes = slotSizeBytes - 96

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body,
})

const refusal = (status: number, why: string) => answer(status, `${why}\n`)

/** A log with what is going on about it. */
interface Watched {
  readonly log: WitnessedLog
  note: string | null
  turn: Promise<unknown>
  waiting: number
  failed: boolean
}

/** Answers the requests of logs. */
export class Witness {
  readonly #signer: NoteSigner
  readonly #nowSeconds: () => number
  readonly #byOrigin = new Map<string, Watched>()
  readonly #byId = new Map<string, Watched>()

  private constructor(signer: NoteSigner, nowSeconds: () => number) {
    this.#signer = signer
    this.#nowSeconds = nowSeconds
  }

  /**
   * A witness over the stores of its logs, which it then owns. `signer` is plain Ed25519 under the id of the cosigning key.
   * @throws ledger-corrupt when a store holds another log's note, or is damaged; what stores throw
   */
  static async open(given: {
    readonly logs: readonly WitnessedLog[]
    readonly signer: NoteSigner
    readonly nowSeconds: () => number
  }): Promise<Witness> {
    const witness = new Witness(given.signer, given.nowSeconds)
    for (const log of given.logs) {
      const note = await log.store.read()
      if (note !== null) {
        if (headOf(note).origin !== log.origin)
          throw new OperatingError(
            'ledger-corrupt',
            `the state of \`${log.origin}\` is that of another log; restore the state of this witness`,
          )
        // What was cosigned last may be lost: whoever went on from what is left could cosign a fork.
        if (log.store.damaged?.isOlder === false)
          throw new OperatingError(
            'ledger-corrupt',
            `the state of \`${log.origin}\` is damaged, and what was cosigned last cannot be told; restore it, or let this witness begin anew with another key`,
          )
        // What a process left that died in its last write may be in memory only: nothing may build on it before it is durable.
        await log.store.swap(note, note)
      }
      const watched = { log, note, turn: Promise.resolve(), waiting: 0, failed: false }
      witness.#byOrigin.set(log.origin, watched)
      witness.#byId.set(sha256Hex(utf8(log.origin)), watched)
    }
    return witness
  }

  /** Answers `POST <prefix>/add-checkpoint`. */
  async addCheckpoint(body: Bytes): Promise<WitnessAnswer> {
    if (body.length > addCheckpointSizeMaxBytes) return tooLarge
    let request: AddCheckpoint
    let origin: string
    try {
      request = parseAddCheckpoint(textOf(body))
      origin = parseNote(request.checkpoint).text.split('\n')[0] ?? ''
    } catch (error) {
      return refusal(400, reasonOf(error))
    }
    const watched = this.#byOrigin.get(origin)
    if (watched === undefined) return refusal(404, 'this log is not witnessed here')
    let head: SignedHead
    try {
      head = await signedHead(request.checkpoint, watched.log)
    } catch (error) {
      const why = reasonOf(error)
      const isSignature = codeOf(error) === 'note-signature-invalid'
      return refusal(isSignature ? 403 : 400, why)
    }
    if (request.oldSize > head.checkpoint.size)
      return refusal(400, 'the old size is beyond the checkpoint')
    if (watched.waiting >= waitingMax) return busy
    watched.waiting++
    const done = watched.turn.then(() => this.#consider(watched, request, head))
    watched.turn = done.catch(() => {})
    return done.finally(() => watched.waiting--)
  }

  /** Answers `GET <prefix>/<hex sha256(origin)>/checkpoint`. */
  latest(id: string): WitnessAnswer {
    const note = this.#byId.get(id)?.note ?? null
    return note === null
      ? refusal(404, 'no such log is witnessed here, or none of its heads')
      : answer(200, note)
  }

  /** Lets go of the stores once what is under way has ended. */
  async close(): Promise<void> {
    for (const { log, turn } of this.#byOrigin.values()) {
      await turn
      await log.store.release()
    }
  }

  async #consider(
    watched: Watched,
    request: AddCheckpoint,
    { text, checkpoint, signatures }: SignedHead,
  ): Promise<WitnessAnswer> {
    if (watched.failed) return storageFailed
    const seen = watched.note === null ? null : headOf(watched.note)
    const seenSize = seen?.size ?? 0
    if (request.oldSize !== seenSize)
      return answer(409, `${seenSize}\n`, { 'content-type': 'text/x.tlog.size' })
    try {
      checkContinues(seen, checkpoint, request.proof)
    } catch (error) {
      return refusal(422, reasonOf(error))
    }
    const { name, keyId } = this.#signer
    const signing = cosign(utf8(text), this.#nowSeconds(), (m) => this.#signer.sign(m))
    // Nothing is remembered yet: whoever asks again is answered as now.
    const signature = await signing.catch(() => null)
    if (signature === null) return keyAway
    const line = formatSignature({ name, keyId, signature })
    const note = `${text}\n${signatures.map(formatSignature).join('')}${line}`
    if (utf8(note).length > keptSizeMaxBytes)
      return refusal(400, 'the checkpoint has too many signatures')
    try {
      await watched.log.store.swap(watched.note, note)
    } catch {
      watched.failed = true
      return storageFailed
    }
    watched.note = note
    return answer(200, line)
  }
}

const tooLarge = refusal(413, `a request has at most ${addCheckpointSizeMaxBytes} bytes`)
const storageFailed = refusal(500, 'the state of this log could not be written')
const keyAway = answer(503, 'the key of this witness cannot be used now\n', {
  'retry-after': '5',
})
const busy = answer(429, 'too many requests about this log\n', { 'retry-after': '1' })

/** A head whose signature holds. */
interface SignedHead {
  readonly text: string
  readonly checkpoint: Checkpoint
  /** The log's own, one of each key. */
  readonly signatures: readonly NoteSignature[]
}

async function signedHead(note: string, log: WitnessedLog): Promise<SignedHead> {
  const { text, verified } = await openNote(note, log.keys)
  const signatures = log.keys.flatMap(
    (key) => verified.find(({ name, keyId }) => name === key.name && keyId === key.keyId) ?? [],
  )
  return { text, checkpoint: parseCheckpoint(text), signatures }
}

const headOf = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text)

/** @throws proof-invalid unless the head continues what was seen */
function checkContinues(
  seen: Checkpoint | null,
  head: Checkpoint,
  proof: readonly Uint8Array[],
): void {
  if (seen !== null && seen.size > 0) {
    const { size: oldSize, root: oldRoot } = seen
    verifyConsistency({ oldSize, oldRoot, newSize: head.size, newRoot: head.root, proof })
    return
  }
  if (proof.length > 0) throw new OperatingError('proof-invalid', 'from size 0 the proof is empty')
  if (head.size === 0 && !equalBytes(head.root, emptyRoot()))
    throw new OperatingError('proof-invalid', 'a log without entries has another root')
}

const codeOf = (error: unknown) => (error instanceof OperatingError ? error.code : null)

function reasonOf(error: unknown): string {
  if (error instanceof OperatingError) return error.message
  throw error
}
