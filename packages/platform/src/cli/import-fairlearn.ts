// `proofhouse import fairlearn FILE`

import { importResults } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { importDetails, importOptions, printImported } from './imported-output.ts'

const columnsIn = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').filter((column) => column !== '')

/** Imports the tables of a MetricFrame, or numbers of Fairlearn's functions. */
export const importFairlearn: Command = {
  words: ['import', 'fairlearn'],
  summary: 'take results of Fairlearn into the ledger, beside your own',
  details: `Reads \`by_group\` and \`overall\` of a MetricFrame as pandas writes them, a dictionary
of its parts, numbers of functions by their names, and dashboards of old versions.

${importDetails}`,
  operands: [{ name: 'FILE', description: 'the results, as JSON' }],
  options: {
    over: {
      value: 'COLUMNS',
      description: 'what makes the groups, with commas (default: the protected column)',
    },
    within: { value: 'COLUMNS', description: 'control features of the frame, with commas' },
    metric: { value: 'NAME', description: 'the metric of a file that does not name it' },
    ...importOptions,
  },
  examples: [
    'proofhouse import fairlearn by-group.json --over sex',
    'proofhouse import fairlearn rates.json --over sex --metric selection_rate --json',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const imported = await importResults(services, {
      peer: 'fairlearn',
      path: operands['FILE'] ?? '',
      systemFile: options['config'] ?? 'proofhouse.yaml',
      out: options['out'] ?? null,
      over: options['over'] === undefined ? null : columnsIn(options['over']),
      within: columnsIn(options['within']),
      metric: options['metric'] ?? null,
    })
    return printImported(imported, { switches, terminal })
  },
}
