// `junit.xml`: one test case per rule, in the shape every CI server reads (testsuites, testsuite, testcase).
// A rule that fails is a failure; one that could not be decided is an error, so that neither is ever shown as passed.
// A warning passes, with its sentence on the standard output.

import type { RuleOutcome, Verdict } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { boundOf, measuredText, reasonOf, subjectOf } from './wording.ts'
import { escapeXml } from './xml.ts'

/** The rules as JUnit XML. */
export function renderJUnit(report: AssessmentReport): string {
  const of = (verdict: RuleOutcome['verdict']) =>
    report.rules.filter((rule) => rule.verdict === verdict).length
  const undecided = report.rules.length === 0
  const counts = `tests="${undecided ? 1 : report.rules.length}" failures="${of('fail')}" errors="${undecided ? 1 : of('inconclusive')}" skipped="0"`
  const cases = undecided
    ? [
        '    <testcase name="policy" classname="proofhouse">\n      <error type="inconclusive" message="the policy has no rules"/>\n    </testcase>',
      ]
    : report.rules.map((rule, n) => testCase(report, rule, report.artifacts.rule_lines[n] ?? 1))
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="proofhouse" ${counts} time="0">
  <testsuite name="${escapeXml(report.system.id)}" ${counts} time="0" timestamp="${escapeXml(report.generated_at.slice(0, 19))}">
${cases.join('\n')}
  </testsuite>
</testsuites>
`
}

function testCase(report: AssessmentReport, rule: RuleOutcome, line: number): string {
  const open = `    <testcase name="${escapeXml(`${rule.id}: ${subjectOf(rule)} ${boundOf(rule)}`)}" classname="${escapeXml(`proofhouse.${report.system.id}`)}" file="${escapeXml(report.artifacts.system_file)}" line="${line}" time="0"`
  const details = `measured ${measuredText(rule.worst, rule)}; severity ${rule.severity}; ${rule.rationale}`
  const bodies: Readonly<Record<Verdict, string | null>> = {
    pass: null,
    warn: `<system-out>${escapeXml(`warning: ${reasonOf(rule)}; ${details}`)}</system-out>`,
    fail: `<failure type="fail" message="${escapeXml(reasonOf(rule))}">${escapeXml(details)}</failure>`,
    inconclusive: `<error type="inconclusive" message="${escapeXml(reasonOf(rule))}">${escapeXml(details)}</error>`,
  }
  const body = bodies[rule.verdict]
  return body === null ? `${open}/>` : `${open}>\n      ${body}\n    </testcase>`
}
