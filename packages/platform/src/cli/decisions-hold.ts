// `proofhouse decisions hold` and `release`

import { OperatingError } from '@proofhouse/evidence'
import { holdDecisions, indexOf, releaseDecisions } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const by = { value: 'WHO', description: 'who says so (default: the account of the system)' }
const why = {
  value: 'WHY',
  description: 'why; stated in the evidence log, so name no person',
  required: true,
}

/** Sets a legal hold. */
export const decisionsHold: Command = {
  words: ['decisions', 'hold'],
  summary: 'put decisions under a legal hold: nothing erases them until it is lifted',
  details: `On a person's decisions as there are now, on single ones, or on all of a deployment, those to
come too. Stated in the evidence log; \`decisions retention\` lists what stands.`,
  operands: [],
  options: {
    ...workspaceOption,
    reason: why,
    subject: { value: 'PSEUDONYM', description: 'the decisions about one person' },
    deployment: { value: 'ID', description: 'every decision of one deployment' },
    entry: { value: 'N', description: 'one entry; may be repeated', repeated: true },
    as: by,
  },
  examples: ['proofhouse decisions hold --deployment credit-eu --reason "case 12 O 34/26"'],
  async run({ options, lists, switches, services, terminal }) {
    const { subject, deployment } = options
    const entries = lists['entry'] ?? []
    const scopes = [
      ...(subject === undefined ? [] : [{ subject }]),
      ...(deployment === undefined ? [] : [{ deployment }]),
      ...(entries.length === 0 ? [] : [{ indexes: entries.map(indexOf) }]),
    ]
    const [scope] = scopes
    if (scope === undefined || scopes.length > 1)
      throw new OperatingError(
        'usage-invalid',
        'name one of `--subject`, `--deployment` and `--entry`',
      )
    const held = await holdDecisions(
      {
        folder: workspaceOf(options),
        scope,
        reason: options['reason'] ?? '',
        by: options['as'] ?? services.user(),
      },
      services,
    )
    if (switches.has('json')) terminal.out(`${JSON.stringify(held)}\n`)
    else
      printLines(terminal, [
        `hold ${held.id} stands, stated in entry ${held.statedIndex} of the evidence log`,
      ])
    return 0
  },
}

/** Lifts a legal hold. */
export const decisionsRelease: Command = {
  words: ['decisions', 'release'],
  summary: 'lift a legal hold',
  operands: [{ name: 'HOLD', description: 'its id' }],
  options: { ...workspaceOption, reason: why, as: by },
  examples: ['proofhouse decisions release HOLD --reason "the case is closed"'],
  async run({ operands, options, switches, services, terminal }) {
    const lifted = await releaseDecisions(
      {
        folder: workspaceOf(options),
        id: operands['HOLD'] ?? '',
        reason: options['reason'] ?? '',
        by: options['as'] ?? services.user(),
      },
      services,
    )
    if (switches.has('json')) terminal.out(`${JSON.stringify(lifted)}\n`)
    else
      printLines(terminal, [
        `hold ${lifted.id} is lifted, stated in entry ${lifted.statedIndex} of the evidence log`,
      ])
    return 0
  },
}
