// `proofhouse ledger mirror DIR --to FOLDER`

import { mirrorLedger } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, grouped, printLines } from './print-lines.ts'

/** Keeps the checkpoint of a ledger in a second place. */
export const ledgerMirror: Command = {
  words: ['ledger', 'mirror'],
  summary: 'keep the published checkpoint of a ledger in a second place',
  details: `Adds the checkpoint, with its cosignatures, to a folder that should lie where whoever
holds the ledger does not rule alone, and compares all that is there with the ledger.
PROOFHOUSE_LEDGER_MIRROR names such a folder for every ledger that is written: each
checkpoint is in it before it is published. \`ledger fsck --mirror\` finds a ledger that was
cut back or rewritten.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: {
    to: {
      value: 'FOLDER',
      description: 'the mirror; may hold those of other logs',
      required: true,
    },
    trust: { value: 'FILE', description: 'trust policy that the checkpoint must meet' },
  },
  examples: ['proofhouse ledger mirror .proofhouse/ledger --to /mnt/other/checkpoints'],
  async run({ operands, options, switches, services, terminal }) {
    const mirrored = await mirrorLedger(services, {
      folder: operands['DIR'] ?? '',
      mirrorFolder: options['to'] ?? '',
      trustPath: options['trust'] ?? null,
    })
    const { origin, size, checkpoints } = mirrored
    if (switches.has('json')) terminal.out(`${JSON.stringify(mirrored)}\n`)
    else
      printLines(terminal, [
        `${origin}: checkpoint of ${counted(size, 'entry', 'entries')} kept; the mirror holds ${grouped(checkpoints)}, and the ledger bears them out`,
      ])
    return 0
  },
}
