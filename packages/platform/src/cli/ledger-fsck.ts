// `proofhouse ledger fsck DIR [--trust FILE] [--mirror FOLDER]`

import { checkLedger } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, grouped } from './print-lines.ts'

type Report = Awaited<ReturnType<typeof checkLedger>>

/** Findings that a terminal is shown; `--json` has all of them. */
const shownMax = 20

function text(report: Report): string {
  const { ok, origin, size, root, entries, files, findings, summary, anchors, mirrored } = report
  const staged = entries > size ? `, ${grouped(entries - size)} more committed` : ''
  const hidden = findings.length - shownMax
  return [
    `${ok ? '✓' : '✗'} ${summary}`,
    `  ${origin ?? 'unknown log'}: ${counted(size, 'entry', 'entries')}${staged} in ${counted(files, 'file', 'files')}`,
    ...(root === null ? [] : [`  root ${root}`]),
    ...(anchors === 0 ? [] : [`  compared with ${counted(anchors, 'time stamp')}`]),
    ...(mirrored === null ? [] : [`  compared with ${counted(mirrored, 'mirrored checkpoint')}`]),
    ...findings.slice(0, shownMax).map(({ file, problem }) => `  ${file}: ${problem}`),
    ...(hidden > 0 ? [`  and ${hidden} more; \`--json\` lists them`] : []),
    '',
  ].join('\n')
}

/** Checks every file of a ledger. */
export const ledgerFsck: Command = {
  words: ['ledger', 'fsck'],
  summary: 'check every byte of a ledger against its signed checkpoint',
  details: `Hashes every entry again, compares every tile, and checks the private files beside
them. Each finding names the file that was changed. Without --trust the key beside
the log is believed: that proves the log whole, not whose it is. With --mirror, every
checkpoint that was kept there must be one that this ledger had: a ledger that was cut
back or rewritten is found. Exits with 1 when there are findings.`,
  operands: [{ name: 'DIR', description: 'the folder that holds the file `checkpoint`' }],
  options: {
    trust: { value: 'FILE', description: 'policy with the log and the witnesses to believe' },
    mirror: { value: 'FOLDER', description: 'second place where its checkpoints are kept' },
  },
  examples: [
    'proofhouse ledger fsck .proofhouse/ledger',
    'proofhouse ledger fsck mirror/ --trust policy.txt --json | jq .findings',
  ],
  async run({ operands, options, switches, services, terminal }) {
    terminal.progress('checking the ledger')
    const report = await checkLedger(
      {
        folder: operands['DIR'] ?? '',
        trustFile: options['trust'] ?? null,
        mirrorFolder: options['mirror'] ?? null,
      },
      services,
    )
    terminal.progress(null)
    terminal.out(switches.has('json') ? `${JSON.stringify(report)}\n` : text(report))
    return report.ok ? 0 : 1
  },
}
