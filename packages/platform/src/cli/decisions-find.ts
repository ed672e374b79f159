// `proofhouse decisions find`

import { OperatingError } from '@proofhouse/evidence'
import { indexOf, searchDecisions } from '../workflows/index.ts'
import { accessOptions, accessorOf } from './access-options.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { supersessionLines } from './supersession-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const limitDefault = 100

function moment(options: Readonly<Record<string, string>>, name: string): number | null {
  const text = options[name]
  if (text === undefined) return null
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new OperatingError('usage-invalid', `\`--${name}\` is a moment like 2026-01-31T12:00:00Z`)
  return time
}

/** Finds decisions; opens what is shown of them. */
export const decisionsFind: Command = {
  words: ['decisions', 'find'],
  summary: 'find decisions by person, time, deployment and outcome',
  details: `Opens nothing but the groups named by --show, of the decisions on this page. Who asked is
stated in the evidence log first, where a person, an outcome or contents are told.`,
  operands: [],
  options: {
    ...workspaceOption,
    subject: { value: 'PSEUDONYM', description: 'those about one person' },
    deployment: { value: 'ID', description: 'those of one deployment' },
    outcome: { value: 'LABEL', description: 'those with one outcome' },
    from: { value: 'TIME', description: 'not before this moment' },
    to: { value: 'TIME', description: 'before this moment' },
    after: { value: 'N', description: 'beyond this entry: the last one of the page before' },
    show: { value: 'GROUP', description: 'show this group too; may be repeated', repeated: true },
    ...accessOptions,
    limit: { value: 'N', description: `so many at most (default: ${limitDefault})` },
  },
  examples: ['proofhouse decisions find --subject p-1042 --json'],
  async run({ options, lists, switches, services, terminal }) {
    const [fromMs, toMs] = [moment(options, 'from'), moment(options, 'to')]
    const { subject, deployment, outcome, after, limit } = options
    const search = {
      limit: limit === undefined ? limitDefault : indexOf(limit),
      ...(subject === undefined ? {} : { subject }),
      ...(deployment === undefined ? {} : { deployment }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(fromMs === null ? {} : { fromMs }),
      ...(toMs === null ? {} : { toMs }),
      ...(after === undefined ? {} : { after: indexOf(after) }),
    }
    const found = await searchDecisions(
      {
        folder: workspaceOf(options),
        search,
        show: lists['show'] ?? [],
        by: accessorOf({ options, services }),
      },
      services,
    )
    if (switches.has('json')) terminal.out(`${JSON.stringify(found)}\n`)
    else
      printLines(terminal, [
        ...found.flatMap((one) => [
          `${one.index}  ${one.time}  ${one.deployment}  ${one.erased ? '(erased)' : one.outcome}  ${one.source}#${one.sequence}`,
          ...supersessionLines(one).map((line) => `    ${line}`),
          ...Object.entries(one.groups ?? {}).map(
            ([name, value]) => `    ${name}  ${JSON.stringify(value)}`,
          ),
        ]),
        `${found.length} found`,
      ])
    return 0
  },
}
