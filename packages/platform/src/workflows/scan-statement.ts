// The statement of a scan (in-toto test-result v0.1) about the files by digest, and about their folder by its root digest.

import {
  type FileScan,
  fileScanField,
  makeStatement,
  type ResourceDescriptor,
  type Statement,
  type TestResult,
  testResult,
} from '@proofhouse/evidence'
import { type ScannedFile, scanRulesDigest, worstVerdict } from '../artifacts/scan/index.ts'
import { partsThatFit } from './record-in-workspace.ts'
import { scannerRecord, type ScannerRun } from './scanner-record.ts'

/** A scanned file, and the digest of what was scanned; null where it could not be read. */
export interface DigestedScan {
  readonly scanned: ScannedFile
  readonly sha256: string | null
}

/** A scan, and what it is about. */
export interface ScanToState extends ScannerRun {
  readonly files: readonly DigestedScan[]
  /** Models by root digest, whose files these are. */
  readonly roots: readonly ResourceDescriptor[]
}

/**
 * One statement about all files and roots; where that is too long, one about the roots and the scan as a whole, and one
 * about each part of the files. None where nothing has a digest.
 */
export function scanStatements(scan: ScanToState): readonly Statement<TestResult>[] {
  const { files, roots } = scan
  const named = files.filter(({ sha256 }) => sha256 !== null)
  const unnamed = files.filter(({ sha256 }) => sha256 === null)
  if (named.length === 0) return []
  const all = [...named.map(subjectOf), ...roots]
  if (partsThatFit(all, (one) => one).length === 1) return [statement(scan, files, all)]
  const parts = partsThatFit(named, subjectOf)
  const last = parts.length - 1
  return [
    ...(roots.length === 0
      ? []
      : partsThatFit(roots, (one) => one).map((part) => statement(scan, files, part))),
    ...parts.map((part, n) =>
      statement(scan, n === last ? [...part, ...unnamed] : part, part.map(subjectOf)),
    ),
  ]
}

const subjectOf = ({ scanned, sha256 }: DigestedScan): ResourceDescriptor => ({
  name: scanned.path,
  digest: { sha256: sha256 ?? '' },
})

/**
 * The standard has no third answer, so that a file that could not be read to its end fails; the verdict in the
 * extension field says which it was. What stands in the files is not quoted: a ledger is read by others.
 */
function statement(
  scan: ScannerRun,
  digested: readonly DigestedScan[],
  subject: readonly ResourceDescriptor[],
): Statement<TestResult> {
  const rules = scanRulesDigest()
  const files = digested.map(({ scanned }) => scanned)
  const verdict = worstVerdict(files.map((file) => file.verdict))
  return makeStatement(testResult, subject, {
    result: verdict === 'clean' ? 'PASSED' : 'FAILED',
    configuration: [{ name: 'rules', digest: { sha256: rules } }],
    failedTests: [
      ...new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule))),
    ].toSorted(),
    [fileScanField]: {
      scanner: scannerRecord('scan', rules, scan),
      verdict,
      files: files.length,
      notClean: files.flatMap(notClean),
    },
  })
}

function notClean({ path, format, verdict, findings }: ScannedFile): FileScan['notClean'] {
  if (verdict === 'clean') return []
  const told = findings.map(({ rule, severity, location, ids }) => ({
    rule,
    severity,
    location,
    ids,
  }))
  return [{ path, format, verdict, findings: told }]
}
