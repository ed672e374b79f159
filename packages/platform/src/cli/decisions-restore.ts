// `proofhouse decisions restore`

import { restoreDecisions } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Declares that a decision log goes on from an older copy. */
export const decisionsRestore: Command = {
  words: ['decisions', 'restore'],
  summary: 'declare that a decision log goes on from an older copy',
  details: `A log that is older than, or another than, the evidence log states is not opened. Where its
newest copy is lost, bring back what there is, and declare it: what was erased since is
erased again, and the head that the log goes on from is stated, for everybody to see.
Decisions that came after the copy are lost.`,
  operands: [],
  options: workspaceOption,
  examples: ['proofhouse decisions restore'],
  async run({ options, switches, services, terminal }) {
    const restored = await restoreDecisions({ folder: workspaceOf(options) }, services)
    const { size, sizeBefore, index } = restored
    if (switches.has('json')) terminal.out(`${JSON.stringify(restored)}\n`)
    else
      printLines(terminal, [
        index === null
          ? `nothing to declare: the log has ${counted(size, 'decision')}, and the evidence log states no other`
          : `the log goes on from ${counted(size, 'decision')}, and had ${sizeBefore}: declared in entry ${index} of the evidence log`,
      ])
    return 0
  },
}
