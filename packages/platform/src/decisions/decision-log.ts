// The log of a deployment's decisions: callers' decisions → whatever is waiting, sealed → keys and contents durable → entries
// committed in the ledger → acknowledged. The ledger's commit of one batch goes on beside the sealing of the next.
// INVARIANT: an entry is committed only after its content and its key are durable, and acknowledged only after that.
// INVARIANT: after any failure of a store the log refuses for ever; opening it again drops what was never committed.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type JsonValue, OperatingError } from '@proofhouse/evidence'
import { newCorrectionProblem } from './correcting.ts'
import { Corrections } from './corrections.ts'
import type { OpenDeployment } from './decision.ts'
import { DecisionIndex } from './decision-index.ts'
import { Erasures } from './erasures.ts'
import { GuardedFiles } from './guarded-files.ts'
import { KeyPages } from './key-pages.ts'
import { LateArrivals } from './late-arrivals.ts'
import type { DecisionLogStores, LogParts } from './log-parts.ts'
import { type LogState, LogStateFiles } from './log-state.ts'
import { load } from './opening.ts'
import { prepare, type Preparation, type Prepared } from './preparing.ts'
import { type Again, beyond, cameBefore, refused, settleAgain } from './repeats.ts'
import { sealContent, sealOverheadBytes, type SealPlace } from './sealing.ts'
import { Sources } from './sources.ts'
import { SubjectKeys, Tagger } from './subject-keys.ts'
import { type PlacedContent, Vault } from './vault.ts'
import { withoutLate } from './without-late.ts'
import {
  HandedIn,
  type Outcome,
  UnderWay,
  type Waiting,
  WaitingDecisions,
} from './waiting-decisions.ts'

/** Batches whose entries the ledger has not committed yet, at most. */
const pipelineMax = 4

/** A decision log, open for writing. One process holds it at a time. */
export class DecisionLog implements LogParts {
  readonly place: SealPlace
  readonly stores: DecisionLogStores
  readonly state: LogStateFiles
  readonly index: DecisionIndex
  readonly vault: Vault
  readonly keys: SubjectKeys
  readonly tagger: Tagger
  readonly erasures: Erasures
  readonly late: LateArrivals
  readonly corrections: Corrections
  readonly sources = new Sources()
  deployments: ReadonlyMap<string, OpenDeployment>
  /** Deployments under a hold: what comes late of them is kept whole. Whoever opens the log tells. */
  held: ReadonlySet<string> = new Set()
  readonly #opened: LogState
  readonly #waiting = new WaitingDecisions()
  /** Handed in, not yet committed. */
  readonly #underWay = new UnderWay()
  #size = 0
  #isClosing = false
  #running: Promise<void> | null = null
  #commits: Promise<void>[] = []
  #failure: unknown = null
  /** Whoever needs the log to themselves waits here, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(
    stores: DecisionLogStores,
    place: SealPlace,
    opened: {
      readonly state: LogState
      readonly files: LogStateFiles
      readonly deployments: ReadonlyMap<string, OpenDeployment>
    },
  ) {
    this.stores = stores
    this.place = place
    this.state = opened.files
    this.#opened = opened.state
    this.deployments = opened.deployments
    const { epoch, keys } = opened.state
    this.index = new DecisionIndex(stores.files, place, epoch)
    this.vault = new Vault(stores.files, keys.table)
    this.keys = new SubjectKeys(new KeyPages(stores.files, place, epoch))
    this.tagger = new Tagger(keys.tag)
    this.erasures = new Erasures(stores.files, keys.table)
    this.late = new LateArrivals(stores.files, place, epoch)
    this.corrections = new Corrections(stores, keys.table, place.origin)
  }

  /** Opens a log, or makes it; contents never committed go. @throws ledger-corrupt, key-provider-unavailable */
  static async open(
    stores: DecisionLogStores,
    place: SealPlace,
    deployments: ReadonlyMap<string, OpenDeployment>,
  ): Promise<DecisionLog> {
    const { checkpoint } = await stores.ledger.checkpoint()
    const guarded = new GuardedFiles(stores.files)
    const files = new LogStateFiles(guarded, stores.wrapper, place)
    const state = await files.open(checkpoint.size)
    const opened = { state, files, deployments }
    const log = new DecisionLog({ ...stores, files: guarded }, place, opened)
    guarded.tell((error) => {
      log.#fail(error)
    })
    await load(log, checkpoint.size)
    log.#size = checkpoint.size
    return log
  }

