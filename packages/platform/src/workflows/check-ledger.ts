// The use case `ledger fsck`: checks a ledger's files against its signed heads, and against a trust
// policy where one is given.

import { parseTrustPolicy, textOf } from '@proofhouse/evidence'
import { fsck, type FsckReport } from '../ledger/index.ts'
import type { Services } from './services.ts'

const policySizeMaxBytes = 1_000_000

interface CheckLedgerRequest {
  /** Folder of the ledger: the one that holds its `checkpoint`. */
  readonly folder: string
  /** File with the trust policy; null believes the key beside the log. */
  readonly trustFile: string | null
}

/**
 * Checks a ledger.
 * @throws ledger-missing, storage-failed; file-missing, trust-malformed and what keys throw for the
 *   policy
 */
export async function checkLedger(
  { folder, trustFile }: CheckLedgerRequest,
  services: Pick<Services, 'files' | 'openLedgerFiles' | 'startLeafHasher'>,
): Promise<FsckReport> {
  const trust =
    trustFile === null
      ? null
      : parseTrustPolicy(textOf(await services.files.read(trustFile, policySizeMaxBytes)))
  const tiles = await services.openLedgerFiles(folder)
  return fsck({ tiles, trust, startHasher: () => services.startLeafHasher() })
}
