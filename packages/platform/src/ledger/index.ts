// Ledger: a transparency log that takes entries, proves them and can be checked.

export { type DamagedSlot, decodeSlots, encodeSlot, slotSizeBytes } from './committed-slots.ts'
export { earlierRoot } from './earlier-root.ts'
export { anchorPath, formatAnchor, isAnchorPath, parseAnchor } from './anchor-file.ts'
export { audit, type AuditReport, digestRows } from './followers/audit.ts'
export { follow, type FollowProgress } from './followers/follow.ts'
export type { AppliedBatch, Cursor, ProjectionStore } from './followers/projection.ts'
export type { StatementHit, StatementQuery, StatementSearch } from './followers/statement-index.ts'
export { projectStatements, type StatementRow } from './followers/statement-row.ts'
export { readCommittedHead } from './fsck/head.ts'
export { fsck, type FsckReport, withFindings } from './fsck/fsck.ts'
export type { Finding } from './fsck/findings.ts'
export type { BundlePaths, HashedFiles, LeafHasher } from './fsck/hash.ts'
export {
  checkpointPath,
  committedPath,
  lockPath,
  stagingFolder,
  stagingPath,
  verifierKeyPath,
} from './layout.ts'
export type { CosignableLedger, Ledger } from './ledger.ts'
export { checkMirror, mirroredTiles, mirrorIn } from './mirror.ts'
export { openLedger } from './open-ledger.ts'
export { hadRoot } from './prefix.ts'
export { removePartialFiles } from './partial-files.ts'
export type {
  LockStore,
  SharedCommit,
  SharedLog,
  SharedState,
  StagedBatch,
  StagingLog,
  TileStore,
} from './ports.ts'
export { openSharedLedger } from './shared-ledger.ts'
export { decodeStaging, recordHeader } from './staged-batch.ts'
export { readEntries, readTile } from './tile-reader.ts'
export { fastSha256 } from './tree-hash.ts'
export type { WitnessReply, WitnessServer } from './witness/ask-witness.ts'
export { Witness, type WitnessAnswer } from './witness/witness.ts'
export {
  Witnesses,
  type Witnessing,
} from './witness/witnesses.ts'
export { witnessServers } from './witness/witness-servers.ts'
export { parseWitnessedLogs } from './witness/witnessed-logs.ts'
