// `proofhouse decisions record FILE`

import { recordDecisions } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Takes decisions from a file. */
export const decisionsRecord: Command = {
  words: ['decisions', 'record'],
  summary: 'take decisions from a file into the log, sealed',
  details: `One decision, a JSON object, on each line. Each is committed to in the log and sealed
outside it; a file may be recorded again, and what has come already is not taken twice.
Exits with 1 when a line was refused.`,
  operands: [{ name: 'FILE', description: 'decisions as JSON lines' }],
  options: workspaceOption,
  examples: ['proofhouse decisions record decisions.jsonl'],
  async run({ operands, options, switches, services, terminal }) {
    const given = { file: operands['FILE'] ?? '', folder: workspaceOf(options) }
    terminal.progress('recording decisions')
    const recorded = await recordDecisions(given, services)
    const { accepted, repeated, erased, refused, refusedCount, size } = recorded
    if (switches.has('json')) terminal.out(`${JSON.stringify(recorded)}\n`)
    else
      printLines(terminal, [
        `${accepted} accepted, ${repeated} had come before, ${refusedCount} refused; the log has ${size}`,
        ...(erased === 0
          ? []
          : [`${erased} are about persons erased since: their entries have no content`]),
        ...refused.map(({ line, problem }) => `line ${line}: ${problem}`),
      ])
    return refusedCount > 0 ? 1 : 0
  },
}
