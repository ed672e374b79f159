// A log that several servers write to, in PostgreSQL. A commit is one transaction: it locks the log's row, shows the writer what the others
// have committed since, stores the batch, compares the server's digest of it with the writer's own, and swaps the signed checkpoint for the
// one it began with. The row lock makes writers take turns; the comparison is what makes it safe.
// Publishing has a connection of its own, so that commits go on beside it.

import { hash } from 'node:crypto'
import { OperatingError } from '@proofhouse/evidence'
import type { SharedCommit, SharedLog, SharedState, StagedBatch } from '../ledger/index.ts'
import { PostgresSession } from './postgres/session.ts'
import { holdLog } from './postgres-lock-store.ts'

/** Batches read at a time: one may hold 8 MiB. */
const batchesPerQuery = 8

const conflict = (log: string) =>
  new OperatingError(
    'ledger-conflict',
    `the log \`${log}\` was taken over by a server that does not share it`,
  )

/** One writer's hold on a shared log. */
export class PostgresSharedLog implements SharedLog {
  readonly #committer: PostgresSession
  readonly #publisher: PostgresSession
  readonly #log: string

  private constructor(committer: PostgresSession, publisher: PostgresSession, log: string) {
    this.#committer = committer
    this.#publisher = publisher
    this.#log = log
  }

  /**
   * Joins the writers of a log, waiting for one that writes alone.
   * @throws ledger-busy, config-invalid, storage-failed
   */
  static async open(url: string, log: string, waitMs: number): Promise<PostgresSharedLog> {
    const committer = await PostgresSession.open(url)
    try {
      await holdLog(committer, log, { how: 'shared', waitMs })
      await committer.change(
        `INSERT INTO proofhouse.ledger_head (log) VALUES ($1)
         ON CONFLICT (log) DO UPDATE SET holder = NULL WHERE ledger_head.holder IS NOT NULL`,
        [log],
      )
      return new PostgresSharedLog(committer, await PostgresSession.open(url), log)
    } catch (error) {
      await committer.end()
      throw error
    }
  }

  commit(from: number, step: (state: SharedState) => Promise<SharedCommit | null>): Promise<void> {
    return this.#committer.transaction(async () => {
      const [head] = await this.#committer.query(
        'SELECT note FROM proofhouse.ledger_head WHERE log = $1 AND holder IS NULL FOR UPDATE',
        [this.#log],
      )
      if (head === undefined) throw conflict(this.#log)
      const note = typeof head['note'] === 'string' ? head['note'] : null
      const commit = await step({ note, batches: this.#batches(from) })
      if (commit === null) return
      if (commit.batch !== null) await this.#store(commit.batch)
      const changed = await this.#committer.change(
        `UPDATE proofhouse.ledger_head SET note = $3, commits = commits + 1
         WHERE log = $1 AND holder IS NULL AND note IS NOT DISTINCT FROM $2`,
        [this.#log, note, await commit.note()],
      )
      if (changed !== 1) throw conflict(this.#log)
    })
  }

  async publishing(work: () => Promise<void>): Promise<void> {
    const lock = `hashtextextended('proofhouse publication ' || $1, 0)`
    await this.#publisher.query(`SELECT pg_advisory_lock(${lock})`, [this.#log])
    try {
      await work()
    } finally {
      await this.#publisher.query(`SELECT pg_advisory_unlock(${lock})`, [this.#log])
    }
  }

  async forget(size: number): Promise<void> {
    await this.#publisher.change(
      'DELETE FROM proofhouse.ledger_batch WHERE log = $1 AND first_index + count <= $2',
      [this.#log, size],
    )
  }

  async release(): Promise<void> {
    await Promise.all([this.#committer.end(), this.#publisher.end()])
  }

  /** Stores a batch; what is about to be signed must be what the server holds. */
  async #store({ firstIndex, count, bundle }: StagedBatch): Promise<void> {
    const [stored] = await this.#committer.query(
      `INSERT INTO proofhouse.ledger_batch (log, first_index, count, bundle) VALUES ($1, $2, $3, $4)
       RETURNING encode(sha256(bundle), 'hex') AS digest`,
      [this.#log, firstIndex, count, bundle],
    )
    if (stored?.['digest'] !== hash('sha256', bundle, 'hex'))
      throw new OperatingError(
        'storage-failed',
        'PostgreSQL holds other bytes than it was sent; look at its network and its memory',
      )
  }

  async *#batches(from: number): AsyncIterable<StagedBatch> {
    for (let next = from; ; ) {
      const rows = await this.#committer.query(
        `SELECT first_index::float8 AS first_index, count, bundle FROM proofhouse.ledger_batch
         WHERE log = $1 AND first_index >= $2 ORDER BY first_index LIMIT $3`,
        [this.#log, next, batchesPerQuery],
      )
      for (const { first_index: firstIndex, count, bundle } of rows) {
        if (typeof firstIndex !== 'number' || typeof count !== 'number' || !Buffer.isBuffer(bundle))
          throw new Error('assertion failed: a batch has the types of its columns')
        yield { firstIndex, count, bundle: new Uint8Array(bundle) }
        next = firstIndex + count
      }
      if (rows.length < batchesPerQuery) return
    }
  }
}
