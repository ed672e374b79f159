// `proofhouse decisions correct N FILE`

import { correctDecision, indexOf } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Corrects a decision. */
export const decisionsCorrect: Command = {
  words: ['decisions', 'correct'],
  summary: 'correct a decision by another one that supersedes it',
  details: `FILE is a JSON object with what changes in \`input\`, \`output\`, \`explanation\` and \`context\`,
member by member; what it does not name stays. The decision before stays too: both say
what became of them. Why, and who said so, is kept with the correction, sealed.`,
  operands: [
    { name: 'N', description: 'the entry of the decision that was wrong' },
    { name: 'FILE', description: 'what changes, JSON' },
  ],
  options: {
    ...workspaceOption,
    reason: { value: 'WHY', description: 'why it is corrected', required: true },
    as: { value: 'WHO', description: 'who says so (default: the account of the system)' },
  },
  examples: ['proofhouse decisions correct 17 right.json --reason "income was misread"'],
  async run({ operands, options, switches, services, terminal }) {
    const corrected = await correctDecision(
      {
        folder: workspaceOf(options),
        index: indexOf(operands['N'] ?? ''),
        file: operands['FILE'] ?? '',
        reason: options['reason'] ?? '',
        by: options['as'] ?? services.user(),
      },
      services,
    )
    const { index, supersedes } = corrected
    if (switches.has('json')) terminal.out(`${JSON.stringify(corrected)}\n`)
    else printLines(terminal, [`entry ${index} supersedes entry ${supersedes}`])
    return 0
  },
}
