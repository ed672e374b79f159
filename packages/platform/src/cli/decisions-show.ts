// `proofhouse decisions show N`

import { indexOf, showDecision } from '../workflows/index.ts'
import { accessOptions, accessorOf } from './access-options.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { supersessionLines } from './supersession-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Opens one decision. */
export const decisionsShow: Command = {
  words: ['decisions', 'show'],
  summary: 'open one decision',
  details: 'Who asked, for which entry and why, is stated in the evidence log first.',
  operands: [{ name: 'N', description: 'its entry in the log' }],
  options: { ...workspaceOption, ...accessOptions },
  examples: ['proofhouse decisions show 17'],
  async run({ operands, options, switches, services, terminal }) {
    const by = accessorOf({ options, services })
    const given = { folder: workspaceOf(options), index: indexOf(operands['N'] ?? ''), by }
    const shown = await showDecision(given, services)
    const { index, entry, groups, supersededBy, supersedes } = shown
    if (switches.has('json')) terminal.out(`${JSON.stringify(shown)}\n`)
    else
      printLines(terminal, [
        `entry ${index}: ${entry.deployment}, ${entry.time}, ${entry.source}#${entry.sequence}`,
        ...supersessionLines({ supersedes, supersededBy }),
        ...(groups === null
          ? ['its content was erased']
          : Object.entries(groups).map(([name, value]) => `${name}  ${JSON.stringify(value)}`)),
      ])
    return 0
  },
}
