// `proofhouse decisions check`

import { checkDecisions } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Checks a decision log against itself. */
export const decisionsCheck: Command = {
  words: ['decisions', 'check'],
  summary: 'check that every decision is there, or was erased, and is what was committed to',
  details: `Opens every content in its place, compares it with its commitments and with the index.
Exits with 1 when something does not fit. Whether the log itself is whole says \`ledger
fsck\` of its folder.`,
  operands: [],
  options: workspaceOption,
  examples: ['proofhouse decisions check'],
  async run({ options, switches, services, terminal }) {
    terminal.progress('checking decisions')
    const checked = await checkDecisions({ folder: workspaceOf(options) }, services)
    const { entries, opened, erased, findings, findingsInAll, restores } = checked
    if (switches.has('json')) terminal.out(`${JSON.stringify(checked)}\n`)
    else
      printLines(terminal, [
        `${counted(entries, 'decision')}: ${opened} opened, ${erased} erased, ${counted(findingsInAll, 'finding')}`,
        ...restores.map(
          ({ index, size, sizeBefore }) =>
            `restored from an older copy: it went on from ${size}, and had ${sizeBefore} (entry ${index} of the evidence log)`,
        ),
        ...findings.map(({ index, problem }) => `entry ${index}: ${problem}`),
      ])
    return findingsInAll > 0 ? 1 : 0
  },
}
