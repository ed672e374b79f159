// `proofhouse verify export FILE`

import { verifyExportFile } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { receiptTrustOptions, receiptTrustPaths } from './verify-receipt.ts'

/** Verifies what a person was given about themselves, offline. */
export const verifyExport: Command = {
  words: ['verify', 'export'],
  summary: 'verify everything that a person was given about themselves, offline',
  details: `Checks every receipt in the file as \`verify receipt\` does, and that each shows what the file
says of it. Exits with 1 when one does not. Whether the file is complete it cannot tell.`,
  operands: [{ name: 'FILE', description: 'what `subjects export` has written' }],
  options: receiptTrustOptions,
  examples: ['proofhouse verify export p-1042.json --trust trust.txt'],
  async run({ operands, options, lists, switches, services, terminal }) {
    const paths = receiptTrustPaths({ options, lists })
    const answer = await verifyExportFile(services, { path: operands['FILE'] ?? '', ...paths })
    const { decisions, shown, erased, withheld, logEstablished, problems } = answer
    if (switches.has('json')) terminal.out(`${JSON.stringify(answer)}\n`)
    else
      printLines(terminal, [
        `${counted(decisions, 'decision')}: ${shown} shown, ${erased} erased, ${withheld} withheld; ${counted(problems.length, 'problem')}`,
        ...problems.map(({ index, problem }) => `entry ${index}: ${problem}`),
        ...(logEstablished
          ? []
          : ['whose log it is, is not established: give --trust from elsewhere']),
      ])
    return problems.length > 0 ? 1 : 0
  },
}
