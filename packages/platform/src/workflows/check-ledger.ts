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
import { checkAnchors } from './anchor-ledger.ts'
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

/** What a check found, and what it compared beside the ledger's own files. */
export interface CheckedLedger extends FsckReport {
  /** Anchors that were compared. */
  readonly anchors: number
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
  const anchors = await compareAnchors(request, services)
  if (mirrorFolder === null)
    return { ...withFindings(report, anchors.findings), anchors: anchors.count, mirrored: null }
  const mirror = await compareMirror({ ...request, mirrorFolder }, services)
  const findings = [...anchors.findings, ...mirror.findings]
  return { ...withFindings(report, findings), anchors: anchors.count, mirrored: mirror.count }
}

/** What was compared beside the ledger's own files. */
interface Compared {
  readonly count: number
  readonly findings: readonly Finding[]
}

/** Holds the published ledger against its anchors, each stamp against the certificate that it carries. */
async function compareAnchors(
  { folder, trustFile }: CheckLedgerRequest,
  services: CheckServices,
): Promise<Compared> {
  try {
    const ledger = await openTrustedLedger(services, { folder, trustPath: trustFile })
    const anchors = await checkAnchors(ledger, null)
    const findings = anchors.flatMap(({ path, problem }) =>
      problem === null ? [] : [{ file: path, problem }],
    )
    return { count: anchors.length, findings }
  } catch (error) {
    // Without a head that is believed there is nothing to hold them against; the check of the files has said so.
    if (!(error instanceof OperatingError) || error.code === 'storage-failed') throw error
    return { count: 0, findings: [] }
  }
}

/** Holds the published ledger against its mirror; a ledger that cannot be compared is a finding. */
async function compareMirror(
  { folder, trustFile, mirrorFolder }: CheckLedgerRequest & { readonly mirrorFolder: string },
  services: CheckServices,
): Promise<Compared> {
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
    return { count: checkpoints, findings: told }
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code === 'storage-failed') throw error
    const problem = `the ledger cannot be compared: ${error.message}`
    return { count: 0, findings: [{ file: 'mirror: .', problem }] }
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
    const report = await fsck({ tiles, trust, startHasher: () => services.startLeafHasher(folder) })
    if (report.ok || before === null || attempt === attemptsMax) return report
    // Someone who writes meanwhile is no damage: it is, if it is still there once nothing moves.
    const isMoving = report.findings.every(({ file }) => file.startsWith('.'))
    if (isMoving) await delay(pauseMs)
    if ((await heads()).equals(before)) return report
  }
}
