// `proofhouse bom [PATH]`

import { OperatingError } from '@proofhouse/evidence'
import { bomFormats, writeBom } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { entriesJson, recordedLine } from './recorded-json.ts'

/** Names of what could not be named that a terminal is shown. */
const shownMax = 60

/** Writes a bill of materials. */
export const bom: Command = {
  words: ['bom'],
  summary: 'write a bill of materials: model, data sets, packages (CycloneDX, SPDX)',
  details: `PATH is what \`vulns\` reads: a requirements or lock file, a project, an environment,
an image. With the report.json of an assessment the bill holds the data sets by digest
and the model with its card: what was measured, for whom, and what was not looked at.

Prints the bill, or writes it with --file and prints a summary. Exits with 3 when
something could not be named with a version: the bill then says that it is incomplete.`,
  operands: [{ name: 'PATH', description: 'what to list', fallback: '.' }],
  options: {
    format: { value: 'FORMAT', description: `${bomFormats.join(', ')} (default: the first)` },
    report: { value: 'FILE', description: 'the report.json of an assessment' },
    model: { value: 'PATH', description: 'the model, hashed; must be the one of the report' },
    name: {
      value: 'NAME',
      description: "the system's name (default: the report's, or the folder's)",
    },
    release: { value: 'VERSION', description: "the system's version" },
    file: { value: 'FILE', description: 'where to write it' },
    out: { value: 'DIR', description: 'a workspace whose ledger records it' },
  },
  examples: [
    'proofhouse bom --report .proofhouse/report.json --model model.onnx --file bom.json',
    'proofhouse bom requirements.txt --format spdx-3.0.1',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const format = bomFormats.find((one) => one === (options['format'] ?? bomFormats[0]))
    if (format === undefined)
      throw new OperatingError('usage-invalid', `\`--format\` is one of ${bomFormats.join(', ')}`)
    const file = options['file'] ?? null
    const written = await writeBom(services, {
      path: operands['PATH'] ?? '.',
      format,
      file,
      report: options['report'] ?? null,
      model: options['model'] ?? null,
      name: options['name'] ?? null,
      version: options['release'] ?? null,
      out: options['out'] ?? null,
    })
    const { document, packages, data, model, notNamed, recorded } = written
    if (file === null) terminal.out(`${JSON.stringify(document, null, 2)}\n`)
    else if (switches.has('json')) {
      const answer = { file, format, packages, data, model, notNamed }
      const summary = { ...answer, recorded: entriesJson(recorded) }
      terminal.out(`${JSON.stringify(summary)}\n`)
    } else
      printLines(terminal, [
        `${format} in ${file}: ${counted(packages, 'package')}, ${counted(data, 'data set')}, ` +
          (model === null ? 'no model' : `model sha256:${model}`),
        ...notNamed.slice(0, shownMax).map(({ what, detail }) => `not named: ${what}: ${detail}`),
        ...(notNamed.length > shownMax ? [`and ${notNamed.length - shownMax} more`] : []),
        ...recordedLine(recorded),
      ])
    return notNamed.length > 0 ? 3 : 0
  },
}
