// What the use cases need from the world. `compose.ts` builds one of these; nothing here knows a driver.

import type { Bytes, DsseVerifier } from '@proofhouse/evidence'
import type { HttpServers, KeylessChecker, ModelFiles } from '../artifacts/index.ts'
import type { ArtifactBlobs } from '../artifacts/store/index.ts'
import type { GitHistory, SearchedFiles } from '../artifacts/secrets/index.ts'
import type { ReadableFiles } from '../artifacts/inventory/index.ts'
import type { DataSource, ModelRunner } from '../assess/index.ts'
import type { DecisionLog, KeyWrapper, OpenDeployment } from '../decisions/index.ts'
import type {
  HeldKey,
  HeldKeyPlace,
  KeyFiles,
  KeyProvider,
  KeyStore,
  ProviderSettings,
  SigningKey,
} from '../keys/index.ts'
import type {
  LeafHasher,
  Ledger,
  LockStore,
  ProjectionStore,
  StatementRow,
  StatementSearch,
  TileStore,
  Witness,
  Witnesses,
  WitnessServer,
} from '../ledger/index.ts'
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
  /**
   * Replaces the file in one step, creating folders; a reader sees the old or the new, and the old where the
   * content fails to come.
   * @throws file-unwritable; what the content throws
   */
  write(path: string, content: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void>
  /** What stands at the path; null for nothing. */
  kind(path: string): Promise<'file' | 'folder' | null>
}

