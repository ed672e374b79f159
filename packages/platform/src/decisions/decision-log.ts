// The log of a deployment's decisions: callers' decisions → whatever is waiting, sealed → keys and contents durable → entries
// committed in the ledger → acknowledged. The ledger's commit of one batch goes on beside the sealing of the next.
// INVARIANT: an entry is committed only after its content and its key are durable, and acknowledged only after that.
// INVARIANT: after any failure of a store the log refuses for ever; opening it again drops what was never committed.

import { type JsonValue, OperatingError } from '@proofhouse/evidence'
import { checkDecision, type Decision, type OpenDeployment } from './decision.ts'
import { DecisionIndex } from './decision-index.ts'
import { Erasures } from './erasures.ts'
import { GuardedFiles } from './guarded-files.ts'
import { KeyPages, tagSizeBytes } from './key-pages.ts'
import { LateArrivals } from './late-arrivals.ts'
import type { DecisionLogStores, LogParts } from './log-parts.ts'
import { type LogState, LogStateFiles } from './log-state.ts'
import { load, outcomeOf } from './opening.ts'
import { isSame } from './repeats.ts'
import {
  commitDecision,
  type CommittedDecision,
  randomBytes,
  sealContent,
  type SealPlace,
} from './sealing.ts'
import { Sources } from './sources.ts'
import { SubjectKeys, Tagger } from './subject-keys.ts'
import { type PlacedContent, Vault } from './vault.ts'
import { type Outcome, type Waiting, WaitingDecisions } from './waiting-decisions.ts'

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
  readonly sources = new Sources()
  readonly deployments: ReadonlyMap<string, OpenDeployment>
  readonly #opened: LogState
  readonly #waiting = new WaitingDecisions()
  /** By source and sequence: handed in, not yet committed. */
  readonly #underWay = new Map<string, Promise<Outcome>>()
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
  }

  /**
   * Opens a log, making it when there is none. Contents of entries that were never committed are removed.
   * @throws ledger-corrupt when contents or keys are damaged; key-provider-unavailable; storage-failed
   */
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

  /**
   * Takes decisions, all of them in order; each one's outcome once it is durable, and not before.
   * @throws ledger-overloaded when too many wait; ledger-closed and what storage throws after a failure
   */
  async append(values: readonly JsonValue[]): Promise<readonly Outcome[]> {
    if (this.#failure !== null || this.#isClosing) throw this.#refusal()
    if (!this.#waiting.hasRoom(values.length))
      throw new OperatingError('ledger-overloaded', `${this.#waiting.count} decisions wait already`)
    const outcomes = values.map((value) => this.#take(value))
    this.#running ??= this.#run()
    return Promise.all(outcomes)
  }

  #take(value: JsonValue): Promise<Outcome> {
    const checked = checkDecision(value, this.deployments)
    if ('problem' in checked) return refused(checked.problem)
    const { decision, of } = checked
    const { source, sequence } = decision
    if (this.sources.has(source, sequence)) return this.#repeated(decision, of)
    if (this.sources.isBeyond(source, sequence))
      return refused('`sequence`: its source has left too many gaps; number from its last one on')
    const tag = this.#tagOf(decision, of)
    if (this.late.covers(tag, decision.time)) return this.#takeEmptied(decision)
    let committed: CommittedDecision
    try {
      committed = commitDecision(decision, of)
    } catch (error) {
      if (error instanceof OperatingError) return refused(error.message)
      throw error
    }
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    this.sources.add(source, sequence)
    const outcome = outcomeOf(of, decision.output)
    this.#waiting.add({ decision, committed, tag, outcome, resolve, reject })
    const name = `${source} ${sequence}`
    this.#underWay.set(name, promise)
    const forget = () => this.#underWay.delete(name)
    promise.then(forget, forget)
    return promise
  }

  /** A decision about somebody who was erased after it was made: it gets its entry, and nothing of it is kept. */
  async #takeEmptied({ source, sequence, time, deployment }: Decision): Promise<Outcome> {
    const outcome = await this.#take({ source, sequence, time, deployment, erased: true })
    return outcome.status === 'accepted' ? { ...outcome, status: 'erased' } : outcome
  }

  #tagOf(decision: Decision, { deployment }: OpenDeployment): Buffer {
    if (deployment.personal === false) return this.tagger.tagOf('deployment', deployment.id)
    if (decision.subject !== undefined) return this.tagger.tagOf('subject', decision.subject)
    return randomBytes(tagSizeBytes)
  }

  /** A decision with a number that has come: the same again, or another one under its number. */
  async #repeated(decision: Decision, of: OpenDeployment): Promise<Outcome> {
    const { source, sequence } = decision
    const before = this.#underWay.get(`${source} ${sequence}`)
    if (before !== undefined) await before
    const row = await this.index.rowOf(source, sequence)
    if (row === null) return refused('`sequence` has come, and its decision is not to be found')
    const same = await isSame(this, decision, of, row)
    return same
      ? { status: 'repeated', index: row.index }
      : { status: 'refused', problem: '`sequence` has come from this source with other content' }
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
      const before = this.#waiting.count
      await this.#write().catch((error: unknown) => {
        this.#fail(error)
      })
      left -= Math.max(1, before - this.#waiting.count)
    }
  }

  async #run(): Promise<void> {
    // Lets everything that is about to be appended in this turn of the event loop join the batch.
    await nextTurn()
    while (this.#waiting.count > 0 && this.#failure === null) {
      const turn = this.#turn.then(() => this.#write())
      this.#turn = turn.catch(() => undefined)
      await turn.catch((error: unknown) => this.#fail(error))
      await nextTurn()
    }
    this.#running = null
  }

  async #write(): Promise<void> {
    const batch = this.#waiting.takeBatch()
    if (batch.length === 0) return
    const first = this.#size
    try {
      // Now, and not when it was handed in: the subject may have been erased since, and needs a new one.
      const numbers = batch.map(({ tag }) => this.keys.numberFor(tag))
      const keys = numbers.map((number) => this.keys.held(number))
      for (const [n, number] of numbers.entries()) keys[n] ??= await this.keys.key(number)
      const contents = batch.map(({ committed }, n) => {
        const [key, held] = [numbers[n] ?? 0, keys[n] ?? null]
        if (held === null)
          throw new OperatingError('ledger-corrupt', `the key ${key} of a subject is not there`)
        return { key, sealed: sealContent(held, committed, this.place) }
      })
      const [places] = await Promise.all([this.vault.append(first, contents), this.keys.commit()])
      this.#size += batch.length
      const committed = this.#commit(batch, places)
      this.#commits.push(committed)
      if (this.#commits.length >= pipelineMax) await this.#commits[0]
      await this.index.settle()
    } catch (error) {
      for (const { reject } of batch) reject(error)
      throw error
    }
  }

  /** The entries of contents that are durable. Never rejects: a failure is the log's. */
  async #commit(batch: readonly Waiting[], places: readonly PlacedContent[]): Promise<void> {
    const { ledger } = this.stores
    try {
      const appended = batch.map(({ committed }) => ledger.append(committed.entry))
      this.#acknowledge(batch, places, await Promise.all(appended))
    } catch (error) {
      for (const { reject } of batch) reject(error)
      this.#fail(error)
    }
    void this.#commits.shift()
  }

  #acknowledge(
    batch: readonly Waiting[],
    places: readonly PlacedContent[],
    indexes: readonly number[],
  ): void {
    for (const [n, { decision, tag, outcome, resolve }] of batch.entries()) {
      const [at, index] = [places[n], indexes[n]]
      if (at === undefined || index !== at.index)
        throw new OperatingError('ledger-corrupt', 'another writer appends to this decision log')
      const { source, sequence, deployment, time } = decision
      const timeMs = Date.parse(time)
      this.index.add({ ...at, tag, timeMs, deployment, outcome, source, sequence }, at.batch)
      resolve({ status: 'accepted', index })
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
      await this.index.settle()
    } finally {
      await this.stores.files.close()
      await this.stores.ledger.close()
    }
  }
}

const refused = (problem: string): Promise<Outcome> =>
  Promise.resolve({ status: 'refused', problem })

const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
