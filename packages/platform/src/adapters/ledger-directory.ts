// A ledger in a directory: opens its stores, creates it on first use, and writes its verifier key beside it.

import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  addSignatures,
  type NoteSigner,
  type NoteVerifier,
  OperatingError,
  parseNote,
  parseVerifierKey,
  textOf,
} from '@proofhouse/evidence'
import {
  checkpointPath,
  committedPath,
  type CosignableLedger,
  mirroredTiles,
  mirrorIn,
  openLedger,
  type TileStore,
  verifierKeyPath,
} from '../ledger/index.ts'
import { DiskTileStore, removeTemporaryFiles } from './disk-tile-store.ts'
import { FileLockStore } from './file-lock-store.ts'
import { FileStagingLog } from './file-staging-log.ts'
import { storageError } from './storage-error.ts'

/** How long to wait for another process that writes to the same ledger. */
const lockWaitMs = 10_000

/** How a ledger is opened. */
interface DirectoryOptions {
  readonly waitMs?: number
  /** Folder that every checkpoint is kept in before it is published; null for none. */
  readonly mirrorFolder?: string | null
}

/** The key of a ledger, both halves. */
interface DirectoryKey {
  readonly signer: NoteSigner
  readonly verifierKey: string
}

/**
 * Opens the ledger in a folder for writing, creating it when there is none.
 * @throws ledger-busy, ledger-corrupt (also when the folder's ledger has another key), storage-failed
 */
export async function openLedgerDirectory(
  folder: string,
  key: DirectoryKey,
  { waitMs = lockWaitMs, mirrorFolder = null }: DirectoryOptions = {},
): Promise<CosignableLedger> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw storageError(folder, cause)
  })
  await refuseIncompleteCopy(folder)
  const lock = await FileLockStore.open(folder, waitMs)
  try {
    await removeTemporaryFiles(folder)
    const tiles = new DiskTileStore(folder)
    await checkLedgerKey(tiles, folder, key.verifierKey)
    const staging = new FileStagingLog(folder)
    const verifier = parseVerifierKey(key.verifierKey)
    const stores = {
      tiles: await mirrored(tiles, verifier, mirrorFolder),
      lock,
      staging,
      signer: key.signer,
    }
    return await openLedger(stores, verifier)
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** The tiles, with every published checkpoint kept in a mirror where one is named. */
export async function mirrored(
  tiles: TileStore,
  log: NoteVerifier,
  mirrorFolder: string | null,
): Promise<TileStore> {
  if (mirrorFolder === null) return tiles
  return mirroredTiles(tiles, mirrorIn(await openMirrorFiles(mirrorFolder), log))
}

/** Without its commit point, a log that was published must not start anew, and nothing may be made in its place. */
async function refuseIncompleteCopy(folder: string): Promise<void> {
  if ((await exists(join(folder, checkpointPath))) && !(await exists(join(folder, committedPath))))
    throw new OperatingError(
      'ledger-corrupt',
      `the ledger in \`${folder}\` is a copy without \`${committedPath}\`: it can be read and checked, but not written; copy the folder whole, with the files whose names begin with a dot`,
    )
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/**
 * Writes a ledger's verifier key beside it, or compares the one that is there.
 * @throws ledger-corrupt when the ledger has another key, storage-failed
 */
export async function checkLedgerKey(
  tiles: TileStore,
  where: string,
  verifierKey: string,
): Promise<void> {
  const found = await tiles.read(verifierKeyPath)
  if (found === null) {
    await tiles.write(verifierKeyPath, Buffer.from(`${verifierKey}\n`))
    await tiles.sync([verifierKeyPath])
  } else if (textOf(found) !== `${verifierKey}\n`)
    throw new OperatingError(
      'ledger-corrupt',
      `the ledger in \`${where}\` belongs to another key than this one; restore its key or choose another place`,
    )
}

/**
 * Adds the signatures of a note to the published checkpoint of the ledger in a folder, under the ledger's lock, when it is still of
 * the same text; says whether it was. Verifies nothing.
 * @throws ledger-busy, ledger-corrupt, ledger-missing, storage-failed
 */
export async function addCosignatures(
  folder: string,
  note: string,
  { waitMs = lockWaitMs, mirrorFolder = null }: DirectoryOptions = {},
): Promise<boolean> {
  await refuseIncompleteCopy(folder)
  const files = await openLedgerFiles(folder)
  const key = await files.read(verifierKeyPath)
  const tiles =
    key === null ? files : await mirrored(files, parseVerifierKey(textOf(key).trim()), mirrorFolder)
  const lock = await FileLockStore.open(folder, waitMs)
  try {
    const bytes = await tiles.read(checkpointPath)
    const published = bytes === null ? null : textOf(bytes)
    const { text, signatures } = parseNote(note)
    if (published === null || parseNote(published).text !== text) return false
    await tiles.write(checkpointPath, Buffer.from(addSignatures(published, signatures)))
    await tiles.sync([checkpointPath])
    return true
  } finally {
    await lock.release()
  }
}

/**
 * The files of a ledger, for reading.
 * @throws ledger-missing when there is no checkpoint in the folder
 */
export async function openLedgerFiles(folder: string): Promise<TileStore> {
  try {
    await access(join(folder, checkpointPath))
  } catch (cause) {
    throw new OperatingError(
      'ledger-missing',
      `there is no ledger in \`${folder}\`: no file \`${checkpointPath}\`; give the folder that holds it`,
      { cause },
    )
  }
  return new DiskTileStore(folder)
}

/** The files of a mirror of checkpoints; the folder is made when there is none. @throws storage-failed */
export async function openMirrorFiles(folder: string): Promise<TileStore> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw storageError(folder, cause)
  })
  return new DiskTileStore(folder)
}
