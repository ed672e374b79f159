// What a follower of a log feeds: rows made of entries, in a store of their own, beside the cursor that says how far it got. A
// projection is an index: it answers questions, can be rebuilt from the log at any time, and is never the record.
// INVARIANT: rows and cursor move in one transaction, so a crash at any point leaves each entry applied once or not at all.

import type { Bytes, JsonValue } from '@proofhouse/evidence'

/** How far a follower got, and in which log: the tree of that size must be a beginning of the log's. */
export interface Cursor {
  /** Name of the log. */
  readonly origin: string
  /** Number of entries applied. */
  readonly size: number
  /** Root of the tree of that size, in base64. */
  readonly root: string
}

/** A row of a projection. Every row names the entry it was made of. */
export type ProjectedRow = { readonly index: number } & { readonly [column: string]: JsonValue }

/** Entries, applied at once. */
export interface AppliedBatch<Row extends ProjectedRow> {
  /** The cursor as the follower knows it; null before the first batch. */
  readonly from: Cursor | null
  readonly to: Cursor
  readonly rows: readonly Row[]
}

/** Rows and cursor of one projection. */
export interface ProjectionStore<Row extends ProjectedRow> {
  /** Null where nothing was applied yet. @throws storage-failed */
  cursor(): Promise<Cursor | null>
  /**
   * Adds the rows and moves the cursor, both or neither.
   * @throws ledger-conflict when the cursor is not `from`: somebody else follows too; storage-failed
   */
  apply(batch: AppliedBatch<Row>): Promise<void>
  /** Every row there is, whatever the cursor says, in order of index. @throws storage-failed */
  rows(): AsyncIterable<Row>
  /** What the store itself finds wrong with its files, one line each. @throws storage-failed */
  problems(): Promise<readonly string[]>
  /** Forgets all rows and the cursor, both or neither. @throws storage-failed */
  clear(): Promise<void>
}

/** Makes a row of an entry. The same entry makes the same row, always. */
export type Project<Row extends ProjectedRow> = (
  entry: Bytes,
  place: { readonly index: number; readonly leaf: Uint8Array },
) => Promise<Row>
