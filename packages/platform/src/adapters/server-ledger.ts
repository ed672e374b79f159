// A ledger whose commit point is in PostgreSQL and whose files are in a folder or a bucket, for one server or for
// several that share it.
// What changes files outside the ledger's own protocol (its key, what a killed server left half-written) happens
// while nobody publishes.

import { mkdir } from 'node:fs/promises'
import { type NoteSigner, parseVerifierKey } from '@proofhouse/evidence'
import {
  type Ledger,
  openLedger,
  openSharedLedger,
  type StagingLog,
  type TileStore,
} from '../ledger/index.ts'
import { DiskTileStore, removeTemporaryFiles } from './disk-tile-store.ts'
import { FileStagingLog } from './file-staging-log.ts'
import { checkLedgerKey, mirrored } from './ledger-directory.ts'
import { PostgresLockStore } from './postgres-lock-store.ts'
import { PostgresSharedLog } from './postgres-shared-log.ts'
import { type BucketAddress, S3Bucket } from './s3-bucket.ts'
import { S3StagingLog } from './s3-staging-log.ts'
import { S3TileStore } from './s3-tile-store.ts'
import { storageError } from './storage-error.ts'

/** How long to wait for another server that writes to the log. */
const lockWaitMs = 10_000

/** Where a server's ledger is. */
export interface ServerLedgerPlace {
  /** Address of a PostgreSQL database, with the user and how it signs on. */
  readonly databaseUrl: string
  readonly files:
    | { readonly folder: string }
    | { readonly bucket: BucketAddress; readonly retainDays: number | null }
}

/** The key of a ledger, both halves. */
interface ServerLedgerKey {
  readonly signer: NoteSigner
  readonly verifierKey: string
}

/** A place's files, opened. */
interface Files {
  /** The folder or the bucket, for messages. */
  readonly name: string
  readonly tiles: TileStore
  /** Only for one server at a time. */
  staging(): StagingLog
  /** Removes what a killed server left half-written. */
  tidy(): Promise<void>
}

/**
 * Opens the log named by the key's signer, creating it when there is none: for this server alone, or beside others
 * that share it.
 * @throws ledger-busy, ledger-corrupt (also when the log has another key), ledger-conflict, config-invalid,
 * storage-failed
 */
export async function openServerLedger(
  place: ServerLedgerPlace,
  key: ServerLedgerKey,
  {
    writers,
    waitMs = lockWaitMs,
    mirrorFolder = null,
  }: {
    readonly writers: 'one' | 'several'
    readonly waitMs?: number
    /** Folder that every checkpoint is kept in before it is published; null for none. */
    readonly mirrorFolder?: string | null
  },
): Promise<Ledger> {
  const opened = await openFiles(place.files)
  const tiles = await mirrored(opened.tiles, parseVerifierKey(key.verifierKey), mirrorFolder)
  const files = { ...opened, tiles }
  return writers === 'one'
    ? openAlone(place.databaseUrl, files, { key, waitMs })
    : openShared(place.databaseUrl, files, { key, waitMs })
}

/** With what to open. */
interface Opening {
  readonly key: ServerLedgerKey
  readonly waitMs: number
}

async function openAlone(url: string, files: Files, { key, waitMs }: Opening): Promise<Ledger> {
  const lock = await PostgresLockStore.open(url, key.signer.name, waitMs)
  try {
    await files.tidy()
    await checkLedgerKey(files.tiles, files.name, key.verifierKey)
    const stores = { tiles: files.tiles, lock, staging: files.staging(), signer: key.signer }
    return await openLedger(stores, parseVerifierKey(key.verifierKey))
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function openShared(url: string, files: Files, { key, waitMs }: Opening): Promise<Ledger> {
  const log = await PostgresSharedLog.open(url, key.signer.name, waitMs)
  try {
    await log.publishing(async () => {
      await files.tidy()
      await checkLedgerKey(files.tiles, files.name, key.verifierKey)
    })
    const stores = { tiles: files.tiles, log, signer: key.signer }
    return await openSharedLedger(stores, parseVerifierKey(key.verifierKey))
  } catch (error) {
    await log.release()
    throw error
  }
}

async function openFiles(files: ServerLedgerPlace['files']): Promise<Files> {
  if ('bucket' in files) {
    const bucket = new S3Bucket(files.bucket)
    return {
      name: files.bucket.bucket,
      tiles: await S3TileStore.open(bucket, files),
      staging: () => new S3StagingLog(bucket),
      // A put is whole or not there.
      tidy: () => Promise.resolve(),
    }
  }
  const { folder } = files
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw storageError(folder, cause)
  })
  return {
    name: folder,
    tiles: new DiskTileStore(folder),
    staging: () => new FileStagingLog(folder),
    tidy: () => removeTemporaryFiles(folder),
  }
}
