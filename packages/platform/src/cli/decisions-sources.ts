// `proofhouse decisions sources`

import { listSources } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const gapsShownMax = 20

/** What has come of every source, and what is missing. */
export const decisionsSources: Command = {
  words: ['decisions', 'sources'],
  summary: 'what has come of every source, and which numbers are missing',
  details: 'Exits with 1 when a number is missing.',
  operands: [],
  options: workspaceOption,
  examples: ['proofhouse decisions sources'],
  async run({ options, switches, services, terminal }) {
    const sources = await listSources({ folder: workspaceOf(options) }, services)
    const range = ({ from, to }: { readonly from: number; readonly to: number }) =>
      to === from + 1 ? `${from}` : `${from}–${to - 1}`
    if (switches.has('json')) terminal.out(`${JSON.stringify(sources)}\n`)
    else
      printLines(
        terminal,
        sources.map(({ source, next, gaps }) => {
          const more = gaps.length > gapsShownMax ? ` and ${gaps.length - gapsShownMax} more` : ''
          const missing = gaps.slice(0, gapsShownMax).map(range).join(', ')
          return `${source}  next ${next}  ${gaps.length === 0 ? 'nothing missing' : `missing ${missing}${more}`}`
        }),
      )
    return sources.some(({ gaps }) => gaps.length > 0) ? 1 : 0
  },
}
