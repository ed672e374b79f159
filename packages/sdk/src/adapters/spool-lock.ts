// The right to a spool, in the operating system's own hands. Node has no flock; SQLite takes the kernel's lock on a file and holds it
// until its process ends, however it ends, so that there is never a stale lock to guess about. The file stays empty.

import { DatabaseSync } from 'node:sqlite'
import { OperatingError } from '@proofhouse/evidence'

/** SQLITE_BUSY: another process holds the lock. */
const sqliteBusy = 5

/**
 * Takes the lock of a file, made where there is none, until it is closed.
 * @throws ledger-busy when another process has it
 */
export function takeSpoolLock(path: string): { close(): void } {
  const database = new DatabaseSync(path)
  try {
    // Without a journal on disk nothing is written, not even beside the file.
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA busy_timeout=0; BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy)
      throw new OperatingError(
        'ledger-busy',
        `another client has the spool of \`${path}\` open: give each process a spool and a source of its own`,
        { cause },
      )
    throw new OperatingError('storage-failed', `\`${path}\` cannot be locked`, { cause })
  }
}
