// `proofhouse assess [proofhouse.yaml]`

import { assessSystem } from '../workflows/index.ts'
import { assessmentJson, exitCodeOf } from './assessment-output.ts'
import type { Command } from './command.ts'

/** Assesses a system: the main job. */
export const assess: Command = {
  words: ['assess'],
  summary: 'test a system, judge it by its policy, and record both in the ledger',
  details: `Reads proofhouse.yaml, announces the run in the ledger, checks the model, runs it over
the test data in a confined process, measures performance and fairness with
intervals, applies the policy, and writes the statements, the report and the pack
into .proofhouse/ beside the configuration.`,
  operands: [
    {
      name: 'FILE',
      description: 'the system file',
      fallback: 'proofhouse.yaml',
    },
  ],
  options: {
    out: {
      value: 'DIR',
      description: 'folder for ledger, keys and reports (default: .proofhouse beside FILE)',
    },
    witnessed: {
      description: 'compute nothing until witnesses have seen the announcement (witnesses.policy)',
    },
    'fail-on-warn': { description: 'exit with 4 when the verdict is warn' },
  },
  examples: ['proofhouse assess', 'proofhouse assess loans/proofhouse.yaml --json | jq .verdict'],
  async run({ operands, options, switches, services, terminal, signal }) {
    const { report, workspace } = await assessSystem(
      {
        systemFile: operands['FILE'] ?? '',
        out: options['out'] ?? null,
        witnessed: switches.has('witnessed'),
        signal,
        progress: (step) => terminal.progress(step),
      },
      services,
    )
    terminal.progress(null)
    const { terminalReport } = await import('../reports/index.ts')
    terminal.out(
      switches.has('json')
        ? `${JSON.stringify(assessmentJson(report))}\n`
        : terminalReport(report, { ...terminal, workspace }),
    )
    return exitCodeOf(report.verdict, switches)
  },
}
