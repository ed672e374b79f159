// The scan of an assessment's model: the bytes that are run are those that were scanned, and none of them is run, or handed
// to a reader of trees, before the scan has found them clean.

import { type Bytes, OperatingError, sha256Hex } from '@proofhouse/evidence'
import { bytesSource, scanFile, scanRulesDigest, worstVerdict } from '../artifacts/scan/index.ts'
import type { DigestedScan } from './scan-statement.ts'

/** What the scan of a model's files said, and when it was made. */
export interface ModelScan {
  readonly files: readonly DigestedScan[]
  readonly startedAt: Date
  readonly finishedAt: Date
}

/**
 * Scans a file of the model, as the system file names it.
 * @throws model-refused unless it is clean; interrupted
 */
export async function scanModelFile(
  path: string,
  bytes: Bytes,
  signal: AbortSignal,
): Promise<DigestedScan> {
  const scanned = await scanFile(path, bytesSource(bytes), signal)
  const { verdict, findings, format } = scanned
  if (verdict === 'clean') return { scanned, sha256: sha256Hex(bytes) }
  const gravity = ['critical', 'high', 'medium', 'low', 'unread']
  const [first] = findings.toSorted(
    (a, b) => gravity.indexOf(a.severity) - gravity.indexOf(b.severity),
  )
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  throw new OperatingError(
    'model-refused',
    `${path}: will not be loaded: its scan as ${format} is ${verdict}: ${first?.location}: ${first?.detail}${more}; ` +
      'run `proofhouse scan` on it',
    { details: { findings: findings.map(({ rule, location }) => `${rule}: ${location}`) } },
  )
}

/** What a report says of the scan. */
export function reportedScan({ files }: ModelScan) {
  return {
    verdict: worstVerdict(files.map(({ scanned }) => scanned.verdict)),
    rules_digest: scanRulesDigest(),
    files: files.map(({ scanned: { path, format, verdict } }) => ({ path, format, verdict })),
  }
}
