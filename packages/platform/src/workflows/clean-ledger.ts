// The use case `ledger clean`: removes partial files that full ones stand for.

import { removePartialFiles } from '../ledger/index.ts'
import type { Services } from './services.ts'
import { type LedgerFolder, openTrustedLedger } from './trusted-ledger.ts'

/** What was removed, of which ledger. */
export interface CleanedLedger {
  readonly origin: string
  readonly size: number
  readonly removed: number
  readonly full: number
}

/** Cleans a ledger up to its published checkpoint. @throws ledger-missing, ledger-corrupt, storage-failed, and what trust throws */
export async function cleanLedger(
  services: Pick<Services, 'files' | 'openLedgerFiles'>,
  request: LedgerFolder,
): Promise<CleanedLedger> {
  const { tiles, checkpoint } = await openTrustedLedger(services, request)
  const { origin, size } = checkpoint
  return { origin, size, ...(await removePartialFiles(tiles, checkpoint)) }
}
