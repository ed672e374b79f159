// `proofhouse pack verify FILE`

import { verifyPackFile } from '../workflows/index.ts'
import type { Command } from './command.ts'

/** Verifies an audit pack offline. */
export const packVerify: Command = {
  words: ['pack', 'verify'],
  summary: 'verify an audit pack, offline',
  details: `Checks every file, signature and proof in the pack, and computes the verdict again
from its measures and its policy. Keys found in the pack prove that it is whole;
--trust and --key, from elsewhere, prove where it comes from.`,
  operands: [{ name: 'FILE', description: 'the pack' }],
  options: {
    trust: { value: 'FILE', description: 'trust policy: ledger key, witnesses, quorum' },
    key: { value: 'FILE', description: 'public key that must have signed every statement' },
  },
  examples: [
    'proofhouse pack verify pack.zip',
    'proofhouse pack verify pack.zip --trust trust.txt --key signing.pub',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const result = await verifyPackFile(services, {
      path: operands['FILE'] ?? '',
      trustPath: options['trust'] ?? null,
      keyPath: options['key'] ?? null,
    })
    if (switches.has('json')) {
      terminal.out(`${JSON.stringify(result)}\n`)
      return result.verified ? 0 : 1
    }
    if (!result.verified) {
      terminal.out(`not verified: ${result.reason}\n`)
      return 1
    }
    const { pack, recomputedVerdict } = result
    terminal.out(`${pack.summary}\n`)
    terminal.out(`ledger      ${pack.origin}, ${pack.size} entries, root ${pack.root}\n`)
    if (recomputedVerdict !== null)
      terminal.out(`verdict     ${recomputedVerdict}, computed again from measures and policy\n`)
    for (const { index, predicateType } of pack.statements)
      terminal.out(`statement   ${String(index).padStart(4)}  ${predicateType}\n`)
    for (const { name, namedBy } of pack.files)
      terminal.out(
        `file        ${name.replace(/^files\//, '')}: ${namedBy.length === 0 ? 'named by no statement' : `named by statement ${namedBy.join(', ')}`}\n`,
      )
    if (!pack.signersEstablished)
      terminal.out('signers are not established: give --key from elsewhere to establish them\n')
    return 0
  },
}
