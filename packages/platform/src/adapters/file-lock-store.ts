// The commit point in a file, and the right to write in the operating system's own hands. Node has
// no flock; SQLite takes the
// kernel's lock on a file and holds it until its process ends, however it ends, so there is never a
// stale lock to guess about. Nothing is
// ever stored in that file: it stays empty.

import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { OperatingError } from '@proofhouse/evidence'
import {
  committedPath,
  type DamagedSlot,
  decodeSlots,
  encodeSlot,
  lockPath,
  type LockStore,
  slotSizeBytes,
} from '../ledger/index.ts'
import { storageError } from './storage-error.ts'

const pollMs = 50
/** SQLITE_BUSY: another process holds the lock. */
const sqliteBusy = 5
/** SQLITE_NOTADB: the file is not empty. */
const sqliteNoDatabase = 26

/**
 * The kernel's lock on a file, created empty where there is none, until it is closed; null when
 * another holds it. @throws ledger-corrupt, storage-failed
 */
export function tryLock(path: string): DatabaseSync | null {
  const database = new DatabaseSync(path)
  try {
    // Without a journal on disk nothing is written, not even beside the file.
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA busy_timeout=0; BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy) return null
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteNoDatabase)
      throw new OperatingError(
        'ledger-corrupt',
        `\`${lockPath}\` is not empty; run \`proofhouse ledger fsck\``,
        { cause },
      )
    throw storageError(lockPath, cause)
  }
}

async function takeLock(folder: string, waitMs: number): Promise<DatabaseSync> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const lock = tryLock(join(folder, lockPath))
    if (lock !== null) return lock
    if (performance.now() > deadline)
      throw new OperatingError(
        'ledger-busy',
        `another process writes to the ledger in \`${folder}\` and did not finish in ${Math.round(waitMs / 1000)} s; try again later`,
      )
    await delay(pollMs)
  }
}

/** The lock store of a ledger directory. */
export class FileLockStore implements LockStore {
  readonly #lock: DatabaseSync
  readonly #file: number
  #note: string | null
  #sequence: number
  #damaged: DamagedSlot | null
  #released = false

  private constructor(
    lock: DatabaseSync,
    file: number,
    { current, damaged }: Pick<ReturnType<typeof decodeSlots>, 'current' | 'damaged'>,
  ) {
    this.#lock = lock
    this.#file = file
    this.#damaged = damaged
    this.#note = current?.note ?? null
    this.#sequence = current?.sequence ?? 0
  }

  /**
   * Takes the lock, waiting for another holder.
   * @throws ledger-busy, ledger-corrupt when neither slot is whole or one is cut off, storage-failed
   */
  static async open(folder: string, waitMs: number): Promise<FileLockStore> {
    const lock = await takeLock(folder, waitMs)
    try {
      const file = openSync(
        join(folder, committedPath),
        constants.O_RDWR | constants.O_CREAT,
        0o644,
      )
      const bytes = new Uint8Array(2 * slotSizeBytes)
      const length = readSync(file, bytes, 0, bytes.length, 0)
      const { current, damaged } = decodeSlots(bytes)
      const whole = length === bytes.length && current !== null
      if (!whole && bytes.some((byte) => byte !== 0))
        throw new OperatingError(
          'ledger-corrupt',
          `\`${committedPath}\` holds no whole checkpoint; run \`proofhouse ledger fsck\``,
        )
      if (length < bytes.length) {
        // The size never changes after this, so that a commit is one write in place.
        writeSync(file, bytes, length, bytes.length - length, length)
        fsyncSync(file)
        syncFolder(folder)
      }
      return new FileLockStore(lock, file, { current, damaged })
    } catch (cause) {
      lock.close()
      throw cause instanceof OperatingError ? cause : storageError(committedPath, cause)
    }
  }

  read(): Promise<string | null> {
    return Promise.resolve(this.#note)
  }

  get damaged(): DamagedSlot | null {
    return this.#damaged
  }

  swap(expected: string | null, next: string): Promise<void> {
    if (this.#released || expected !== this.#note)
      return Promise.reject(
        new OperatingError('ledger-conflict', 'the committed checkpoint is not the expected one'),
      )
    const sequence = this.#sequence + 1
    try {
      const slot = encodeSlot({ sequence, note: next })
      const at = (sequence % 2) * slotSizeBytes
      if (writeSync(this.#file, slot, 0, slot.length, at) !== slot.length)
        throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
      fdatasyncSync(this.#file)
    } catch (cause) {
      return Promise.reject(storageError(committedPath, cause))
    }
    this.#note = next
    this.#sequence = sequence
    this.#damaged = null
    return Promise.resolve()
  }

  release(): Promise<void> {
    if (!this.#released) {
      this.#released = true
      closeSync(this.#file)
      this.#lock.close()
    }
    return Promise.resolve()
  }
}

/** A new name in a folder is durable once the folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
