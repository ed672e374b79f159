// `proofhouse ledger witnessed DIR --policy FILE`

import { toBase64 } from '@proofhouse/evidence'
import { witnessHead } from '../workflows/index.ts'
import type { Command, ExitCode } from './command.ts'
import { counted, printLines } from './print-lines.ts'

type Result = Awaited<ReturnType<typeof witnessHead>>
type Word = Result['words'][number]

function wordLine({ name, timeSeconds, outcome, problem }: Word): string {
  if (timeSeconds === null) return `  ✗ ${name}: ${outcome}: ${problem ?? ''}`
  // Whatever moment a witness claims; some cannot be written as a date.
  const time = new Date(timeSeconds * 1_000)
  return `  ✓ ${name}: cosigned, ${Number.isNaN(time.getTime()) ? `at ${timeSeconds} s` : time.toISOString()}`
}

function linesOf({ checkpoint, witnessed, merged, words }: Result): readonly string[] {
  const head = `${checkpoint.origin} at ${counted(checkpoint.size, 'entry', 'entries')}`
  return [
    witnessed ? `✓ witnessed: ${head}` : `✗ not witnessed: ${head} lacks the quorum of the policy`,
    ...words.map(wordLine),
    ...(merged ? [] : ['  the log has grown meanwhile; ask again for its newest head']),
  ]
}

/** A witness that saw another tree is a finding; a quorum that was not reached is undecided. */
function exitCodeOf({ witnessed, merged, words }: Result): ExitCode {
  if (words.some(({ outcome }) => outcome === 'disagrees')) return 1
  return witnessed && merged ? 0 : 3
}

/** Has the head of a ledger cosigned by its witnesses. */
export const ledgerWitnessed: Command = {
  words: ['ledger', 'witnessed'],
  summary: 'have the published head of a ledger cosigned by its witnesses',
  details: `Asks every witness of the policy that has an address, for ten seconds at most, and adds
the cosignatures to the file \`checkpoint\`. The head is witnessed when the policy's
quorum has cosigned it. Exits with 3 when it has not, and with 1 when a witness has
seen another log under this name: then history was rewritten, here or before it.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: {
    policy: {
      value: 'FILE',
      description: 'trust policy with the log, its witnesses and their addresses',
      required: true,
    },
  },
  examples: ['proofhouse ledger witnessed .proofhouse/ledger --policy witnesses.policy'],
  async run({ operands, options, switches, services, terminal }) {
    terminal.progress('asking the witnesses')
    const result = await witnessHead(services, {
      folder: operands['DIR'] ?? '',
      policyPath: options['policy'] ?? '',
    })
    terminal.progress(null)
    const { note, checkpoint, witnessed, merged, words } = result
    const json = { ...checkpoint, root: toBase64(checkpoint.root), witnessed, merged, words, note }
    if (switches.has('json')) terminal.out(`${JSON.stringify(json)}\n`)
    else printLines(terminal, linesOf(result))
    return exitCodeOf(result)
  },
}
