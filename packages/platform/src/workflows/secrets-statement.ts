// The statement of a search for secrets (in-toto test-result v0.1). Others read a ledger, and try guesses against what stands
// there: so a file that holds something is named by its path and never by a digest, and of a secret nothing is told but its
// kind, its place and, under a baseline's key, its fingerprint.

import { hash } from 'node:crypto'
import {
  canonicalJson,
  makeStatement,
  type ResourceDescriptor,
  type SecretSearch,
  secretSearchField,
  type Statement,
  type TestResult,
  testResult,
} from '@proofhouse/evidence'
import { type SecretFinding, secretRulesDigest } from '../artifacts/secrets/index.ts'
import { partsThatFit } from './record-in-workspace.ts'
import { scannerRecord, type ScannerRun } from './scanner-record.ts'

/** A search, and what it is about. */
export interface SearchToState extends ScannerRun {
  readonly found: Pick<SecretSearch, 'files' | 'objects' | 'known' | 'allowed' | 'incomplete'> & {
    readonly verdict: SecretSearch['verdict']
    readonly findings: readonly SecretFinding[]
    readonly lastingFingerprints: boolean
  }
  /** Files that were searched to their end and hold nothing, by path, with their SHA-256. */
  readonly clean: ReadonlyMap<string, string>
}

/**
 * One statement about the search and the files in which nothing was found; where that is too long, one about the
 * search, and one about each part of those files.
 */
export function secretsStatements(search: SearchToState): readonly Statement<TestResult>[] {
  const { clean, found } = search
  const files = [...clean].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const parts = partsThatFit(files, subjectOf)
  const whole = { name: 'search', digest: { sha256: searchDigest(files, found) } }
  const [only = []] = parts
  if (parts.length === 1) return [statement(search, found, [whole, ...only.map(subjectOf)])]
  return [
    statement(search, found, [whole]),
    ...parts.map((part) =>
      statement(search, { ...nothingFound, files: part.length }, part.map(subjectOf)),
    ),
  ]
}

const nothingFound = {
  verdict: 'clean',
  objects: 0,
  known: 0,
  allowed: 0,
  findings: [],
  incomplete: [],
  lastingFingerprints: false,
} as const

const subjectOf = ([path, sha256]: readonly [string, string]): ResourceDescriptor => ({
  name: path,
  digest: { sha256 },
})

/** Over the list of what was searched: clean files by digest, others by path alone. */
function searchDigest(
  clean: readonly (readonly [string, string])[],
  { findings, incomplete }: SearchToState['found'],
): string {
  const others = [...new Set([...findings, ...incomplete].map(({ path }) => path))].toSorted()
  return hash('sha256', canonicalJson({ clean, others }), 'hex')
}

function statement(
  search: ScannerRun,
  { verdict, findings, lastingFingerprints, ...found }: SearchToState['found'],
  subject: readonly ResourceDescriptor[],
): Statement<TestResult> {
  const rules = secretRulesDigest()
  return makeStatement(testResult, subject, {
    result: verdict === 'clean' ? 'PASSED' : 'FAILED',
    configuration: [{ name: 'rules', digest: { sha256: rules } }],
    failedTests: [...new Set(findings.map(({ rule }) => rule))].toSorted(),
    [secretSearchField]: {
      scanner: scannerRecord('secrets', rules, search),
      verdict,
      files: found.files,
      objects: found.objects,
      known: found.known,
      allowed: found.allowed,
      findings: findings.map(({ rule, severity, path, member, place, history, fingerprint }) => ({
        rule,
        severity,
        path,
        member,
        place: { ...place },
        history: history === null ? null : { ...history },
        ...(lastingFingerprints ? { fingerprint } : {}),
      })),
      incomplete: found.incomplete,
    },
  })
}
