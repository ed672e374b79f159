// The log of a deployment's decisions: callers' decisions → whatever is waiting, sealed → keys and contents durable → entries
// committed in the ledger → acknowledged. The ledger's commit of one batch goes on beside the sealing of the next.
// INVARIANT: an entry is committed only after its content and its key are durable, and acknowledged only after that.
// INVARIANT: after any failure of a store the log refuses for ever; opening it again drops what was never committed.

import {
  type Bytes,
  type JsonValue,
  OperatingError,
  parseDecisionEntry,
} from '@proofhouse/evidence'
import type { Ledger } from '../ledger/index.ts'
import { checkDecision, type Decision, type OpenDeployment } from './decision.ts'
import { DecisionIndex } from './decision-index.ts'
import { Erasures } from './erasures.ts'
import type { IndexRow } from './index-segment.ts'
import { KeyPages, tagSizeBytes } from './key-pages.ts'
import { type LogState, LogStateFiles } from './log-state.ts'
import type { KeyWrapper, VaultFiles } from './ports.ts'
import {
  commitDecision,
  type CommittedDecision,
  openContent,
  randomBytes,
  sealContent,
  type SealPlace,
} from './sealing.ts'
import { Sources } from './sources.ts'
import { SubjectKeys, Tagger } from './subject-keys.ts'
import { type ContentAt, Vault } from './vault.ts'

/** Decisions of one commit at most. */
const batchMax = 4096
/** Decisions that may wait. One more is refused: memory stays bounded and callers learn to slow down. */
const waitingMax = 65_536
/** Batches whose entries the ledger has not committed yet, at most. */
const pipelineMax = 4

/** What a log stands on. */
export interface DecisionLogStores {
  readonly files: VaultFiles
  /** Its own: nothing else appends to it. */
  readonly ledger: Ledger
  readonly wrapper: KeyWrapper
}

/** What became of a decision that was handed in. */
export type Outcome =
  | { readonly status: 'accepted' | 'repeated'; readonly index: number }
  | { readonly status: 'refused'; readonly problem: string }

interface Waiting {
  readonly decision: Decision
  readonly committed: CommittedDecision
  readonly tag: Buffer
  readonly outcome: string
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

const nobody = Buffer.alloc(tagSizeBytes)

/** A decision log, open for writing. One process holds it at a time. */
export class DecisionLog {
  readonly place: SealPlace
  readonly stores: DecisionLogStores
  readonly state: LogStateFiles
  readonly index: DecisionIndex
  readonly vault: Vault
  readonly keys: SubjectKeys
  readonly tagger: Tagger
  readonly erasures: Erasures
  readonly sources = new Sources()
  readonly #opened: LogState
  readonly #deployments: ReadonlyMap<string, OpenDeployment>
  readonly #waiting: Waiting[] = []
  /** By source and sequence: handed in, not yet committed. */
  readonly #underWay = new Map<string, Promise<Outcome>>()
  #size = 0
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
    this.#deployments = opened.deployments
    const { epoch, keys } = opened.state
    this.index = new DecisionIndex(stores.files, place, epoch)
    this.vault = new Vault(stores.files, keys.table)
    this.keys = new SubjectKeys(new KeyPages(stores.files, place, epoch))
    this.tagger = new Tagger(keys.tag)
    this.erasures = new Erasures(stores.files)
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
    const files = new LogStateFiles(stores.files, stores.wrapper, place)
    const state = await files.open()
    const log = new DecisionLog(stores, place, { state, files, deployments })
    await log.#load()
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

  async #load(): Promise<void> {
    await this.erasures.open()
    await this.keys.open()
    let [from, last]: [{ index: number; file: number; offset: number }, IndexRow | null] = [
      { index: 0, file: 0, offset: 0 },
      null,
    ]
    await this.index.open((segment) => {
      for (const [source, sequence] of segment.sequences()) this.sources.add(source, sequence)
      last = segment.row(segment.count - 1)
      from = { index: last.index + 1, file: last.file, offset: last.offset + last.sizeBytes }
    })
    const { checkpoint } = await this.stores.ledger.checkpoint()
    this.#size = checkpoint.size
    await this.vault.open(from, checkpoint.size, (contents) => this.#index(contents))
  }

  /** Puts contents into the index that were sealed before it was last written. */
  async #index(contents: readonly ContentAt[]): Promise<void> {
    const [first] = contents
    if (first === undefined) return
    const entries = this.stores.ledger.read(first.index, first.index + contents.length)
    for await (const { index, entry } of entries) {
      const at = contents[index - first.index]
      if (at === undefined) continue
      const decision = parseDecisionEntry(entry)
      this.sources.add(decision.source, decision.sequence)
      const { source, sequence, deployment } = decision
      const told = await this.#toldBy(at, entry, deployment)
      const timeMs = Date.parse(decision.time)
      this.index.add({ ...at, ...told, index, timeMs, source, sequence, deployment })
    }
  }

