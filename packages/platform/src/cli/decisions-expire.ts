// `proofhouse decisions expire`

import { expireDecisions } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Destroys what has been kept long enough. */
export const decisionsExpire: Command = {
  words: ['decisions', 'expire'],
  summary: 'destroy the decisions whose time is over, and say so in the evidence log',
  details: `As declared (\`retention\`): never what a law asks to keep or a hold is on. Erasures that were
asked for and had to wait are carried out too. Run it daily, before \`decisions end-epoch\`.`,
  operands: [],
  options: {
    ...workspaceOption,
    'dry-run': { description: 'only tell how many it would destroy' },
  },
  examples: ['proofhouse decisions expire --dry-run'],
  async run({ options, switches, services, terminal }) {
    const dryRun = switches.has('dry-run')
    const expired = await expireDecisions({ folder: workspaceOf(options), dryRun }, services)
    const { retention, request, erasures } = expired
    if (switches.has('json')) terminal.out(`${JSON.stringify(expired)}\n`)
    else
      printLines(terminal, [
        `${counted(retention, 'decision')} over their time, ${request} whose erasure was asked for: ${dryRun ? 'nothing was destroyed' : 'destroyed'}`,
        ...erasures.map(
          ({ erasureId, pendingIndex }) =>
            `stated in entry ${pendingIndex} of the evidence log (${erasureId})`,
        ),
      ])
    return 0
  },
}
