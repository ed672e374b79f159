// Sends what is spooled, in its order, a batch at a time, for as long as it takes; what the log refuses is kept aside, and what it took is
// settled. Before it sends it asks how far its source has come there: a spool put back from an older copy would give numbers twice.
// INVARIANT: what is sent is durable. A batch that may or may not have come is sent again, the same.

import { errorRegistry, OperatingError } from '@proofhouse/evidence'
import { readSpooled } from './decision.ts'
import type { SpoolFiles } from './spool/ports.ts'
import type { RefusedDecisions } from './spool/refused-decisions.ts'
import type { Spooled } from './spool/segment.ts'
import { writeSettled } from './spool/settled.ts'
import type { Spool } from './spool/spool.ts'
import {
  type Answer,
  type Outcome,
  problemOf,
  readGreeting,
  readOutcomes,
  type Transport,
} from './transport.ts'
import { Pause } from './pause.ts'

const batchMax = 500
const batchCharactersMax = 8 * 1_048_576
/** Persons asked about in one request at most. */
const heldMax = 1_000
const firstDelayMs = 100
const delayMaxMs = 30_000
/** How often the log is asked about those whom refused decisions are about. */
const greetEveryMs = 3_600_000
/** After so long with nothing to send, what the last segment holds is destroyed. */
const idleMs = 5_000

/** A decision that is settled, and how. */
export type Settled = { readonly source: string; readonly sequence: number } & Outcome

/** What a sender works with. */
export interface SenderParts {
  readonly source: string
  readonly files: SpoolFiles
  readonly spool: Spool
  readonly refused: RefusedDecisions
  readonly transport: Transport
  readonly now: () => Date
  /** Sends what has lain in the spool longer than the log remembers whom it erased. */
  readonly sendStale: boolean
  /** A drained segment of this size is destroyed at once. */
  readonly compactBytes: number
  readonly settled: (outcomes: readonly Settled[]) => void
  /** Told what keeps it from sending; null once it goes on. */
  readonly problem: (error: OperatingError | null) => void
}

/** Errors after which trying again helps nobody. */
const final: ReadonlySet<string> = new Set(['spool-corrupt', 'spool-stopped', 'storage-failed'])

