// What a ledger needs of the world. Each port says what durable means; every adapter of a port passes the same
// contract suite.
// Paths are those of C2SP tlog-tiles, relative to the log's prefix, with forward slashes.

import type { Bytes } from '@proofhouse/evidence'
import type { DamagedSlot } from './committed-slots.ts'

/** Tiles, bundles and the published checkpoint, by path. */
export interface TileStore {
  /** The content; null when there is none. @throws storage-failed */
  read(path: string): Promise<Bytes | null>
  /**
   * Puts the content there in one step; not yet durable. `checkpoint` is replaced; of any other path there is one
   * content ever,
   * written again by whoever repairs a log, and a store may refuse another. @throws storage-failed, ledger-corrupt
   */
  write(path: string, content: Uint8Array): Promise<void>
  /** Makes everything written so far at these paths durable. @throws storage-failed */
  sync(paths: readonly string[]): Promise<void>
  /** Removes; nothing happens when there is none. @throws storage-failed */
  remove(path: string): Promise<void>
  /** Every path there is, in any order. */
  list(): AsyncIterable<string>
}

/** The commit point: the one signed checkpoint that decides what the log is. One holder at a time. */
export interface LockStore {
  /** The committed checkpoint's note; null before the first. @throws ledger-corrupt, storage-failed */
  read(): Promise<string | null>
  /** What damage left of a commit beside the one that `read` gives; null, or left out, where there is none. */
  readonly damaged?: DamagedSlot | null
  /**
   * Replaces the note when the present one is `expected`; durable on return.
   * @throws ledger-conflict when it is another; storage-failed
   */
  swap(expected: string | null, next: string): Promise<void>
  /** Lets others in. Safe to repeat. */
  release(): Promise<void>
}

/** Entries that are durable and not yet all in tiles: an append-only log of batches. */
export interface StagingLog {
  /** Appends one batch; on return it is durable and has been read back the same. @throws storage-failed */
  append(batch: StagedBatch): Promise<void>
  /**
   * Every batch that is whole, in order; a torn last one is dropped. @throws ledger-corrupt for damage before the
   * end
   */
  batches(): AsyncIterable<StagedBatch>
  /**
   * Forgets the batches that end at or before this size: their entries are durable elsewhere. @throws storage-
   * failed
   */
  forget(size: number): Promise<void>
  close(): Promise<void>
}

/** Consecutive entries of the log. */
export interface StagedBatch {
  /** Index of the first entry. */
  readonly firstIndex: number
  /** The entries as a bundle would hold them: `u16be length ‖ bytes` each. */
  readonly bundle: Bytes
  readonly count: number
}

/** What a shared log holds, as one moment sees it. */
export interface SharedState {
  /** The committed checkpoint's note; null before the first. */
  readonly note: string | null
  /** The batches from the size that was asked for on, in order; some of them may have been forgotten. */
  readonly batches: AsyncIterable<StagedBatch>
}

/** What a writer adds to a shared log. */
export interface SharedCommit {
  /** The entries; null for a log's first checkpoint, which has none. */
  readonly batch: StagedBatch | null
  /** The next note, asked for once the store has confirmed the batch's bytes. */
  note(): Promise<string>
}

/**
 * The commit point and the entries of a log that several writers share, in one store: both change in one step, so
 * that every batch there is committed, and none lies there in vain.
 */
export interface SharedLog {
  /**
   * Lets the writer see what is committed from a size on and add to it, while no other can commit; durable on
   * return. `step` gives null to add nothing.
   * @throws ledger-conflict when the log was taken over for one writer alone; storage-failed, after which the commit
   * may have been made
   */
  commit(from: number, step: (state: SharedState) => Promise<SharedCommit | null>): Promise<void>
  /** Runs the work while no other writer publishes. @throws storage-failed, and what the work throws */
  publishing(work: () => Promise<void>): Promise<void>
  /** Forgets the batches that end at or before this size; only while publishing. @throws storage-failed */
  forget(size: number): Promise<void>
  /** Lets go. Safe to repeat. */
  release(): Promise<void>
}
