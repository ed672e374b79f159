// `proofhouse scan PATH...`

import { scanPaths } from '../workflows/index.ts'
import type { Command, ExitCode } from './command.ts'
import { counted, grouped, printLines } from './print-lines.ts'
import { entriesJson, recordedLine } from './recorded-json.ts'

type Report = Awaited<ReturnType<typeof scanPaths>>
type Verdict = Report['verdict']

const marks: Readonly<Record<Verdict, string>> = {
  malicious: '✗ malicious',
  suspicious: '✗ suspicious',
  incomplete: '? incomplete',
  clean: '✓ clean',
}
const verdicts = ['malicious', 'suspicious', 'incomplete', 'clean'] as const
const exitCodes: Readonly<Record<Verdict, ExitCode>> = {
  malicious: 1,
  suspicious: 1,
  incomplete: 3,
  clean: 0,
}

function linesOf({ verdict, files, recorded }: Report): string[] {
  const count = (wanted: Verdict) => files.filter((file) => file.verdict === wanted).length
  const counts = verdicts
    .filter((wanted) => count(wanted) > 0)
    .map((wanted) => `${grouped(count(wanted))} ${wanted}`)
  return [
    ...files
      .filter((file) => file.verdict !== 'clean')
      .flatMap((file) => [
        `${marks[file.verdict]}  ${file.path} (${file.format})`,
        ...file.findings.flatMap(({ rule, severity, location, detail, ids }) => {
          const about = ids.length === 0 ? '' : ` [${ids.join(', ')}]`
          return [
            `    ${severity.padEnd(8)}  ${rule}  ${location}`,
            `              ${detail}${about}`,
          ]
        }),
      ]),
    `${marks[verdict]}: ${counted(files.length, 'file')} scanned${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
    ...recordedLine(recorded),
  ]
}

function jsonOf({ verdict, files, recorded }: Report, out: string | undefined): string {
  const answer = { verdict, files }
  return `${JSON.stringify(out === undefined ? answer : { ...answer, recorded: entriesJson(recorded) })}\n`
}

/** Scans model files. */
export const scan: Command = {
  words: ['scan'],
  summary: 'scan model files for what loading them would do',
  details: `Reads every file by its content, whatever it is called, and everything inside of
archives. Nothing is loaded or run. Exits with 1 when a file is malicious or
suspicious, with 3 when one could not be read to its end: unread is never clean.

With --out the answer is a statement in the ledger of a workspace, about every file
by its digest and about a folder by the root digest that a signature would cover.`,
  operands: [{ name: 'PATH', description: 'files and folders', many: true }],
  options: {
    sarif: { value: 'FILE', description: 'write the findings as SARIF 2.1.0' },
    out: { value: 'DIR', description: 'a workspace whose ledger records the result' },
  },
  examples: [
    'proofhouse scan model.pt',
    'proofhouse scan model/ --out .proofhouse --sarif scan.sarif',
    'proofhouse scan downloads/ --json | jq .verdict',
  ],
  async run({ rest, options, switches, services, terminal, signal }) {
    const report = await scanPaths(services, {
      paths: rest,
      out: options['out'] ?? null,
      sarifPath: options['sarif'] ?? null,
      signal,
      began: (path) => terminal.progress(`scanning ${path}`),
    })
    terminal.progress(null)
    if (switches.has('json')) terminal.out(jsonOf(report, options['out']))
    else printLines(terminal, linesOf(report))
    return exitCodes[report.verdict]
  },
}
