// `proofhouse receipt page [RECEIPT] --out FILE`

import { writeVerifierPage } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'

/** Writes the page that verifies receipts and packs. */
export const receiptPage: Command = {
  words: ['receipt', 'page'],
  summary: 'write the page that verifies receipts and packs in a browser, offline',
  details: `One HTML file that needs no network and sends nothing: open it and choose a receipt or an
audit pack. With RECEIPT the receipt stands in it, so that a person opens one file. The same
version writes the same bytes everywhere: compare the digest with that of a page from elsewhere.`,
  operands: [{ name: 'RECEIPT', description: 'a receipt to put into the page', fallback: '' }],
  options: { out: { value: 'FILE', description: 'the page to write', required: true } },
  examples: [
    'proofhouse receipt page --out verify.html',
    'proofhouse receipt page receipt.json --out mine.html',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const receipt = operands['RECEIPT'] ?? ''
    const written = await writeVerifierPage(services, {
      receiptPath: receipt === '' ? null : receipt,
      outPath: options['out'] ?? '',
    })
    if (switches.has('json')) terminal.out(`${JSON.stringify(written)}\n`)
    else printLines(terminal, [`written to ${written.path}`, `sha256:${written.sha256}`])
    return 0
  },
}
