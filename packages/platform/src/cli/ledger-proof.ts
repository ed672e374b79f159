// `proofhouse ledger proof DIR --index N`

import { OperatingError } from '@proofhouse/evidence'
import { proveEntry } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'

/** Proves that an entry is in a ledger. */
export const ledgerProof: Command = {
  words: ['ledger', 'proof'],
  summary: 'prove that an entry is in a ledger (C2SP tlog-proof)',
  details: `The proof holds the checkpoint and is verified before it is handed out; anybody can
verify it offline with the entry and the ledger's key.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: {
    index: { value: 'N', description: 'index of the entry, from 0', required: true },
    output: { value: 'FILE', description: 'write the proof to a file' },
    trust: { value: 'FILE', description: 'trust policy that the checkpoint must meet' },
  },
  examples: ['proofhouse ledger proof .proofhouse/ledger --index 0 --output entry.tlog-proof'],
  async run({ operands, options, switches, services, terminal }) {
    const index = options['index'] ?? ''
    if (!/^(0|[1-9]\d{0,15})$/.test(index))
      throw new OperatingError('usage-invalid', '`--index` is a whole number from 0')
    const proof = await proveEntry(services, {
      folder: operands['DIR'] ?? '',
      index: Number(index),
      trustPath: options['trust'] ?? null,
    })
    const output = options['output']
    if (output !== undefined) await services.files.write(output, proof)
    if (switches.has('json')) terminal.out(`${JSON.stringify({ index: Number(index), proof })}\n`)
    else if (output === undefined) terminal.out(proof)
    else printLines(terminal, [`proof of entry ${index} written to ${output}`])
    return 0
  },
}
