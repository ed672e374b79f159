// The witnesses of a log: all are asked at once about its published head, and what the quorum of the policy needs is merged into the
// published checkpoint. Appends and publication never wait for any of this.
// INVARIANT: at most one round of questions is under way, each with a bound on its time; whoever asks meanwhile shares it.

import { setTimeout as delay } from 'node:timers/promises'
import {
  addSignatures,
  type Checkpoint,
  checkTrust,
  formatSignature,
  isQuorum,
  nodeFromTiles,
  type NoteSignature,
  OperatingError,
  parseNote,
  proveConsistency,
  type TrustPolicy,
} from '@proofhouse/evidence'
import type { TileStore } from '../ports.ts'
import type { Head } from '../publisher.ts'
import { readTile } from '../tile-reader.ts'
import { fastSha256 } from '../tree-hash.ts'
import { askWitness, type WitnessOutcome, type WitnessServer } from './ask-witness.ts'

/** Witnesses that are asked about one head, at most. */
const witnessesMax = 64

/** How long a round lasts. */
export interface WitnessTimes {
  /** Without the quorum, at most so long. */
  readonly roundMaxMs: number
  /** With the quorum, so long for the others. */
  readonly lingerMs: number
}

const usualTimes: WitnessTimes = { roundMaxMs: 10_000, lingerMs: 1_000 }

/** What one witness had to say. */
export interface WitnessWord {
  readonly name: string
  readonly outcome: WitnessOutcome['kind']
  /** The time in its cosignature, in Unix seconds. */
  readonly timeSeconds: number | null
  readonly problem: string | null
}

/** A published head after its witnesses were asked. */
export interface Witnessing {
  readonly checkpoint: Checkpoint
  /** The head with every cosignature it has. */
  readonly note: string
  /** Whether the policy's quorum has cosigned this very head. */
  readonly witnessed: boolean
  /** Whether the published checkpoint has these cosignatures; false when it is of a later head by now. */
  readonly merged: boolean
  readonly words: readonly WitnessWord[]
}

/** A log whose witnesses are asked. */
export interface WitnessableLog {
  /** The published head. */
  checkpoint(): Promise<Head>
  /** Adds cosignatures to the published head; false when it has moved on. */
  cosigned(note: string): Promise<boolean>
  readonly tiles: Pick<TileStore, 'read'>
}

/** The witnesses of one log. */
export class Witnesses {
  readonly #log: WitnessableLog
  readonly #policy: TrustPolicy
  readonly #servers: ReadonlyMap<string, WitnessServer>
  readonly #times: WitnessTimes
  readonly #stop = new AbortController()
  /** What each witness has probably seen. */
  readonly #seen = new Map<string, number>()
  #round: Promise<Witnessing> | null = null

  /**
   * `servers` are those of the policy's witnesses that can be asked, by the policy's names.
   * @throws limit-exceeded for too many
   */
  constructor(
    log: WitnessableLog,
    given: {
      readonly policy: TrustPolicy
      readonly servers: ReadonlyMap<string, WitnessServer>
      readonly times?: WitnessTimes
    },
  ) {
    if (given.servers.size > witnessesMax)
      throw new OperatingError('limit-exceeded', `at most ${witnessesMax} witnesses are asked`)
    this.#log = log
    this.#policy = given.policy
    this.#servers = given.servers
    this.#times = given.times ?? usualTimes
  }

