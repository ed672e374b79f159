// Secrets as SARIF 2.1.0: one rule for each kind that was found, one result for each finding. Identity over time is the
// rule, the file and the how-manieth of its kind there: it holds while lines move, and tells nothing of the secret. Under
// a baseline the keyed fingerprint stands beside it, which changes with the secret. What could not be searched is a
// notification of level `error`, and the run not successful.

import { createHash } from 'node:crypto'
import type { SearchedPaths, SecretFinding, SecretSeverity } from '../artifacts/secrets/index.ts'
import { visibleText } from './plain-text.ts'
import { type SarifLevel, sarifLog, uriOf } from './sarif-log.ts'

const levels = {
  low: 'note',
  medium: 'warning',
  high: 'error',
  critical: 'error',
} as const satisfies Record<SecretSeverity, SarifLevel>

/** GitHub sorts by it (0 to 10). */
const scores = { low: '3.0', medium: '5.5', high: '8.0', critical: '9.5' } as const

/** What is rendered. */
export interface ReportedSecrets {
  readonly findings: readonly SecretFinding[]
  readonly incomplete: SearchedPaths['incomplete']
  readonly lastingFingerprints: boolean
}

/** The findings as SARIF. */
export function renderSecretsSarif(found: ReportedSecrets, toolVersion: string): string {
  const { findings, incomplete } = found
  const rules = [...new Map(findings.map((finding) => [finding.rule, finding])).values()].toSorted(
    (a, b) => (a.rule < b.rule ? -1 : 1),
  )
  const places = placeFingerprints(findings)
  return sarifLog({
    tool: { name: 'Proofhouse', version: toolVersion },
    rules: rules.map(descriptor),
    automationId: 'proofhouse/secrets/',
    invocation: {
      executionSuccessful: incomplete.length === 0,
      toolExecutionNotifications: incomplete.map(({ path, why }) => ({
        level: 'error',
        message: { text: `not searched: ${visibleText(path)}: ${visibleText(why)}` },
      })),
    },
    artifacts: [],
    results: findings.map((finding, n) => ({
      ruleId: finding.rule,
      ruleIndex: rules.findIndex(({ rule }) => rule === finding.rule),
      kind: 'fail',
      level: levels[finding.severity],
      message: { text: secretSentence(finding) },
      locations: [location(finding)],
      partialFingerprints: {
        'proofhouseSecretPlace/v1': places[n],
        ...(found.lastingFingerprints ? { 'proofhouseSecret/v1': finding.fingerprint } : {}),
      },
      properties: { severity: finding.severity, checksum: finding.integrity },
    })),
  })
}

function descriptor({ rule, name, severity }: SecretFinding) {
  return {
    id: rule,
    shortDescription: { text: name },
    help: {
      text: 'Revoke it where it was issued, put a new one into a secret store, and take it out of the file.',
    },
    properties: { tags: ['security', 'secret'], 'security-severity': scores[severity] },
  }
}

function location({ path, place, member }: SecretFinding) {
  const region =
    place.kind === 'line' && member === null
      ? { startLine: place.line, startColumn: place.column }
      : null
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path) },
      ...(region === null ? {} : { region }),
      ...(place.kind === 'offset' && member === null
        ? { region: { byteOffset: place.offset } }
        : {}),
    },
    ...(place.kind === 'cell' && place.cell !== null
      ? {
          logicalLocations: [
            { fullyQualifiedName: `cells[${place.cell}].${place.part}`, kind: 'member' },
          ],
        }
      : {}),
  }
}

/** What was found, in words that hold no character of the secret. */
function secretSentence({ name, length, remark, history }: SecretFinding): string {
  const about = remark === null ? '' : `; ${remark}`
  if (history === null) return `${name} of ${length} characters${about}`
  const { commit, object, versions } = history
  const since = commit === null ? `object ${object.slice(0, 12)}` : `commit ${commit.slice(0, 12)}`
  const count = versions > 1 ? `, ${versions} versions` : ''
  return `${name} of ${length} characters${about}; in the history: ${since}${count}`
}

/** A finding in one line: how bad, where, what. */
export function secretLine(finding: SecretFinding): string {
  return `${finding.severity.padEnd(8)}  ${secretPlace(finding)}  ${secretSentence(finding)} [${finding.rule}]`
}

/** `a.py:3:8`, `a.ipynb: cell 2, line 3`, `a.pkl: offset 17`. */
function secretPlace({
  path,
  member,
  place,
}: Pick<SecretFinding, 'path' | 'member' | 'place'>): string {
  const file = member === null ? path : `${path}!${member}`
  if (place.kind === 'line') return `${file}:${place.line}:${place.column}`
  if (place.kind === 'offset') return `${file}: offset ${place.offset}`
  const part = place.part === 'source' ? '' : ` ${place.part}`
  return place.cell === null
    ? `${file}: notebook metadata, line ${place.line}`
    : `${file}: cell ${place.cell}${part}, line ${place.line}`
}

function placeFingerprints(findings: readonly SecretFinding[]): string[] {
  const counts = new Map<string, number>()
  return findings.map(({ rule, path, member, history }) => {
    const place = JSON.stringify([
      'proofhouse.dev/secret-place/v1',
      rule,
      path,
      member,
      history !== null,
    ])
    const count = (counts.get(place) ?? 0) + 1
    counts.set(place, count)
    return createHash('sha256').update(`${place}#${count}`).digest('hex')
  })
}