/** A folder of evidence: keys, ledger and blobs. Only one process at a time has a workspace open for writing. */
export interface Workspace {
  readonly folder: string
  readonly ledger: Ledger
  /** Those that the workspace's `witnesses.policy` names; null without that file. */
  readonly witnesses: Witnesses | null
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

/** A prefix of a bucket, and who asks. */
export interface BucketPlace {
  readonly endpoint: string | null
  readonly region: string
  readonly bucket: string
  readonly prefix: string
  /** Null takes the machine's own role or profile. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
}

/** Where a decision log is kept on servers. */
export interface DecisionPlaces {
  /** Of a PostgreSQL database: the commit point of the log, and who may write. */
  readonly databaseUrl: string
  readonly ledger:
    | { readonly folder: string }
    | { readonly bucket: BucketPlace; readonly retainDays: number | null }
  /** Sealed contents and keys; null for the database. */
  readonly vault: BucketPlace | null
}

/** A workspace's decision log, open for writing. */
interface OpenedDecisions {
  readonly log: DecisionLog
  /** The log's public key in one line. */
  readonly verifierKey: string
  close(): Promise<void>
}

/** A witness that answers requests. */
export interface WitnessListener {
  /** Its submission prefix. */
  readonly url: string
  /** Ends once the requests under way have been answered, in bounded time. */
  close(): Promise<void>
}

/** What asking witnesses, and being one, needs of the world. */
interface WitnessPorts {
  /** The server with this submission prefix. @throws usage-invalid */
  server(url: string): WitnessServer
  /** Adds cosignatures to a ledger's published checkpoint; false when it has moved on. @throws ledger-busy, ledger-corrupt */
  publishCosigned(folder: string, note: string): Promise<boolean>
  /** What a witness remembers of these logs, by origin. @throws ledger-busy, ledger-corrupt, storage-failed */
  openState(folder: string, origins: readonly string[]): Promise<ReadonlyMap<string, LockStore>>
  /** Answers requests over HTTP. @throws usage-invalid when nobody can listen there */
  listen(
    witness: Pick<Witness, 'addCheckpoint' | 'latest'>,
    address: { readonly host: string; readonly port: number },
  ): Promise<WitnessListener>
}
/**
 * Opens the file of an index, making it when there is none; a file that is no index is refused, or replaced when asked.
 * @throws storage-failed
 */
export type OpenStatementIndex = (file: {
  readonly path: string
  readonly replace: boolean
}) => Promise<ProjectionStore<StatementRow> & StatementSearch>

/** Answers an operator: whoever may read, receipt and erase what a decision log holds. */
export interface Operator {
  /** Of the program that answers: both ends of a conversation are of one version. */
  readonly version: string
  /** Does a piece of work; what it answers is a value of JSON. @throws usage-invalid and what the work throws */
  operate(name: string, request: unknown): Promise<unknown>
}

/** How commands find whoever holds a workspace: a socket in it that is its owner's alone. */
interface Operators {
  /** @throws storage-failed where no socket can be made */
  listen(folder: string, operator: Operator): Promise<{ close(): Promise<void> }>
  /**
   * Asks whoever holds the workspace; null when nobody listens.
   * @throws file-unreadable for a socket that is not ours, server-unreachable when no answer came, and what the work
   *   throws
   */
  ask(folder: string, name: string, request: unknown): Promise<{ readonly result: unknown } | null>
}

/** Everything the use cases are given. */
export interface Services {
  readonly files: Files
  /** What a variable of the environment holds; null for nothing. */
  readonly variable: (name: string) => string | null
  readonly now: () => Date
  readonly newId: () => string
  /** Account of the system under which the program runs. */
  readonly user: () => string
  readonly toolVersion: string
  readonly data: DataSource
  readonly models: ModelRunner
  /** Opens the workspace, creating keys and ledger on first use. @throws ledger-busy, ledger-corrupt, file-unreadable */
  openWorkspace(folder: string): Promise<Workspace>
  /** The files of a ledger, for reading. @throws ledger-missing */
  openLedgerFiles(folder: string): Promise<TileStore>
  /** The files of a mirror of checkpoints; the folder is made when there is none. @throws storage-failed */
  openMirrorFiles(folder: string): Promise<TileStore>
  readonly openStatementIndex: OpenStatementIndex
  /** What a folder keeps by digest. */
  blobs(folder: string): BlobStore
  /** The program of the page that verifies receipts and packs, for a browser. @throws file-missing */
  verifierProgram(): Promise<string>
  /** Starts threads that hash; the caller closes them. */
  startLeafHasher(folder: string): Promise<LeafHasher>
  /**
   * Opens the decision log of a workspace, creating it and its keys on first use.
   * @throws ledger-busy, ledger-corrupt, key-provider-unavailable, config-invalid, storage-failed
   */
  openDecisions(
    workspace: Workspace,
    given: {
      readonly tenant: string
      readonly wrapper: KeyWrapper
      /** Null for the workspace's own folder. */
      readonly places: DecisionPlaces | null
      /** What the evidence log states of the deployments of a log, by its origin. */
      readonly deployments: (origin: string) => Promise<ReadonlyMap<string, OpenDeployment>>
    },
  ): Promise<OpenedDecisions>
  /** Listens for decisions over HTTP. @throws usage-invalid when the address is taken */
  listenForDecisions(
    log: DecisionLog,
    at: {
      readonly host: string
      readonly port: number
      readonly token: string
      /** Who answers those that show the operator's token here; null where nobody does. */
      readonly operator: { readonly token: string; readonly answers: Operator } | null
      /** Told when the log has failed. */
      readonly failed: (error: unknown) => void
    },
  ): Promise<{ readonly address: string; close(): Promise<void> }>
  readonly operators: Operators
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
  /** A private key that its provider holds. @throws key-missing, key-unsupported, key-provider-unavailable, key-provider-refused */
  openHeldKey(
    place: HeldKeyPlace,
    secret: (path: string, what: 'token' | 'PIN') => Promise<string>,
  ): Promise<HeldKey>
  /** The blobs of a store of artifacts: a folder, or a bucket as `s3://…`. @throws config-invalid, storage-failed */
  openArtifactBlobs(name: string): Promise<ArtifactBlobs>
  /** The store of wrapped keys in a folder. */
  openKeyStore(folder: string): KeyStore
  readonly modelFiles: ModelFiles
  readonly readableFiles: ReadableFiles
  readonly searchedFiles: SearchedFiles
  readonly gitHistory: GitHistory
  readonly keyless: KeylessChecker
  readonly httpServers: HttpServers
  readonly witnessing: WitnessPorts
}
