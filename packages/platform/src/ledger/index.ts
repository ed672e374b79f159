// Ledger: a transparency log that takes entries, proves them and can be checked.

export { decodeSlots, encodeSlot, slotSizeBytes } from './committed-slots.ts'
export { fsck, type FsckReport } from './fsck/fsck.ts'
export { type BundleHashes, hashBundle, type LeafHasher } from './fsck/hash.ts'
export {
  checkpointPath,
  committedPath,
  lockPath,
  stagingFolder,
  stagingPath,
  verifierKeyPath,
} from './layout.ts'
export type { Ledger } from './ledger.ts'
export { openLedger } from './open-ledger.ts'
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
