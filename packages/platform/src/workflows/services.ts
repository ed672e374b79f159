// What the use cases need from the world. `compose.ts` builds one of these; nothing here knows a driver.

import type { Bytes, DsseSigner, NoteSigner } from '@proofhouse/evidence'
import type { OpenDataset, ModelRunner } from '../assess/index.ts'
import type { Ledger, LedgerReader } from '../ledger/index.ts'

/** Files by path. Every error is an operating error that names the path. */
export interface Files {
  /** @throws file-missing, file-unreadable, limit-exceeded when larger than `sizeMaxBytes` */
  read(path: string, sizeMaxBytes: number): Promise<Bytes>
  /** SHA-256 of a file of any size, in bounded memory. @throws file-missing, file-unreadable */
  digest(path: string): Promise<FileDigest>
  /** Replaces the file in one step, creating folders; readers see the old or the new content. @throws file-unwritable */
  write(path: string, content: Uint8Array | string): Promise<void>
  exists(path: string): Promise<boolean>
  /** The absolute path. */
  resolve(...parts: readonly string[]): string
}

/** A file by content. */
export interface FileDigest {
  readonly sha256: string
  readonly sizeBytes: number
}
