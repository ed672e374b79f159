// Verifies what somebody was given about themselves, offline: every receipt in it, and that each shows what the file says of it.

import {
  encodeReceipt,
  type ExportedDecision,
  OperatingError,
  parseSubjectExport,
  type ReceiptTrust,
  type SubjectExport,
  verifyReceipt,
} from '@proofhouse/evidence'
import type { Services } from './services.ts'
import { receiptTrust, type TrustPaths } from './verify-receipt.ts'

/** Ten thousand decisions with everything in them. */
const exportSizeMaxBytes = 512 * 1_048_576

/** What an export proves. */
export interface ExportAnswer {
  readonly decisions: number
  readonly shown: number
  readonly erased: number
  readonly withheld: number
  /** Whether the log is the one that the given policy names. */
  readonly logEstablished: boolean
  /** What does not hold. */
  readonly problems: readonly { readonly index: number; readonly problem: string }[]
}

const verdicts = { shown: 'valid', erased: 'erased', withheld: 'withheld' } as const

/** @throws file-missing, receipt-malformed, trust-malformed, key-malformed */
export async function verifyExportFile(
  { files }: Pick<Services, 'files'>,
  { path, ...trustPaths }: TrustPaths & { readonly path: string },
): Promise<ExportAnswer> {
  const exported = parseSubjectExport(await files.read(path, exportSizeMaxBytes))
  const trust = await receiptTrust(files, trustPaths)
  const problems: { readonly index: number; readonly problem: string }[] = []
  for (const decision of exported.decisions) {
    const problem = await problemOf(decision, exported, trust)
    if (problem !== null) problems.push({ index: decision.index, problem })
  }
  const count = (state: string) => exported.decisions.filter((one) => one.state === state).length
  return {
    decisions: exported.decisions.length,
    shown: count('shown'),
    erased: count('erased'),
    withheld: count('withheld'),
    logEstablished: trust.decisions !== undefined,
    problems,
  }
}

async function problemOf(
  { index, state, supersedes, supersededBy, receipt }: ExportedDecision,
  { subject, log }: SubjectExport,
  trust: ReceiptTrust,
): Promise<string | null> {
  try {
    const report = await verifyReceipt(encodeReceipt(receipt), trust)
    if (report.origin !== log || report.index !== index) return 'its receipt is of another entry'
    if (report.verdict !== verdicts[state]) return `its receipt is ${report.verdict}`
    const about = report.revealed['subject']
    if (about !== undefined && about !== subject) return 'it is about somebody else'
    if ((report.entry.corrects?.index ?? null) !== supersedes)
      return 'it supersedes another entry than it says'
    const proven = report.supersededBy.map((by) => by.index)
    return supersededBy.slice(-proven.length).join() === proven.join() || proven.length === 0
      ? null
      : 'other entries supersede it than it says'
  } catch (error) {
    if (error instanceof OperatingError) return error.message
    throw error
  }
}
