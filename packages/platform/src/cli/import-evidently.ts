// `proofhouse import evidently FILE`

import { importResults } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { importDetails, importOptions, printImported } from './imported-output.ts'

/** Imports a report, snapshot or test suite of Evidently. */
export const importEvidently: Command = {
  words: ['import', 'evidently'],
  summary: 'take results of Evidently into the ledger, beside your own',
  details: `Reads what \`save_json()\` wrote: reports and test suites of Evidently 0.4 to 0.6,
and runs of 0.7 and later.

${importDetails}`,
  operands: [{ name: 'FILE', description: 'the results, as JSON' }],
  options: importOptions,
  examples: [
    'proofhouse import evidently drift.json',
    'proofhouse import evidently drift.json --config loans/proofhouse.yaml --json',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const imported = await importResults(services, {
      peer: 'evidently',
      path: operands['FILE'] ?? '',
      systemFile: options['config'] ?? 'proofhouse.yaml',
      out: options['out'] ?? null,
      over: null,
      within: [],
      metric: null,
    })
    return printImported(imported, { switches, terminal })
  },
}