  /** Whether it was made by this opening. */
  get isNew(): boolean {
    return this.#opened.isNew
  }

  /** Entries committed and on their way. */
  get size(): number {
    return this.#size
  }

  /** The log's own keys. */
  get ownKeys(): LogState['keys'] {
    return this.#opened.keys
  }

  /** Takes decisions, in order; each one's outcome once it is durable. @throws ledger-overloaded, ledger-closed */
  async append(values: readonly JsonValue[]): Promise<readonly Outcome[]> {
    this.refuseMore(values.length)
    const prepared = values.map((value) => prepare(value, this.preparation))
    return this.take(prepared, () => values)
  }

  /** Takes decisions that were prepared, as `append` does. @param values as handed in, for numbers that come again */
  async take(
    prepared: readonly Prepared[],
    values: () => readonly JsonValue[],
  ): Promise<readonly Outcome[]> {
    this.refuseMore(prepared.length)
    const by = new HandedIn(prepared.length)
    for (const [n, decision] of prepared.entries())
      if (!('problem' in decision)) this.#take({ decision, by, n }, values)
      else {
        const before = cameBefore(this, () => values()[n])
        if (before === null) by.settle(n, refused(decision.problem))
        else this.#takeAgain({ decision: before, by, n }, values, decision.problem)
      }
    this.#running ??= this.#run()
    return by.outcomes
  }

  /** Refuses where so many more cannot wait. @throws ledger-overloaded; ledger-closed and what storage threw */
  refuseMore(count: number): void {
    if (this.#failure !== null || this.#isClosing) throw this.#refusal()
    if (!this.#waiting.hasRoom(count))
      throw new OperatingError('ledger-overloaded', `${this.#waiting.count} decisions wait already`)
  }

  /** Takes decisions under a declaration, or a new version of it, from now on. */
  declare(of: OpenDeployment): void {
    this.deployments = new Map(this.deployments).set(of.deployment.id, of)
  }

  /** What decisions are prepared with. */
  get preparation(): Preparation {
    return { deployments: this.deployments, tagger: this.tagger }
  }

  #take(one: Waiting, values: () => readonly JsonValue[], isChecked = false): void {
    const { source, sequence, isCorrection } = one.decision
    if (this.sources.has(source, sequence)) this.#takeAgain(one, values, null)
    else if (this.sources.isBeyond(source, sequence)) one.by.settle(one.n, beyond)
    else if (isCorrection && !isChecked) void this.#takeCorrection(one, values)
    else {
      this.sources.add(source, sequence)
      this.#underWay.add(one.decision)
      this.#waiting.add(one)
    }
  }

  /** A decision that supersedes another one, which is looked up first. Never rejects, as the next. */
  async #takeCorrection(one: Waiting, values: () => readonly JsonValue[]): Promise<void> {
    try {
      const problem = await newCorrectionProblem(this, one.decision)
      this.refuseMore(1)
      if (problem !== null) one.by.settle(one.n, refused(problem))
      else this.#take(one, values, true)
      this.#running ??= this.#run()
    } catch (error) {
      one.by.fail(error)
    }
  }

