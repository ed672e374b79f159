// `proofhouse decisions show N`

import { indexOf, showDecision } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Opens one decision. */
export const decisionsShow: Command = {
  words: ['decisions', 'show'],
  summary: 'open one decision',
  operands: [{ name: 'N', description: 'its entry in the log' }],
  options: workspaceOption,
  examples: ['proofhouse decisions show 17'],
  async run({ operands, options, switches, services, terminal }) {
    const given = { folder: workspaceOf(options), index: indexOf(operands['N'] ?? '') }
    const { index, entry, groups } = await showDecision(given, services)
    if (switches.has('json')) terminal.out(`${JSON.stringify({ index, entry, groups })}\n`)
    else
      printLines(terminal, [
        `entry ${index}: ${entry.deployment}, ${entry.time}, ${entry.source}#${entry.sequence}`,
        ...(groups === null
          ? ['its content was erased']
          : Object.entries(groups).map(([name, value]) => `${name}  ${JSON.stringify(value)}`)),
      ])
    return 0
  },
}
