// `proofhouse decisions retention`

import { type RetainedDeployment, reportRetention } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

function deploymentLines(one: RetainedDeployment): readonly string[] {
  const { deployment, held, inFloor, onHold, over, due, nextEndsAt, rules } = one
  return [
    `${deployment} (${one.class ?? 'no class'}): ${counted(held, 'decision')} held; ${inFloor} must be kept, ${onHold} on hold, ${over} over their time, ${due} due now`,
    ...rules.map(
      ({ law, keep, erase }) =>
        `    ${law}: ${[keep === null ? [] : [`keep ${keep}`], erase === null ? [] : [`erase by ${erase}`]].flat().join(', ')}`,
    ),
    ...(nextEndsAt === null ? [] : [`    the next one's time is over at ${nextEndsAt}`]),
  ]
}

/** How long decisions are kept, and what contradicts. */
export const decisionsRetention: Command = {
  words: ['decisions', 'retention'],
  summary: 'how long decisions are kept: laws, holds, what is due, what contradicts',
  details: `From the declarations (\`retention\`), the holds that stand, and erasures that were asked for and
wait. Exits with 1 when something contradicts, or is due and was not destroyed.`,
  operands: [],
  options: workspaceOption,
  examples: ['proofhouse decisions retention'],
  async run({ options, switches, services, terminal }) {
    const report = await reportRetention({ folder: workspaceOf(options) }, services)
    const { deployments, holds, restricted, conflicts } = report
    if (switches.has('json')) terminal.out(`${JSON.stringify(report)}\n`)
    else
      printLines(terminal, [
        ...deployments.flatMap(deploymentLines),
        ...holds.map(
          ({ id, reason, by, since, decisions }) =>
            `hold ${id}: ${counted(decisions, 'decision')}, since ${since}, by ${by}: ${reason}`,
        ),
        ...restricted.map(
          ({ id, held, due, at }) =>
            `erasure ${id}, asked for at ${at}: ${counted(held, 'decision')} left, ${due} due now`,
        ),
        ...conflicts.map(({ kind, problem }) => `${kind}: ${problem}`),
        counted(conflicts.length, 'conflict'),
      ])
    const isDue = [...deployments, ...restricted].some(({ due }) => due > 0)
    return isDue || conflicts.length > 0 ? 1 : 0
  },
}
