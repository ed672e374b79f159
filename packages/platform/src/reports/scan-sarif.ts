// A scan of files as SARIF 2.1.0: one rule for each that was broken, one result for each finding. Identity over time is the rule,
// the file, the path inside of it and what stands there, which a scan says once: it holds while offsets move, in whatever order
// findings come, and wherever the folder lies. What could not be read is a result of level `error`, too, and the run not
// successful: no reader may take it for clean.

import { createHash } from 'node:crypto'
import { type ScannedFile, scanRules } from '../artifacts/scan/index.ts'
import { visibleText } from './plain-text.ts'
import { type SarifLevel, sarifLog, uriOf } from './sarif-log.ts'

type ScanFinding = ScannedFile['findings'][number]
type Severity = ScanFinding['severity']

const levels = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  unread: 'error',
} as const satisfies Record<Severity, SarifLevel>

/** GitHub sorts by it (0 to 10). */
const scores = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  unread: '5.5',
} as const satisfies Record<Severity, string>

/** The files as SARIF; their paths are relative, with `/`. */
export function renderScanSarif(files: readonly ScannedFile[], toolVersion: string): string {
  const found = files.flatMap(({ path, format, findings }) =>
    findings.map((finding) => ({ path, format, finding })),
  )
  const rules = [...new Set(found.map(({ finding }) => finding.rule))].toSorted()
  const unread = files.filter(({ findings }) =>
    findings.some(({ severity }) => severity === 'unread'),
  )
  return sarifLog({
    tool: { name: 'Proofhouse', version: toolVersion },
    rules: rules.map(descriptor),
    automationId: 'proofhouse/scan/',
    invocation: {
      executionSuccessful: unread.length === 0,
      toolExecutionNotifications: unread.map(({ path }) => ({
        level: 'error',
        message: { text: `not read to its end: ${visibleText(path)}` },
      })),
    },
    artifacts: [],
    results: found.map(({ path, format, finding }) => ({
      ruleId: finding.rule,
      ruleIndex: rules.indexOf(finding.rule),
      kind: 'fail',
      level: levels[finding.severity],
      message: { text: sentence(finding) },
      locations: [location(path, finding)],
      partialFingerprints: { 'proofhouseScan/v1': fingerprint(path, finding) },
      properties: { severity: finding.severity, format, advisories: finding.ids },
    })),
  })
}

function descriptor(rule: ScanFinding['rule']) {
  const { severity, finds, effect, ids } = scanRules[rule]
  const weaknesses = ids.flatMap((id) =>
    id.startsWith('CWE-') ? [`external/cwe/${id.toLowerCase()}`] : [],
  )
  return {
    id: rule,
    shortDescription: { text: finds },
    fullDescription: { text: effect },
    help: {
      text:
        severity === 'unread'
          ? 'Nothing is known of what was not read: get the file whole, or in a format that is read.'
          : 'Do not load the file. Get it from a source that you trust, in a format that holds data alone.',
    },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['security', 'model', ...weaknesses],
      'security-severity': scores[severity],
    },
  }
}

const sentence = ({ detail, rule, ids }: ScanFinding): string =>
  `${visibleText(detail === '' ? scanRules[rule].finds : detail)}${ids.length === 0 ? '' : ` [${ids.join(', ')}]`}`

/** The path inside of the file, empty for the file itself, and the offset there; see `ScanFinding.location`. */
function placeOf({ location: text }: ScanFinding): { member: string; offset: number | null } {
  const [, member = '', offset] = /^(.*?)(?:@(\d+))?$/su.exec(text) ?? []
  return { member, offset: offset === undefined ? null : Number(offset) }
}

function location(path: string, finding: ScanFinding) {
  const { member, offset } = placeOf(finding)
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path) },
      // An offset inside of what was unpacked is none in the file.
      ...(member === '' && offset !== null ? { region: { byteOffset: offset } } : {}),
    },
    ...(member === ''
      ? {}
      : {
          logicalLocations: [{ fullyQualifiedName: visibleText(finding.location), kind: 'member' }],
        }),
  }
}

function fingerprint(path: string, finding: ScanFinding): string {
  const { member } = placeOf(finding)
  const identity = ['proofhouse.dev/scan/v1', finding.rule, path, member, finding.detail]
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex')
}
