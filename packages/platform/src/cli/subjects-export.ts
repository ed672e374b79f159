// `proofhouse subjects export`

import { OperatingError } from '@proofhouse/evidence'
import { exportSubject, indexOf } from '../workflows/index.ts'
import { accessOptions, accessorOf } from './access-options.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const languages = ['en', 'ar'] as const

/** Gives a person what the log holds about them. */
export const subjectsExport: Command = {
  words: ['subjects', 'export'],
  summary: 'everything that the log holds about a person, with proofs, for that person',
  details: `One JSON file with every decision about the person, opened, each with a receipt that can be
checked offline (\`verify export\`), what corrects it, what was erased or is withheld, and the
declarations of the deployments; --page writes the same to be read. That it was made is
stated in the evidence log first. It holds a person's data: mind where it lies.`,
  operands: [],
  options: {
    ...workspaceOption,
    subject: { value: 'PSEUDONYM', description: 'about whom', required: true },
    output: { value: 'FILE', description: 'the JSON file to write', required: true },
    page: { value: 'FILE', description: 'write a page (HTML) to read, too' },
    language: { value: 'LANG', description: 'of the page: en or ar (default: en)' },
    withhold: {
      value: 'GROUP',
      description: 'leave this group out, and say so; may be repeated',
      repeated: true,
    },
    after: { value: 'N', description: 'beyond this entry, where the file before has ended' },
    ...accessOptions,
  },
  examples: ['proofhouse subjects export --subject p-1042 --output p-1042.json --page p-1042.html'],
  async run({ options, lists, switches, services, terminal }) {
    const language = languages.find((one) => one === (options['language'] ?? 'en'))
    if (language === undefined)
      throw new OperatingError('usage-invalid', `\`--language\` is one of ${languages.join(', ')}`)
    const [output, path, after] = [options['output'] ?? '', options['page'], options['after']]
    const exported = await exportSubject(
      {
        folder: workspaceOf(options),
        subject: options['subject'] ?? '',
        output,
        page: path === undefined ? null : { path, language },
        withhold: lists['withhold'] ?? [],
        after: after === undefined ? null : indexOf(after),
        by: accessorOf({ options, services }),
      },
      services,
    )
    const count = (state: string) => exported.decisions.filter((one) => one.state === state).length
    const told = {
      output,
      decisions: exported.decisions.length,
      shown: count('shown'),
      erased: count('erased'),
      withheld: count('withheld'),
      after: exported.after,
    }
    if (switches.has('json')) terminal.out(`${JSON.stringify(told)}\n`)
    else
      printLines(terminal, [
        `${counted(told.decisions, 'decision')} written to ${output}: ${told.shown} shown, ${told.erased} erased, ${told.withheld} withheld`,
        ...(told.after === null ? [] : [`there are more: go on with --after ${told.after}`]),
      ])
    return 0
  },
}
