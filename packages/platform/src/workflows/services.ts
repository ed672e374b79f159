// What the use cases need from the world. `compose.ts` builds one of these; nothing here knows a driver.

import type { Bytes, DsseVerifier } from '@proofhouse/evidence'
import type { HttpServers, KeylessChecker, ModelFiles } from '../artifacts/index.ts'
import type { GitHistory, SearchedFiles } from '../artifacts/secrets/index.ts'
import type { ReadableFiles } from '../artifacts/inventory/index.ts'
import type { DataSource, ModelRunner } from '../assess/index.ts'
import type {
  KeyFiles,
  KeyProvider,
  KeyStore,
  ProviderSettings,
  SigningKey,
} from '../keys/index.ts'
import type { LeafHasher, Ledger, TileStore } from '../ledger/index.ts'
import type { BlobStore, StatementRecorder } from '../registry/index.ts'

/** A file by content. */
export interface FileDigest {
  readonly sha256: string
  readonly sizeBytes: number
}

/** Files by path. Every error is an operating error that names the path. */
export interface Files {
  /** @throws file-missing, file-unreadable, limit-exceeded when larger than `sizeMaxBytes` */
  read(path: string, sizeMaxBytes: number): Promise<Bytes>
  /** SHA-256 of a file of any size, in bounded memory. @throws file-missing, file-unreadable */
  digest(path: string): Promise<FileDigest>
  /** Replaces the file in one step, creating folders; a reader sees the old or the new. @throws file-unwritable */
  write(path: string, content: Uint8Array | string): Promise<void>
  /** What stands at the path; null for nothing. */
  kind(path: string): Promise<'file' | 'folder' | null>
}

/** A folder of evidence: keys, ledger and blobs. Only one process at a time has a workspace open for writing. */
export interface Workspace {
  readonly folder: string
  readonly ledger: Ledger
  /** The ledger's public key in one line. */
  readonly verifierKey: string
  readonly recorder: StatementRecorder
  readonly blobs: BlobStore
  /** The workspace's signing key and its hint. */
  readonly signingKey: SigningKey & { readonly keyId: string }
  /** Believe the workspace's own signatures. */
  readonly verifiers: readonly DsseVerifier[]
  entries(): AsyncIterable<{ readonly index: number; readonly entry: Uint8Array }>
  close(): Promise<void>
}

/** Everything the use cases are given. */
export interface Services {
  readonly files: Files
  readonly now: () => Date
  readonly newId: () => string
  readonly toolVersion: string
  readonly data: DataSource
  readonly models: ModelRunner
  /** Opens the workspace, creating keys and ledger on first use. @throws ledger-busy, ledger-corrupt, file-unreadable */
  openWorkspace(folder: string): Promise<Workspace>
  /** The files of a ledger, for reading. @throws ledger-missing */
  openLedgerFiles(folder: string): Promise<TileStore>
  /** Starts threads that hash; the caller closes them. */
  startLeafHasher(): Promise<LeafHasher>
  readonly keyFiles: KeyFiles
  /** Opens the provider of the root key; secrets are read when they are needed. @throws usage-invalid, file-missing, key-malformed */
  openKeyProvider(
    settings: ProviderSettings,
    place: {
      /** Folder of root key files. */
      readonly folder: string
      readonly secret: (path: string, what: 'passphrase' | 'token' | 'PIN') => Promise<string>
    },
  ): Promise<{ readonly provider: KeyProvider; close(): void }>
  /** The store of wrapped keys in a folder. */
  openKeyStore(folder: string): KeyStore
  readonly modelFiles: ModelFiles
  readonly readableFiles: ReadableFiles
  readonly searchedFiles: SearchedFiles
  readonly gitHistory: GitHistory
  readonly keyless: KeylessChecker
  readonly httpServers: HttpServers
}