  /**
   * Asks the witnesses that have not cosigned the published head, in bounded time. A head without its quorum comes back
   * as not witnessed, with what each had to say. An entry appended before asking is in the checkpoint.
   * @throws note-signature-invalid when the published head is another log's; what the log throws
   */
  async witnessed(): Promise<Witnessing> {
    // A round that is under way may be about an older head.
    await this.#round?.catch(() => undefined)
    this.#round ??= this.#ask().finally(() => {
      this.#round = null
    })
    return this.#round
  }

  /** Ends what is under way; those who wait hear what is known by then. */
  close(): void {
    this.#stop.abort()
  }

  async #ask(): Promise<Witnessing> {
    const head = await this.#log.checkpoint()
    const { name, keyId } = this.#policy.log
    // Those that have cosigned already; the quorum is judged at the end.
    const policy = { ...this.#policy, quorum: 'none' }
    const { checkpoint, witnesses } = await checkTrust(head.note, policy)
    const words = new Map<string, WitnessWord>()
    for (const one of witnesses) words.set(one.name, { ...one, outcome: 'cosigned', problem: null })
    // Witnesses read small requests: they are sent the log's own signature alone.
    const { text, signatures } = parseNote(head.note)
    const own = signatures.filter((one) => one.name === name && one.keyId === keyId).slice(0, 1)
    const bare = `${text}\n${own.map(formatSignature).join('')}`
    const found = await this.#askAll({ note: bare, checkpoint }, words)
    const note = addSignatures(head.note, found)
    const merged = found.length === 0 || (await this.#log.cosigned(addSignatures(bare, found)))
    return {
      checkpoint,
      note,
      witnessed: isQuorum(this.#policy, cosigners(words)),
      merged,
      words: [...this.#policy.witnesses.keys()].map((one) => words.get(one) ?? notAsked(one)),
    }
  }

  /** The new cosignatures; what each witness said is added to `words`. */
  async #askAll(head: Head, words: Map<string, WitnessWord>): Promise<readonly NoteSignature[]> {
    const { roundMaxMs, lingerMs } = this.#times
    const enough = new AbortController()
    const end = () => {
      enough.abort()
    }
    const timers = [setTimeout(end, roundMaxMs)]
    const lingerWhenMet = () => {
      if (this.#policy.quorum !== 'none' && isQuorum(this.#policy, cosigners(words)))
        timers.push(setTimeout(end, lingerMs))
    }
    lingerWhenMet()
    const signal = AbortSignal.any([enough.signal, this.#stop.signal])
    const found: NoteSignature[] = []
    const ask = async ([name, server]: readonly [string, WitnessServer]): Promise<void> => {
      const key = this.#policy.witnesses.get(name)
      if (key === undefined || words.has(name)) return
      const outcome = await askWitness({
        server,
        key,
        head,
        oldSize: this.#seen.get(name) ?? 0,
        prove: (oldSize) => this.#prove(oldSize, head.checkpoint.size),
        signal,
        pause: (durationMs) => delay(durationMs, undefined, { signal }),
      })
      words.set(name, wordOf(name, outcome))
      if (outcome.kind !== 'cosigned') return
      found.push(outcome.signature)
      this.#seen.set(name, head.checkpoint.size)
      lingerWhenMet()
    }
    try {
      await Promise.all([...this.#servers].map(ask))
    } finally {
      end()
      timers.forEach(clearTimeout)
    }
    return found
  }

  #prove(oldSize: number, size: number): Promise<readonly Uint8Array[]> {
    return proveConsistency(
      oldSize,
      size,
      (node) => nodeFromTiles(node, size, (tile) => readTile(this.#log.tiles, tile), fastSha256),
      fastSha256,
    )
  }
}

const cosigners = (words: ReadonlyMap<string, WitnessWord>): ReadonlySet<string> =>
  new Set([...words.values()].filter((w) => w.outcome === 'cosigned').map(({ name }) => name))

function wordOf(name: string, outcome: WitnessOutcome): WitnessWord {
  return outcome.kind === 'cosigned'
    ? { name, outcome: 'cosigned', timeSeconds: outcome.timeSeconds, problem: null }
    : { name, outcome: outcome.kind, timeSeconds: null, problem: outcome.problem }
}

const notAsked = (name: string): WitnessWord => ({
  name,
  outcome: 'unavailable',
  timeSeconds: null,
  problem: 'the policy gives no address for it',
})
