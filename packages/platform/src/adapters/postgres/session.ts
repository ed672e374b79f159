// One connection to PostgreSQL, kept for as long as its owner works: what the server grants to a session (a lock,
// a transaction) ends
// with it. Every wait has a bound. A connection that failed once is never used again: what its last statement did
// is not known.
// INVARIANT: a statement that returns is on the server's disk: sessions without synchronous commit, and servers
// without fsync, are
// refused or corrected when the session begins.

import { OperatingError } from '@proofhouse/evidence'
import { Client, type QueryResult } from 'pg'
import { migrate } from './migrations.ts'

/** Without a connection, or an answer, for so long, it is given up. */
const connectMaxMs = 10_000
const answerMaxMs = 30_000

/**
 * What every session runs under. A transaction whose process has stopped holds others up no longer than this, and
 * a server notices within half a minute that a machine is gone, so that its locks end.
 */
const settings = {
  default_transaction_isolation: 'read committed',
  idle_in_transaction_session_timeout: '10s',
  lock_timeout: '15s',
  statement_timeout: '20s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
} as const

/** A row by its columns. */
export type Row = Readonly<Record<string, unknown>>

/** One connection. */
export class PostgresSession {
  readonly #client: Client
  #failure: unknown = null
  #ended = false
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(client: Client) {
    this.#client = client
    // Without a listener, a connection that is cut while nothing is asked would end the process.
    client.on('error', (cause) => {
      this.#failure ??= cause
    })
  }

  /**
   * Connects, checks that commits are durable, and brings the tables up to date.
   * @throws storage-failed when the server does not answer; config-invalid when it would lose what it has committed
   */
  static async open(url: string): Promise<PostgresSession> {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: connectMaxMs,
      query_timeout: answerMaxMs,
      keepAlive: true,
      application_name: 'proofhouse',
    })
    const session = new PostgresSession(client)
    try {
      await client.connect()
      await session.query(
        'SELECT set_config(name, value, false) FROM json_each_text($1) AS setting (name, value)',
        [JSON.stringify(settings)],
      )
      await session.#requireDurability()
      await migrate(session)
      return session
    } catch (cause) {
      await session.end()
      throw cause instanceof OperatingError ? cause : postgresError(cause)
    }
  }

  /** Runs one statement, after those asked for before. @throws storage-failed; afterwards the session is of no use */
  async query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.#run(text, values)).rows
  }

  /** Runs one statement; gives how many rows it changed. @throws storage-failed */
  async change(text: string, values: readonly unknown[]): Promise<number> {
    return (await this.#run(text, values)).rowCount ?? 0
  }

  /**
   * Runs the work in a transaction: all of it is durable on return, or none of it ever happens. Nobody else may use
   * the session meanwhile.
   * @throws storage-failed, after which it is not known which of the two it is; whatever the work throws, after
   * which it is none
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.query('BEGIN')
    let result: T
    try {
      result = await work()
    } catch (cause) {
      if (this.#failure === null) await this.query('ROLLBACK')
      throw cause
    }
    await this.query('COMMIT')
    return result
  }

  /** Closes the connection. Safe to repeat. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    // A connection that is gone already has nothing more to close.
    await this.#client.end().catch(() => {})
  }

  #run(text: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    const done = this.#turn.then(() => this.#ask(text, values))
    // Whoever asked is told of a failure; the next one has its own turn.
    this.#turn = done.catch(() => {})
    return done
  }

  async #ask(text: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    if (this.#failure !== null || this.#ended) throw postgresError(this.#failure)
    try {
      return await this.#client.query<Row>(text, [...values])
    } catch (cause) {
      this.#failure ??= cause
      throw postgresError(cause)
    }
  }

  async #requireDurability(): Promise<void> {
    const [row] = await this.query(
      `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS whole_pages,
         current_setting('synchronous_commit') AS commits, pg_is_in_recovery() AS standby`,
    )
    if (row?.['standby'] === true)
      throw new OperatingError(
        'config-invalid',
        'the PostgreSQL server is a standby, which takes no writes; name the primary',
      )
    if (row?.['fsync'] !== 'on' || row['whole_pages'] !== 'on')
      throw new OperatingError(
        'config-invalid',
        'the PostgreSQL server runs with `fsync` or `full_page_writes` off: a power cut would lose what a ledger has ' +
          'acknowledged; turn both on',
      )
    // Its other values wait for this server's disk at least.
    if (row['commits'] === 'off')
      await this.query(`SELECT set_config('synchronous_commit', 'on', false)`)
  }
}

/** The operating error for a failed statement. Nothing of the address is told: it may hold a password. */
function postgresError(cause: unknown): OperatingError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  const why = cause instanceof Error ? cause.message : 'the connection is closed'
  return new OperatingError(
    'storage-failed',
    `PostgreSQL: ${why}${code}; whether the last change was made is known when it is opened again`,
    { cause },
  )
}
