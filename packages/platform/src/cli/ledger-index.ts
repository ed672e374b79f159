// `proofhouse ledger index DIR [--rebuild]`

import { indexLedger, type RebuiltIndex, rebuildIndex } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { indexedLedger, indexOptions, indexProgress, stateLine } from './indexed-ledger.ts'
import { printLines } from './print-lines.ts'

function rebuiltLines({ equal, before, after }: RebuiltIndex): string[] {
  if (equal === null) return [`  made from zero: ${after}`]
  if (equal) return [`  made from zero, and equal to what was there: ${after}`]
  return [
    '  made from zero, and not equal to what was there: rows had been changed, or what is kept beside the log has',
    `  before ${before}`,
    `  after  ${after}`,
  ]
}

/** Brings the index of a ledger up to date, or makes it anew. */
export const ledgerIndex: Command = {
  words: ['ledger', 'index'],
  summary: 'bring the search index of a ledger up to date, or rebuild it',
  details: `The index is a file beside the ledger's folder. It is made of the ledger alone, entry by
entry, each held against the signed tree; interrupted at any point, it goes on from where
it was. --rebuild makes it from zero and compares: SHA-256 over all rows must be what it
was before, or the command exits with 1.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: {
    rebuild: { description: 'make the index from zero, and compare it with the one there was' },
    ...indexOptions,
  },
  examples: [
    'proofhouse ledger index .proofhouse/ledger',
    'proofhouse ledger index .proofhouse/ledger --rebuild --json | jq .equal',
  ],
  async run(invocation) {
    const { switches, services, terminal, signal } = invocation
    const request = indexedLedger(invocation)
    const progress = indexProgress(terminal, signal)
    const rebuilt = switches.has('rebuild') ? await rebuildIndex(services, request, progress) : null
    const state = rebuilt ?? (await indexLedger(services, request, progress))
    terminal.progress(null)
    if (switches.has('json')) terminal.out(`${JSON.stringify(state)}\n`)
    else
      printLines(terminal, [
        `${rebuilt?.equal === false ? '✗' : '✓'} ${stateLine(state)}`,
        ...(rebuilt === null ? [] : rebuiltLines(rebuilt)),
      ])
    return rebuilt?.equal === false ? 1 : state.lag === 0 ? 0 : 3
  },
}
