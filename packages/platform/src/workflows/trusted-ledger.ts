// A ledger's files with the checkpoint that a reader believes: under a policy that is given, or under the key beside the log, which
// shows the ledger whole and not whose it is.

import {
  checkTrust,
  OperatingError,
  textOf,
  type TrustedCheckpoint,
  trustLogOnly,
  type TrustPolicy,
} from '@proofhouse/evidence'
import { checkpointPath, type TileStore, verifierKeyPath } from '../ledger/index.ts'
import type { Services } from './services.ts'
import { readTrust } from './trust-files.ts'

/** Which ledger, and whom to believe. */
export interface LedgerFolder {
  readonly folder: string
  /** File with the trust policy; null believes the key beside the log. */
  readonly trustPath: string | null
}

/** A ledger, open for reading. */
export interface TrustedLedger extends TrustedCheckpoint {
  readonly tiles: TileStore
  readonly trust: TrustPolicy
  /** The checkpoint, verbatim. */
  readonly note: string
}

/** Opens a ledger for reading. @throws ledger-missing, and what trust throws */
export async function openTrustedLedger(
  { files, openLedgerFiles }: Pick<Services, 'files' | 'openLedgerFiles'>,
  { folder, trustPath }: LedgerFolder,
): Promise<TrustedLedger> {
  const tiles = await openLedgerFiles(folder)
  const note = textOf((await tiles.read(checkpointPath)) ?? new Uint8Array())
  const trust = (await readTrust(files, trustPath)) ?? (await foundTrust(tiles, folder))
  return { tiles, trust, note, ...(await checkTrust(note, trust)) }
}

async function foundTrust(tiles: TileStore, folder: string): Promise<TrustPolicy> {
  const key = await tiles.read(verifierKeyPath)
  if (key === null)
    throw new OperatingError(
      'ledger-missing',
      `there is no \`${verifierKeyPath}\` in \`${folder}\`; name the ledger's key with --trust`,
    )
  return trustLogOnly(textOf(key))
}
