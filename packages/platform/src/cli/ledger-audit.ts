// `proofhouse ledger audit DIR`

import { auditLedger, type LedgerAudit } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { indexedLedger, indexOptions } from './indexed-ledger.ts'
import { counted, grouped, printLines } from './print-lines.ts'

/** Findings that a terminal is shown; `--json` has a thousand. */
const shownMax = 20

function lines(report: LedgerAudit): string[] {
  const { ok, rows, entries, lag, count, findings, origin, path, logEstablished } = report
  const hidden = count - Math.min(findings.length, shownMax)
  return [
    ok
      ? '✓ every row of the index follows from the ledger'
      : `✗ the index does not follow from the ledger: ${counted(count, 'finding')}`,
    `  ${origin}${logEstablished ? '' : ' (by the key beside it; --trust says whose log it is)'}`,
    `  compared ${counted(rows, 'row')} of ${path} with ${entries === 0 ? 'no entries' : `entries 0 to ${grouped(entries - 1)}`}, in every column`,
    ...(lag === 0
      ? []
      : [`  not covered: ${counted(lag, 'newer entry', 'newer entries')}, not indexed yet`]),
    ...findings
      .slice(0, shownMax)
      .map(({ index, kind, problem }) =>
        index === null ? `  ${kind}: ${problem}` : `  entry ${index} ${kind}: ${problem}`,
      ),
    ...(hidden > 0 ? [`  and ${grouped(hidden)} more; \`--json\` lists the first thousand`] : []),
  ]
}

/** Compares the index of a ledger with the ledger, row by row. */
export const ledgerAudit: Command = {
  words: ['ledger', 'audit'],
  summary: 'compare every indexed row with the ledger, and name each that differs',
  details: `Reads every entry, holds it against the signed tree, makes its row anew and compares all
columns with what the index holds: rows that are missing, extra or changed are named, as
is a cursor that stands at no place of this ledger. Exits with 1 when there are findings.
Entries that are not indexed yet are counted as not covered. The ledger's own files are
checked by \`ledger fsck\`.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: indexOptions,
  examples: [
    'proofhouse ledger audit .proofhouse/ledger',
    'proofhouse ledger audit .proofhouse/ledger --trust policy.txt --json | jq .findings',
  ],
  async run(invocation) {
    const { switches, services, terminal } = invocation
    terminal.progress('comparing the index with the ledger')
    const report = await auditLedger(services, indexedLedger(invocation))
    terminal.progress(null)
    if (switches.has('json')) terminal.out(`${JSON.stringify(report)}\n`)
    else printLines(terminal, lines(report))
    return report.ok ? 0 : 1
  },
}
