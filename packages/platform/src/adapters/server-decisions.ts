// The stores of a decision log on servers: its commit point, and who may write, in PostgreSQL; its vault there or in a bucket.
// The vault is taken before the ledger. So whoever has both knows all that an earlier server committed before it lost the vault, and no server
// commits entries whose contents it could not write: neither can cut off what the other acknowledged.

import type { NoteSigner } from '@proofhouse/evidence'
import type { VaultFiles } from '../decisions/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Services } from '../workflows/index.ts'
import { PostgresSession } from './postgres/session.ts'
import { holdLog } from './postgres-lock-store.ts'
import { PostgresVaultFiles } from './postgres-vault-files.ts'
import { S3Bucket } from './s3-bucket.ts'
import { S3VaultFiles } from './s3-vault-files.ts'
import { openServerLedger } from './server-ledger.ts'

/** Where they are. */
export type ServerPlaces = NonNullable<Parameters<Services['openDecisions']>[1]['places']>

/** How long to wait for another server that keeps the same log. */
const lockWaitMs = 10_000

/** Stores in use. */
export interface OpenedStores {
  readonly files: VaultFiles
  readonly ledger: Ledger
  /** Lets go of what the stores themselves leave open. Safe to repeat. */
  readonly close: () => Promise<void>
}

/**
 * Opens them for this server alone.
 * @throws ledger-busy, ledger-conflict, ledger-corrupt, config-invalid, storage-failed
 */
export async function openServerStores(
  places: ServerPlaces,
  key: { readonly signer: NoteSigner; readonly verifierKey: string },
  {
    mirrorFolder,
    waitMs = lockWaitMs,
  }: { readonly mirrorFolder: string | null; readonly waitMs?: number },
): Promise<OpenedStores> {
  const { databaseUrl } = places
  // The same name under another key is another log.
  const vault = `${key.signer.name}+${key.signer.keyId.toString(16).padStart(8, '0')}`
  const { files, close } =
    places.vault === null
      ? await inDatabase(databaseUrl, vault, waitMs)
      : await inBucket(databaseUrl, vault, { address: places.vault, waitMs })
  try {
    const place = { databaseUrl, files: places.ledger }
    const ledger = await openServerLedger(place, key, { writers: 'one', waitMs, mirrorFolder })
    return { files, ledger, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function inDatabase(url: string, vault: string, waitMs: number) {
  const files = await PostgresVaultFiles.open(url, vault, waitMs)
  return { files, close: () => files.close() }
}

/** A bucket knows no lock: a server that is started by mistake would take the vault from the one that works. */
async function inBucket(
  url: string,
  vault: string,
  {
    address,
    waitMs,
  }: { readonly address: NonNullable<ServerPlaces['vault']>; readonly waitMs: number },
) {
  const session = await PostgresSession.open(url)
  const bucket = new S3Bucket(address)
  const close = async () => {
    bucket.close()
    await session.end()
  }
  try {
    await holdLog(session, vault, { how: 'alone', waitMs, of: 'vault' })
    return { files: await S3VaultFiles.open(bucket), close }
  } catch (error) {
    await close()
    throw error
  }
}