/** The sender of one spool. */
export class Sender {
  readonly #parts: SenderParts
  readonly #pause = new Pause()
  #isStopping = false
  #request = new AbortController()
  #countMax = batchMax
  #failures = 0
  #problem: OperatingError | null = null
  /** Null before the first greeting. */
  #greetedAtMs: number | null = null
  #rememberedMs = Number.POSITIVE_INFINITY
  /** One step, or somebody else's work on the spool, at a time. */
  #turn: Promise<unknown> = Promise.resolve()
  readonly #running: Promise<void>

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#running = this.#run()
  }

  /** Why it will send nothing more until somebody has done something; null while it goes on. */
  get stopped(): OperatingError | null {
    return this.#problem !== null && final.has(this.#problem.code) ? this.#problem : null
  }

  /** There is something to send. */
  wake(): void {
    if (this.#failures === 0) this.#pause.end()
  }

  /** Breaks off what is on its way and does something with the spool while nothing is; what was on its way is sent again. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#request.abort()
    return this.#exclusively(work)
  }

  /** Ends after what is on its way, or after so long. */
  async stop(waitMs: number): Promise<void> {
    this.#isStopping = true
    this.#pause.end()
    const timer = setTimeout(() => this.#request.abort(), waitMs)
    await this.#running
    clearTimeout(timer)
  }

  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #run(): Promise<void> {
    // After whoever makes it has it.
    await Promise.resolve()
    while (!this.#isStopping && this.stopped === null)
      try {
        const isThereMore = await this.#exclusively(() => this.#step())
        this.#failures = 0
        this.#tell(null)
        if (!isThereMore) await this.#idle()
      } catch (error) {
        await this.#afterFailure(error)
      }
  }

  async #afterFailure(error: unknown): Promise<void> {
    if (this.#request.signal.aborted || this.#isStopping) return
    if (!(error instanceof OperatingError)) throw error
    this.#failures += 1
    this.#tell(error)
    if (this.stopped !== null) return
    const backOff = Math.min(delayMaxMs, firstDelayMs * 2 ** (this.#failures - 1))
    const asked = Number(error.details['retryAfterMs'] ?? 0)
    await this.#pause.begin(Math.max(asked, backOff * (0.5 + Math.random() / 2)), false)
  }

  /** Waits for something to send; destroys what is settled when nothing comes. */
  async #idle(): Promise<void> {
    const { spool } = this.#parts
    // INVARIANT: nothing is awaited between asking whether there is something to send and waiting for it.
    const isThereMore = () => this.#isStopping || spool.settled < spool.next
    if (isThereMore() || !(await this.#pause.begin(idleMs, true)) || isThereMore()) return
    await this.#exclusively(() => spool.compact())
    if (!isThereMore()) await this.#pause.begin(greetEveryMs, true)
  }

  #tell(error: OperatingError | null): void {
    if (this.#problem === error) return
    this.#problem = error
    this.#parts.problem(error)
  }

  /** One batch; false where there was none. */
  async #step(): Promise<boolean> {
    const { compactBytes, now, spool } = this.#parts
    this.#request = new AbortController()
    if (this.#greetedAtMs === null || now().getTime() - this.#greetedAtMs > greetEveryMs)
      await this.#greet()
    const batch = await spool.read(this.#countMax, batchCharactersMax)
    if (batch.length === 0) {
      if (spool.sizeBytes >= compactBytes) await spool.compact()
      return false
    }
    this.#refuseStale(batch)
    const answer = await this.#post(
      '/api/v1/decisions',
      `[${batch.map(({ text }) => text).join()}]`,
    )
    if (answer.status === 200) {
      await this.#take(batch, readOutcomes(answer.value, batch.length))
      this.#countMax = batchMax
    } else await this.#narrow(batch, answer)
    return true
  }

  #post(path: string, body: string): Promise<Answer> {
    return this.#parts.transport.post(path, body, this.#request.signal)
  }

  /** Asks how far the source has come, and destroys what is kept of persons erased since. */
  async #greet(): Promise<void> {
    const { now, refused, source, spool } = this.#parts
    const held: { readonly sequence: number; readonly subject: string; readonly time: string }[] =
      []
    for (const sequence of refused.sequences) {
      const { subject, time } = readSpooled((await refused.get(sequence))?.text ?? '{}')
      if (subject !== undefined) held.push({ sequence, subject, time })
    }
    for (let at = 0; at === 0 || at < held.length; at += heldMax) {
      const part = held.slice(at, at + heldMax)
      const asked = part.map(({ subject, time }) => ({ subject, time }))
      const answer = await this.#post('/api/v1/spools', JSON.stringify({ source, held: asked }))
      if (answer.status !== 200) throw notTaken(answer)
      const { next, erased, rememberedMs } = readGreeting(answer.value)
      if (next > spool.next)
        throw new OperatingError(
          'spool-stopped',
          `the log has numbers of \`${source}\` up to ${next - 1}, and this spool has given them up to ${spool.next - 1} only: it is an older copy, or another spool has the same source; begin a new spool under a new source, and send what this one holds with it`,
        )
      this.#rememberedMs = rememberedMs
      for (const n of erased) await refused.destroy(part[n]?.sequence ?? -1)
    }
    this.#greetedAtMs = now().getTime()
  }

  /** What has waited longer than the log remembers may be about somebody who was erased meanwhile. */
  #refuseStale(batch: readonly Spooled[]): void {
    const { now, sendStale } = this.#parts
    const oldestMs = now().getTime() - this.#rememberedMs
    const stale = batch.filter(({ spooledAtMs }) => spooledAtMs < oldestMs)
    if (sendStale || !stale.some(({ text }) => readSpooled(text).subject !== undefined)) return
    throw new OperatingError(
      'spool-stopped',
      `decisions from ${stale[0]?.sequence} on have waited longer than the log remembers whom it erased: erase from this spool whoever was erased since then, and open it with \`sendStale\``,
    )
  }

  async #take(batch: readonly Spooled[], outcomes: readonly Outcome[]): Promise<void> {
    const { files, refused, settled, source, spool } = this.#parts
    const all = batch.map(({ sequence, text }, n): Settled & { readonly text: string } => {
      const outcome = outcomes[n] ?? { status: 'refused', problem: 'it has no outcome' }
      return { source, sequence, text, ...outcome }
    })
    const end = (batch.at(-1)?.sequence ?? -1) + 1
    for (const one of all)
      if (one.status === 'refused') await refused.put(one)
      else if (refused.has(one.sequence)) await refused.destroy(one.sequence)
    if (all.some(({ status }) => status === 'refused')) await writeSettled(files, end)
    await spool.settle(end)
    settled(all.map(({ text: _text, ...one }) => one))
  }

  /** A batch that was not taken for what one of it says is sent in halves, until that one is found. */
  async #narrow(batch: readonly Spooled[], answer: Answer): Promise<void> {
    const problem = problemOf(answer)
    const isOfContent =
      answer.status === 413 ||
      problem?.code === 'decision-malformed' ||
      problem?.code === 'entry-too-large'
    if (!isOfContent || (batch.length === 1 && problem === null)) throw notTaken(answer)
    if (batch.length > 1) this.#countMax = Math.ceil(batch.length / 2)
    else await this.#take(batch, [{ status: 'refused', problem: problem?.detail ?? '' }])
  }
}

function notTaken(answer: Answer): OperatingError {
  const { status, retryAfterMs } = answer
  const problem = problemOf(answer)
  const isPassing = problem !== null && Reflect.get(errorRegistry, problem.code)?.retryable === true
  const what = problem === null ? '' : `: ${problem.detail}`
  return new OperatingError(
    isPassing ? 'server-unreachable' : 'server-refused',
    `the log answers ${status}${what}`,
    retryAfterMs === null ? {} : { details: { retryAfterMs } },
  )
}
