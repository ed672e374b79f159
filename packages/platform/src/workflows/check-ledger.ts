// The use case `ledger fsck`: checks a ledger's files against its signed heads, against a trust policy where one is given, and
// against a mirror of its checkpoints.

import { setTimeout as delay } from 'node:timers/promises'
import { OperatingError } from '@proofhouse/evidence'
import {
  checkMirror,
  checkpointPath,
  committedPath,
  type Finding,
  fsck,
  type FsckReport,
  mirrorIn,
  readCommittedHead,
  withFindings,
} from '../ledger/index.ts'
import type { Services } from './services.ts'
import { readTrust } from './trust-files.ts'
import { openTrustedLedger } from './trusted-ledger.ts'

/** How often a log that is being written to is looked at anew. */
const attemptsMax = 5
/** A batch on its way to its commit has arrived by then. */
const pauseMs = 200

export interface CheckLedgerRequest {
  /** Folder of the ledger: the one that holds its `checkpoint`. */
  readonly folder: string
  /** File with the trust policy; null believes the key beside the log. */
  readonly trustFile: string | null
  /** Folder of a mirror of checkpoints that the ledger must bear out; null for none. */
  readonly mirrorFolder: string | null
}

/** What a check found, and how much of a mirror it compared. */
export interface CheckedLedger extends FsckReport {
  /** Mirrored checkpoints that were compared; null without a mirror. */
  readonly mirrored: number | null
}

type CheckServices = Pick<
  Services,
  'files' | 'openLedgerFiles' | 'openMirrorFiles' | 'startLeafHasher'
>

/**
 * Checks a ledger, and what lies beside it.
 * @throws ledger-missing, storage-failed; file-missing, trust-malformed and what keys throw for the
 *   policy
 */
export async function checkLedger(
  request: CheckLedgerRequest,
  services: CheckServices,
): Promise<CheckedLedger> {
  const { mirrorFolder } = request
  const report = await checkFiles(request, services)
  if (mirrorFolder === null) return { ...report, mirrored: null }
  const { checkpoints, findings } = await compareMirror({ ...request, mirrorFolder }, services)
  return { ...withFindings(report, findings), mirrored: checkpoints }
}

/** Holds the published ledger against its mirror; a ledger that cannot be compared is a finding. */
async function compareMirror(
  { folder, trustFile, mirrorFolder }: CheckLedgerRequest & { readonly mirrorFolder: string },
  services: CheckServices,
): Promise<{ readonly checkpoints: number; readonly findings: readonly Finding[] }> {
  try {
    const ledger = await openTrustedLedger(services, { folder, trustPath: trustFile })
    const { log } = ledger.trust
    const { checkpoints, findings } = await checkMirror({
      notes: mirrorIn(await services.openMirrorFiles(mirrorFolder), log).notes(),
      verifier: log,
      log: ledger,
      committed: await readCommittedHead(ledger.tiles, log),
    })
    const told = findings.map(({ path, problem }) => ({ file: `mirror: ${path}`, problem }))
    return { checkpoints, findings: told }
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code === 'storage-failed') throw error
    const problem = `the ledger cannot be compared: ${error.message}`
    return { checkpoints: 0, findings: [{ file: 'mirror: .', problem }] }
  }
}

async function checkFiles(
  { folder, trustFile }: CheckLedgerRequest,
  services: CheckServices,
): Promise<FsckReport> {
  const trust = await readTrust(services.files, trustFile)
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
