// What the rest of the product may do with a ledger that is open for writing.

import type { Bytes, Checkpoint } from '@proofhouse/evidence'

/** An entry as it is read back. */
export interface ReadEntry {
  readonly index: number
  readonly entry: Bytes
}

/**
 * A ledger open for writing. One process holds it at a time. An entry is durable when `append` resolves, published when `checkpoint`
 * resolves after that, and witnessed when `Witnesses` has the quorum's cosignatures on that checkpoint.
 */
export interface Ledger {
  /**
   * Appends an entry; resolves with its index once it is durable, and not before.
   * @throws entry-too-large, ledger-overloaded when too many wait, storage-failed, ledger-closed after a
   *   failure or close
   */
  append(entry: Bytes): Promise<number>
  /** The committed checkpoint, published; its note has the cosignatures that it was given so far. */
  checkpoint(): Promise<{ readonly note: string; readonly checkpoint: Checkpoint }>
  /** The tlog-proof text of an entry against the committed checkpoint. @throws usage-invalid for an index beyond it */
  proof(index: number): Promise<string>
  /** Entries `from` to before `to`, checked against the tree. @throws ledger-corrupt */
  read(from: number, to: number): AsyncIterable<ReadEntry>
  /**
   * Writes everything out and lets others in. Safe to repeat.
   * @throws storage-failed when that failed and no caller has heard of it; what was acknowledged is safe all the same
   */
  close(): Promise<void>
}

/** A ledger whose published head takes cosignatures. */
export interface CosignableLedger extends Ledger {
  /**
   * Adds the signatures of a note to the published checkpoint when it is of the same text; says whether it was.
   * Verifies nothing. A failure is the caller's alone: appends and publication go on.
   * @throws note-malformed, storage-failed, ledger-closed
   */
  cosigned(note: string): Promise<boolean>
}
