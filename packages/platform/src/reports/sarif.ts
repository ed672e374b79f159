// `results.sarif`: SARIF 2.1.0 (OASIS), one run, one rule descriptor per policy rule, one result per rule that does not
// simply pass. What is undecided is a result of level `error`: the gate does not open on it, so no reader may miss it.
// Identity over time is `partialFingerprints` (§3.27.17); levels are those of §3.27.10.

import { measureCatalogue, type RuleOutcome } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { type Finding, findingsOf } from './findings.ts'
import { visibleText } from './plain-text.ts'
import { boundOf, subjectOf } from './wording.ts'

type Level = 'note' | 'warning' | 'error'

const levels = {
  low: 'note',
  medium: 'warning',
  high: 'error',
  critical: 'error',
} as const satisfies Record<RuleOutcome['severity'], Level>

/** The findings as SARIF 2.1.0. */
export function renderSarif(report: AssessmentReport): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            version: report.tool.version,
            semanticVersion: report.tool.version,
            rules: report.rules.map((rule) => descriptor(rule)),
          },
        },
        automationDetails: { id: `proofhouse/${encodeURIComponent(report.system.id)}/` },
        invocations: [
          {
            executionSuccessful: true,
            startTimeUtc: report.run.announced_at,
            endTimeUtc: report.generated_at,
          },
        ],
        artifacts: [{ location: { uri: uriOf(report.artifacts.system_file) } }],
        columnKind: 'utf16CodeUnits',
        results: findingsOf(report).map((finding) => result(report, finding)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function descriptor(rule: RuleOutcome) {
  const { definition } = measureCatalogue[rule.measure]
  return {
    id: visibleText(rule.id),
    shortDescription: { text: `${subjectOf(rule)}: ${boundOf(rule)}` },
    fullDescription: { text: `${definition}; ${rule.holds} must hold` },
    help: { text: visibleText(rule.rationale) },
    defaultConfiguration: { level: levels[rule.severity] },
    properties: {
      tags: [rule.measure, ...rule.requirements.map(visibleText)],
      severity: rule.severity,
    },
  }
}

function result(report: AssessmentReport, { rule, fingerprint, message, line }: Finding) {
  const { worst, verdict } = rule
  return {
    ruleId: visibleText(rule.id),
    ruleIndex: report.rules.indexOf(rule),
    kind: 'fail',
    level:
      verdict === 'warn' ? 'warning' : verdict === 'inconclusive' ? 'error' : levels[rule.severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(report.artifacts.system_file), index: 0 },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { 'proofhouseRule/v1': fingerprint },
    properties: {
      verdict,
      value: worst?.value ?? null,
      low: worst?.low ?? null,
      high: worst?.high ?? null,
    },
  }
}

/** A relative path as a URI reference (RFC 3986): each segment percent-encoded. */
function uriOf(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
