// What a witness remembers: for each log a folder named for its origin, with the note it cosigned last in two slots and a lock. Two
// witnesses started on one folder would each forget what the other cosigned: the second one is refused.

import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { OperatingError, sha256Hex, utf8 } from '@proofhouse/evidence'
import type { LockStore } from '../ledger/index.ts'
import { FileLockStore } from './file-lock-store.ts'
import { storageError } from './storage-error.ts'

/**
 * The stores of a witness's logs, by origin; whoever opened them releases them.
 * @throws ledger-busy when another witness has one of them, ledger-corrupt, storage-failed
 */
export async function openWitnessState(
  folder: string,
  origins: readonly string[],
): Promise<ReadonlyMap<string, LockStore>> {
  const stores = new Map<string, LockStore>()
  try {
    for (const origin of origins) {
      const path = join(resolve(folder), sha256Hex(utf8(origin)))
      makeDurably(path)
      stores.set(origin, await FileLockStore.open(path, 0))
    }
    return stores
  } catch (error) {
    for (const store of stores.values()) await store.release()
    if (error instanceof OperatingError && error.code === 'ledger-busy')
      throw new OperatingError(
        'ledger-busy',
        `another witness uses the state in \`${folder}\`; stop it, or give this one a folder and a key of its own`,
        { cause: error },
      )
    throw error
  }
}

/** A folder that a power cut took away would be a witness that forgot: every name on the way to it is made durable. */
function makeDurably(path: string): void {
  try {
    // Also when it was there: who made it may have been cut off before this.
    const first = mkdirSync(path, { recursive: true }) ?? path
    for (let at = path; ; at = dirname(at)) {
      const handle = openSync(dirname(at), 'r')
      try {
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      if (at === first) return
    }
  } catch (cause) {
    throw storageError(path, cause)
  }
}
