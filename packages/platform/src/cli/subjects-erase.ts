// `proofhouse subjects erase`

import { OperatingError } from '@proofhouse/evidence'
import { eraseDecisions, indexOf } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const reasons = ['request', 'retention', 'order'] as const

/** Erases a person, or single decisions. */
export const subjectsErase: Command = {
  words: ['subjects', 'erase'],
  summary: 'erase a person, or single decisions, from the log',
  details: `Destroys the key, the contents and the index rows, and states in the evidence log which
entries were emptied; every proof still holds. Pending until the epoch of keys ends
(\`decisions end-epoch\`), then final. What a law asks to keep (\`retention\` of the declaration) or
a legal hold is on stays: nothing is erased then, or with --restrict all but that, and the
request is noted for \`decisions expire\`. An order goes before a law's period, not a hold.`,
  operands: [],
  options: {
    ...workspaceOption,
    subject: { value: 'PSEUDONYM', description: 'everything about one person' },
    entry: { value: 'N', description: 'one entry; may be repeated', repeated: true },
    reason: { value: 'WHY', description: 'request, retention or order (default: request)' },
    restrict: { description: 'erase what may be, and note the request for what must be kept' },
    as: { value: 'WHO', description: 'who asks (default: the account of the system)' },
  },
  examples: ['proofhouse subjects erase --subject p-1042'],
  async run({ options, lists, switches, services, terminal }) {
    const { subject } = options
    const entries = lists['entry'] ?? []
    if ((subject === undefined) === (entries.length === 0))
      throw new OperatingError('usage-invalid', 'name either a `--subject` or an `--entry`')
    const reason = reasons.find((one) => one === (options['reason'] ?? 'request'))
    if (reason === undefined)
      throw new OperatingError('usage-invalid', `\`--reason\` is one of ${reasons.join(', ')}`)
    const what = subject === undefined ? { indexes: entries.map(indexOf) } : { subject }
    const record = await eraseDecisions(
      {
        folder: workspaceOf(options),
        what,
        reason,
        by: options['as'] ?? services.user(),
        policy: switches.has('restrict') ? 'restrict' : 'refuse',
      },
      services,
    )
    const { erasureId, ranges, pendingIndex, restricted } = record
    const count = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
    if (switches.has('json')) terminal.out(`${JSON.stringify(record)}\n`)
    else
      printLines(terminal, [
        `${count} decisions erased, stated in entry ${pendingIndex} of the evidence log (${erasureId})`,
        'pending: final once the epoch of keys has ended',
        ...(restricted === null
          ? []
          : [
              `${restricted.entries} must be kept${restricted.until === null ? '' : ` until ${restricted.until}`} (${restricted.grounds.join('; ')}), noted in entry ${restricted.statedIndex}`,
            ]),
      ])
    return 0
  },
}
