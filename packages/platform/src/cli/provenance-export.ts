// `proofhouse provenance export`

import { OperatingError } from '@proofhouse/evidence'
import { exportLineage } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Prints recorded runs for catalogues of lineage. */
export const provenanceExport: Command = {
  words: ['provenance', 'export'],
  summary: 'print the runs that a ledger records as OpenLineage events, one a line',
  details: `Every run is a completed one, with what went in and came out, digests as versions of
data sets, code, settings, and the lineage of columns with its transformations. Only
statements that the workspace's own key has signed are printed. With --json, a list.`,
  operands: [],
  options: {
    ...workspaceOption,
    namespace: {
      value: 'NAME',
      description: 'of jobs and data sets that have none of their own (default: proofhouse)',
    },
  },
  examples: [
    'proofhouse provenance export > events.jsonl',
    'proofhouse provenance export --out loans/.proofhouse --namespace loans',
  ],
  async run({ options, switches, services, terminal }) {
    const namespace = options['namespace'] ?? 'proofhouse'
    if (namespace.trim() === '')
      throw new OperatingError('usage-invalid', '`--namespace` needs a name')
    const workspace = workspaceOf(options)
    const { events, passedOver } = await exportLineage(services, { workspace, namespace })
    if (switches.has('json')) terminal.out(`${JSON.stringify(events)}\n`)
    else terminal.out(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    if (passedOver > 0)
      terminal.note(`${passedOver} statements were passed over: no believed key has signed them\n`)
    return 0
  },
}
