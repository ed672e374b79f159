// `proofhouse decisions receipt N`

import { textOf } from '@proofhouse/evidence'
import { indexOf, receiptOfDecision } from '../workflows/index.ts'
import { accessOptions, accessorOf } from './access-options.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Makes a receipt of a decision. */
export const decisionsReceipt: Command = {
  words: ['decisions', 'receipt'],
  summary: 'a receipt of a decision, for the person or an auditor',
  details: `The receipt shows the groups named, or all of them, and proves that they were committed
to when the decision was made. Of an erased decision it shows the statement of erasure.
Anybody can check it offline. That it was made is stated in the evidence log first.`,
  operands: [{ name: 'N', description: 'its entry in the log' }],
  options: {
    ...workspaceOption,
    show: { value: 'GROUP', description: 'show this group only; may be repeated', repeated: true },
    ...accessOptions,
    output: { value: 'FILE', description: 'write the receipt to a file' },
  },
  examples: [
    'proofhouse decisions receipt 17 --show output --show input --output mine.receipt.json',
  ],
  async run({ operands, options, lists, switches, services, terminal }) {
    const index = indexOf(operands['N'] ?? '')
    const show = lists['show'] ?? []
    const groups = show.length === 0 ? null : show
    const receipt = await receiptOfDecision(
      { folder: workspaceOf(options), index, groups, by: accessorOf({ options, services }) },
      services,
    )
    const output = options['output']
    if (output !== undefined) await services.files.write(output, receipt)
    if (output === undefined) terminal.out(`${textOf(receipt)}\n`)
    else if (switches.has('json')) terminal.out(`${JSON.stringify({ index, output })}\n`)
    else printLines(terminal, [`receipt of entry ${index} written to ${output}`])
    return 0
  },
}
