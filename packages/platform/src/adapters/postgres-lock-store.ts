// The commit point of a log in one row of PostgreSQL, and the right to write to it. Two things guard the row:
// - the session's advisory lock, taken shared by writers that share a log and alone by one that does not. It refuses a second server
//   early, ends with the connection however that ends, and needs no clock. Nothing depends on it for safety.
// - the `holder`: opening writes a new random one, and a swap compares it together with the note, in one statement. Whoever opened last is
//   the only one who can commit. A server that was thought dead, and one that was started by mistake, find another holder.
// INVARIANT: a swap changes the row only if nobody opened or swapped since; what it wrote is on disk when it returns.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { OperatingError } from '@proofhouse/evidence'
import type { LockStore } from '../ledger/index.ts'
import { PostgresSession } from './postgres/session.ts'

const pollMs = 100

/** How to ask for the session's lock on a log: alone, or beside others that share it. */
const lockFunctions = {
  alone: 'pg_try_advisory_lock',
  shared: 'pg_try_advisory_lock_shared',
} as const

/** What a lock can be on, and what to do where another server has it. */
const lockedThings = {
  ledger: 'stop it, or open the log for shared writing everywhere',
  vault: 'stop it: one server at a time keeps decisions',
} as const

/**
 * Takes the session's lock on a log, or on the vault beside one, waiting for others; it is kept until the session ends.
 * @throws ledger-busy, storage-failed
 */
export async function holdLog(
  session: PostgresSession,
  log: string,
  {
    how,
    waitMs,
    of = 'ledger',
  }: {
    readonly how: keyof typeof lockFunctions
    readonly waitMs: number
    readonly of?: keyof typeof lockedThings
  },
): Promise<void> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const [row] = await session.query(
      `SELECT ${lockFunctions[how]}(hashtextextended('proofhouse ' || $1 || ' ' || $2, 0)) AS held`,
      [of, log],
    )
    if (row?.['held'] === true) return
    if (performance.now() > deadline)
      throw new OperatingError(
        'ledger-busy',
        `another server writes to the ${of === 'ledger' ? 'log' : of} \`${log}\` and did not finish in ${Math.round(waitMs / 1_000)} s; ` +
          lockedThings[of],
      )
    await delay(pollMs)
  }
}

/** The lock store of one log. */
export class PostgresLockStore implements LockStore {
  readonly #session: PostgresSession
  readonly #log: string
  readonly #holder: string

  private constructor(session: PostgresSession, log: string, holder: string) {
    this.#session = session
    this.#log = log
    this.#holder = holder
  }

  /**
   * Takes the log, waiting for another holder; from here on no earlier holder can commit.
   * @throws ledger-busy, config-invalid, storage-failed
   */
  static async open(url: string, log: string, waitMs: number): Promise<PostgresLockStore> {
    const session = await PostgresSession.open(url)
    try {
      await holdLog(session, log, { how: 'alone', waitMs })
      const holder = randomUUID()
      await session.change(
        `INSERT INTO proofhouse.ledger_head (log, holder) VALUES ($1, $2)
         ON CONFLICT (log) DO UPDATE SET holder = excluded.holder`,
        [log, holder],
      )
      return new PostgresLockStore(session, log, holder)
    } catch (error) {
      await session.end()
      throw error
    }
  }

  async read(): Promise<string | null> {
    const [row] = await this.#session.query(
      'SELECT note FROM proofhouse.ledger_head WHERE log = $1',
      [this.#log],
    )
    const note = row?.['note']
    return typeof note === 'string' ? note : null
  }

  async swap(expected: string | null, next: string): Promise<void> {
    const changed = await this.#session.change(
      `UPDATE proofhouse.ledger_head SET note = $4, commits = commits + 1
       WHERE log = $1 AND holder = $2 AND note IS NOT DISTINCT FROM $3`,
      [this.#log, this.#holder, expected, next],
    )
    if (changed !== 1)
      throw new OperatingError(
        'ledger-conflict',
        `the log \`${this.#log}\` was taken over by another server, or its committed checkpoint is not the expected one`,
      )
  }

  release(): Promise<void> {
    return this.#session.end()
  }
}
