// Predicate https://proofhouse.dev/report/v1: which files a run's report consists of. The statement's subjects are the
// files, by digest, so that a report in a pack is vouched for. Page: spec/predicates/report.md.

import { idText, record, shapeOf, someText } from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** The report of one run. */
export type Report = {
  readonly runId: string
  /** Format of the report's JSON form. */
  readonly format: string
}

/** The predicate type of reports. */
export const report: PredicateType<Report> = {
  uri: 'https://proofhouse.dev/report/v1',
  shape: shapeOf(record({ runId: idText, format: someText })),
}