  #takeAgain(one: Again, values: () => readonly JsonValue[], problem: string | null): void {
    const isUnderWay = this.#underWay.has(one.decision)
    settleAgain(this, one, { value: () => values()[one.n], problem, isUnderWay })
  }

  /** Does something while no decision is on its way; those handed in before are written first. */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(async () => {
      await this.#drain()
      await Promise.all(this.#commits)
      if (this.#failure !== null || this.#isClosing) throw this.#refusal()
      return work()
    })
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #drain(): Promise<void> {
    for (let left = this.#waiting.count; left > 0 && this.#failure === null; ) {
      const batch = this.#waiting.takeBatch()
      // Counted as it is taken: what is handed in while it is written is not waited for, or this would not end.
      left -= Math.max(1, batch.length)
      await this.#write(batch).catch((error: unknown) => this.#fail(error))
    }
  }

  async #run(): Promise<void> {
    // Lets everything that is about to be appended in this turn of the event loop join the batch.
    await nextTurn()
    while (this.#waiting.count > 0 && this.#failure === null) {
      const turn = this.#turn.then(() => this.#write(this.#waiting.takeBatch()))
      this.#turn = turn.catch(() => undefined)
      await turn.catch((error: unknown) => this.#fail(error))
      await nextTurn()
    }
    this.#running = null
  }

  async #write(taken: readonly Waiting[]): Promise<void> {
    const batch = withoutLate(taken, this)
    if (batch.length === 0) return
    const first = this.#size
    try {
      // Now, and not when it was handed in: the subject may have been erased since, and needs a new one.
      const numbers = batch.map(({ decision }) => this.keys.numberFor(decision.tag))
      const keys = numbers.map((number) => this.keys.held(number))
      for (const [n, number] of numbers.entries()) keys[n] ??= await this.keys.key(number)
      const contents = batch.map(({ decision }, n) => {
        const [number, key] = [numbers[n] ?? 0, keys[n] ?? null]
        if (key === null)
          throw new OperatingError('ledger-corrupt', `the key ${number} of a subject is not there`)
        return {
          key: number,
          sizeBytes: decision.content.length + sealOverheadBytes,
          writeTo: (into: Buffer) => sealContent(key, decision, { at: this.place, into }),
        }
      })
      const [places] = await Promise.all([this.vault.append(first, contents), this.keys.commit()])
      this.#size += batch.length
      const committed = this.#commit(batch, places)
      this.#commits.push(committed)
      if (this.#commits.length >= pipelineMax) await this.#commits[0]
      await this.index.settle()
    } catch (error) {
      for (const { by } of batch) by.fail(error)
      throw error
    }
  }

  /** The entries of contents that are durable. Never rejects: a failure is the log's. */
  async #commit(batch: readonly Waiting[], places: readonly PlacedContent[]): Promise<void> {
    const { ledger } = this.stores
    try {
      const appended = batch.map(({ decision }) => ledger.append(decision.entry))
      this.#acknowledge(batch, places, await Promise.all(appended))
    } catch (error) {
      for (const { by } of batch) by.fail(error)
      this.#fail(error)
    }
    void this.#commits.shift()
  }

  #acknowledge(
    batch: readonly Waiting[],
    places: readonly PlacedContent[],
    indexes: readonly number[],
  ): void {
    for (const [n, one] of batch.entries()) {
      const [at, index] = [places[n], indexes[n]]
      if (at === undefined || index !== at.index)
        throw new OperatingError('ledger-corrupt', 'another writer appends to this decision log')
      const { tag, timeMs, deployment, outcome, source, sequence } = one.decision
      this.index.add({ ...at, tag, timeMs, deployment, outcome, source, sequence }, at.batch)
      this.#underWay.delete(one.decision)
      one.by.settle(one.n, { status: one.isLate === true ? 'erased' : 'accepted', index })
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#waiting.rejectAll(this.#refusal())
  }

  #refusal(): OperatingError {
    if (this.#failure instanceof OperatingError) return this.#failure
    if (this.#failure === null)
      return new OperatingError('ledger-closed', 'the decision log is closed')
    return new OperatingError(
      'ledger-closed',
      'the decision log closed itself after a failed write; what it acknowledged is safe, open it again',
      { cause: this.#failure },
    )
  }

  /** Waits for what is on its way, and lets others in. */
  async close(): Promise<void> {
    await this.#running
    await this.#turn
    this.#isClosing = true
    await this.#running
    await Promise.all(this.#commits)
    try {
      await (this.#failure === null ? this.index.keep() : this.index.settle())
    } finally {
      await this.stores.files.close()
      await this.stores.ledger.close()
    }
  }
}
