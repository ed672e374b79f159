// Names of the files of a ledger directory. `checkpoint` and `tile/` are C2SP tlog-tiles; `ledger.vkey` is for people; the
// names with a dot are this program's own and mean nothing to other readers.

/** The published checkpoint. */
export const checkpointPath = 'checkpoint'

/** The log's verifier key in one line. */
export const verifierKeyPath = 'ledger.vkey'

/** Two slots with the committed checkpoint; see `committed-slots.ts`. */
export const committedPath = '.committed'

/** Always empty: the operating system's lock on it tells who may write. */
export const lockPath = '.lock'

/** Folder of the staging log's files, each named for the index of its first entry. Empty when the ledger was closed in good order. */
export const stagingFolder = '.staging'

/** Folder of checkpoints with their time stamps. */
export const anchorsFolder = 'anchors'

/** Name of a staging file: 16 digits, so that names sort as numbers do. */
export function stagingPath(firstIndex: number): string {
  return `${stagingFolder}/${String(firstIndex).padStart(16, '0')}`
}
