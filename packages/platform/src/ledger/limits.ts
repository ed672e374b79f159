// The bounds of a ledger that is open for writing. Every queue and lag has one; tests make them small to reach them.

/** What a ledger may hold in memory, and how far its tiles may lag. */
export interface LedgerLimits {
  /** Entries of one batch at most: bounds how long the first caller of a batch waits for the last. */
  readonly batchEntriesMax: number
  /** Bytes of one batch at most, but for a single large entry. */
  readonly batchMaxBytes: number
  /** Entries that may wait. One more is refused: memory stays bounded and callers learn to slow down. */
  readonly waitingEntriesMax: number
  /** Bytes that may wait, likewise. */
  readonly waitingMaxBytes: number
  /** Full files waiting to be written, in bytes, before appends must wait. */
  readonly pendingMaxBytes: number
  /** Staged bytes after which tiles are made durable and the staging log is shortened: fewer means shorter stalls, more often. */
  readonly stagedMaxBytes: number
  /** Under load the checkpoint is published about this often; after a pause, and where somebody asks for it, at once. */
  readonly publishEveryMs: number
}

/** The bounds that every ledger has unless it is opened with others. */
export const ledgerLimits: LedgerLimits = {
  batchEntriesMax: 4_096,
  batchMaxBytes: 8 * 1_048_576,
  waitingEntriesMax: 65_536,
  waitingMaxBytes: 128 * 1_048_576,
  pendingMaxBytes: 64 * 1_048_576,
  stagedMaxBytes: 32 * 1_048_576,
  publishEveryMs: 1_000,
}
