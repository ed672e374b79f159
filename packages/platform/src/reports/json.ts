// `report.json`: the report as it is, for programs. Keys in the order of the type, two spaces, a final newline, so that
// two reports can be compared line by line.

import type { AssessmentReport } from './assessment-report.ts'

/** The report as indented JSON. */
export function renderJson(report: AssessmentReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
