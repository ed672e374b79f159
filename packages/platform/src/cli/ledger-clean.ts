// `proofhouse ledger clean DIR`

import { cleanLedger } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'

/** Removes files that a ledger has no more use for. */
export const ledgerClean: Command = {
  words: ['ledger', 'clean'],
  summary: 'remove partial tiles and bundles that full ones stand for',
  details: `A ledger removes them itself while it is written and when it is closed; an interrupted
process leaves some. Each full file is held against the published checkpoint and made
durable before its partial ones go. What the checkpoint is read by is never touched, so
this may run beside a writer.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: {
    trust: { value: 'FILE', description: 'trust policy that the checkpoint must meet' },
  },
  examples: ['proofhouse ledger clean .proofhouse/ledger'],
  async run({ operands, options, switches, services, terminal }) {
    const request = { folder: operands['DIR'] ?? '', trustPath: options['trust'] ?? null }
    const cleaned = await cleanLedger(services, request)
    const { removed, full } = cleaned
    if (switches.has('json')) terminal.out(`${JSON.stringify(cleaned)}\n`)
    else
      printLines(terminal, [
        removed === 0
          ? 'nothing to remove'
          : `removed ${counted(removed, 'partial file')}; ${counted(full, 'full one stands', 'full ones stand')} for them`,
      ])
    return 0
  },
}
