// The use case `ledger fsck`: checks a ledger's files against its signed heads, and against a trust
// policy where one is given.

import { setTimeout as delay } from 'node:timers/promises'
import { parseTrustPolicy, textOf } from '@proofhouse/evidence'
import { checkpointPath, committedPath, fsck, type FsckReport } from '../ledger/index.ts'
import type { Services } from './services.ts'

const policySizeMaxBytes = 1_000_000

/** How often a log that is being written to is looked at anew. */
const attemptsMax = 5
/** A batch on its way to its commit has arrived by then. */
const pauseMs = 200

export interface CheckLedgerRequest {
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
  const heads = async () => {
    const files = [checkpointPath, committedPath].map((path) => tiles.read(path))
    return Buffer.concat((await Promise.all(files)).map((bytes) => bytes ?? new Uint8Array()))
  }
  for (let attempt = 1; ; attempt++) {
    const before = await heads().catch(() => null)
    const report = await fsck({ tiles, trust, startHasher: () => services.startLeafHasher() })
    if (report.ok || before === null || attempt === attemptsMax) return report
    // Someone who writes meanwhile is no damage: it is, if it is still there once nothing moves.
    const isMoving = report.findings.every(({ file }) => file.startsWith('.'))
    if (isMoving) await delay(pauseMs)
    if ((await heads()).equals(before)) return report
  }
}