  /** What a content says of the one it is about and of the outcome. */
  async #toldBy(at: ContentAt, entry: Bytes, deployment: string) {
    const sealed = await this.vault.read(at)
    const key = sealed === null ? null : await this.keys.key(at.key)
    if (sealed === null || key === null) return { tag: nobody, outcome: '', key: 0 }
    const content = openContent(key, sealed, { ...this.place, entry })
    if (content === null)
      throw new OperatingError(
        'ledger-corrupt',
        `the content of entry ${at.index} does not open in its place: it was changed or moved`,
      )
    const { subject, output } = content.groups
    const of = this.#deployments.get(deployment)
    const tag =
      of?.deployment.personal === false
        ? this.tagger.tagOf('deployment', deployment)
        : typeof subject === 'string'
          ? this.tagger.tagOf('subject', subject)
          : nobody
    return { tag, outcome: outcomeOf(of, output), key: at.key }
  }

  /**
   * Takes decisions, all of them in order; each one's outcome once it is durable, and not before.
   * @throws ledger-overloaded when too many wait; ledger-closed and what storage throws after a failure
   */
  async append(values: readonly JsonValue[]): Promise<readonly Outcome[]> {
    if (this.#failure !== null) throw this.#refusal()
    if (this.#waiting.length + values.length > waitingMax)
      throw new OperatingError(
        'ledger-overloaded',
        `${this.#waiting.length} decisions wait already`,
      )
    const outcomes = values.map((value) => this.#take(value))
    this.#running ??= this.#run()
    return Promise.all(outcomes)
  }

  #take(value: JsonValue): Promise<Outcome> {
    const checked = checkDecision(value, this.#deployments)
    if ('problem' in checked) return refused(checked.problem)
    const { decision, of } = checked
    const { source, sequence } = decision
    if (this.sources.has(source, sequence)) return this.#repeated(decision, of)
    if (this.sources.isBeyond(source, sequence))
      return refused('`sequence`: its source has left too many gaps; number from its last one on')
    let committed: CommittedDecision
    try {
      committed = commitDecision(decision, of)
    } catch (error) {
      if (error instanceof OperatingError) return refused(error.message)
      throw error
    }
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    this.sources.add(source, sequence)
    const tag = this.#tagOf(decision, of)
    const outcome = outcomeOf(of, decision.output)
    this.#waiting.push({ decision, committed, tag, outcome, resolve, reject })
    const name = `${source} ${sequence}`
    this.#underWay.set(name, promise)
    const forget = () => this.#underWay.delete(name)
    promise.then(forget, forget)
    return promise
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
    const same = await this.#isSame(decision, of, row)
    return same
      ? { status: 'repeated', index: row.index }
      : { status: 'refused', problem: '`sequence` has come from this source with other content' }
  }

  /** Whether a decision is the one committed in an entry. Of an erased one nobody can tell any more: it counts as the same. */
  async #isSame(decision: Decision, of: OpenDeployment, row: IndexRow): Promise<boolean> {
    const sealed = await this.vault.read(row)
    const key = sealed === null ? null : await this.keys.key(row.key)
    if (sealed === null || key === null) return true
    for await (const { entry } of this.stores.ledger.read(row.index, row.index + 1)) {
      const content = openContent(key, sealed, { ...this.place, entry })
      if (content === null) return false
      const again = commitDecision(decision, of, Buffer.from(content.recordSalt))
      return Buffer.from(entry).equals(again.entry)
    }
    return false
  }

  /** Does something while no decision is on its way. */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(async () => {
      await Promise.all(this.#commits)
      if (this.#failure !== null) throw this.#refusal()
      return work()
    })
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #run(): Promise<void> {
    // Lets everything that is about to be appended in this turn of the event loop join the batch.
    await nextTurn()
    while (this.#waiting.length > 0 && this.#failure === null) {
      const turn = this.#turn.then(() => this.#write())
      this.#turn = turn.catch(() => undefined)
      await turn.catch((error: unknown) => this.#fail(error))
      await nextTurn()
    }
    this.#running = null
  }

  async #write(): Promise<void> {
    const batch = this.#waiting.splice(0, batchMax)
    const first = this.#size
    try {
      // Now, and not when it was handed in: the subject may have been erased since, and needs a new one.
      const numbers = batch.map(({ tag }) => this.keys.numberFor(tag))
      for (const number of numbers) if (this.keys.held(number) === null) await this.keys.key(number)
      const contents = batch.map(({ committed }, n) => {
        const key = numbers[n] ?? 0
        const held = this.keys.held(key)
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
  async #commit(batch: readonly Waiting[], places: readonly ContentAt[]): Promise<void> {
    const { ledger } = this.stores
    const appended = batch.map(({ committed }) => ledger.append(committed.entry))
    const done = Promise.all(appended).then((indexes) => {
      for (const [n, { decision, tag, outcome, resolve }] of batch.entries()) {
        const at = places[n]
        const index = indexes[n]
        if (at === undefined || index !== at.index)
          throw new OperatingError('ledger-corrupt', 'another writer appends to this decision log')
        const { source, sequence, deployment, time } = decision
        this.index.add({
          ...at,
          tag,
          timeMs: Date.parse(time),
          deployment,
          outcome,
          source,
          sequence,
        })
        resolve({ status: 'accepted', index })
      }
    })
    await done.catch((error: unknown) => {
      for (const { reject } of batch) reject(error)
      this.#fail(error)
    })
    this.#commits.shift()
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal())
  }

  #refusal(): OperatingError {
    if (this.#failure instanceof OperatingError) return this.#failure
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
    await Promise.all(this.#commits)
    try {
      await this.index.settle()
    } finally {
      await this.stores.ledger.close()
    }
  }
}

const refused = (problem: string): Promise<Outcome> =>
  Promise.resolve({ status: 'refused', problem })

function outcomeOf(of: OpenDeployment | undefined, output: JsonValue | undefined): string {
  const name = of?.deployment.outcome
  if (name === undefined || typeof output !== 'object' || output === null) return ''
  const value: unknown = Object.hasOwn(output, name) ? Reflect.get(output, name) : ''
  return typeof value === 'string' || typeof value === 'boolean' ? String(value).slice(0, 128) : ''
}

const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
