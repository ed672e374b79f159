// What an assessment prints for machines, and the exit code of a verdict.

import type { Verdict } from '../assess/index.ts'
import type { AssessmentReport } from '../reports/index.ts'
import type { ExitCode } from './command.ts'

/** The object that `assess --json` prints. Its field names are part of the interface. */
export function assessmentJson(report: AssessmentReport) {
  return {
    verdict: report.verdict,
    measures: report.measures.map(
      ({ measure, class: of, over, slice, within, value, low, high, n }) => ({
        measure,
        ...(of === undefined ? {} : { class: of }),
        over,
        slice,
        ...(within === undefined ? {} : { within }),
        value,
        low,
        high,
        n,
      }),
    ),
    rules: report.rules,
    // How the model ran, and whose signature it had to bear; null without one.
    model_run: report.artifacts.model?.run ?? null,
    ledger: {
      origin: report.ledger.origin,
      size: report.ledger.size,
      root: report.ledger.root,
    },
  }
}

const codes: Readonly<Record<Verdict, ExitCode>> = { pass: 0, warn: 0, fail: 1, inconclusive: 3 }

/** The exit code of a verdict; warnings pass unless `--fail-on-warn` is given. */
export function exitCodeOf(verdict: Verdict, switches: ReadonlySet<string>): ExitCode {
  return verdict === 'warn' && switches.has('fail-on-warn') ? 4 : codes[verdict]
}
