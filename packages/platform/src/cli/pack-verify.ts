// `proofhouse pack verify FILE`

import { verifyPackFile } from '../workflows/index.ts'
import type { Command, ExitCode } from './command.ts'
import { counted, printLines } from './print-lines.ts'

type Verified = Extract<Awaited<ReturnType<typeof verifyPackFile>>, { verified: true }>

/** What was proven first, then what it was proven of, then what was not. */
function linesOf({ pack, recomputedVerdict }: Verified): readonly string[] {
  const { statements, files } = pack
  const types = Map.groupBy(statements, ({ predicateType }) => predicateType)
  return [
    pack.summary,
    `ledger      ${pack.origin}: ${counted(pack.size, 'entry', 'entries')}, root ${pack.root}`,
    recomputedVerdict === null
      ? 'verdict     none: this pack holds no verdict, so it shows none'
      : `verdict     ${recomputedVerdict}, computed again from measures and policy`,
    ...[...types].map(
      ([type, of]) => `statement   ${type} at ${of.map(({ index }) => index).join(', ')}`,
    ),
    ...files.map(
      ({ name, namedBy }) =>
        `file        ${name.replace(/^files\//, '')}: named by statement ${namedBy.join(', ')}`,
    ),
    ...(pack.logEstablished
      ? []
      : ['whose log it is, is not established: give --trust from elsewhere']),
    ...(pack.signersEstablished
      ? []
      : ['who signed, is not established: give --key from elsewhere']),
  ]
}

/** A pack without a verdict proves what it holds, and decides nothing. */
const exitCodeOf = (result: Awaited<ReturnType<typeof verifyPackFile>>): ExitCode =>
  result.verified ? (result.recomputedVerdict === null ? 3 : 0) : 1

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
      return exitCodeOf(result)
    }
    if (!result.verified) {
      printLines(terminal, [`not verified: ${result.reason}`])
      return 1
    }
    printLines(terminal, linesOf(result))
    return exitCodeOf(result)
  },
}
