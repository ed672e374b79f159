// `proofhouse decisions end-epoch`

import { endEpoch } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Ends the epoch of a log's keys. */
export const decisionsEndEpoch: Command = {
  words: ['decisions', 'end-epoch'],
  summary: 'end the epoch of keys, which makes erasures final',
  details: `Seals the keys of those who remain under a new epoch's key and destroys the old one:
nothing can then open what lingers of the erased in freed space, logs and backups of the
old keys. Run it daily.`,
  operands: [],
  options: workspaceOption,
  examples: ['proofhouse decisions end-epoch'],
  async run({ options, switches, services, terminal }) {
    const { epoch, final } = await endEpoch({ folder: workspaceOf(options) }, services)
    if (switches.has('json')) terminal.out(`${JSON.stringify({ epoch, final })}\n`)
    else
      printLines(terminal, [
        `epoch ${epoch} has begun`,
        ...final.map(
          ({ erasureId, finalIndex }) =>
            `erasure ${erasureId} is final (entry ${finalIndex} of the evidence log)`,
        ),
      ])
    return 0
  },
}
