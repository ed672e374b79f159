// What the commands over a ledger's index have in common: their options, and how far they say the index is.

import type { IndexedLedger, IndexState } from '../workflows/index.ts'
import type { Command, Invocation, Terminal } from './command.ts'
import { grouped } from './print-lines.ts'

/** Options of every such command. */
export const indexOptions: Command['options'] = {
  index: { value: 'FILE', description: 'the index (default: DIR.index.sqlite)' },
  blobs: {
    value: 'DIR',
    description: 'statements too large for an entry (default: `blobs` beside DIR)',
  },
  trust: { value: 'FILE', description: 'policy with the log and the witnesses to believe' },
}

/** What they say. */
export function indexedLedger({
  operands,
  options,
}: Pick<Invocation, 'operands' | 'options'>): IndexedLedger {
  return {
    folder: operands['DIR'] ?? '',
    indexPath: options['index'] ?? null,
    blobsPath: options['blobs'] ?? null,
    trustPath: options['trust'] ?? null,
  }
}

/** Shows how far the index is while it is brought up to the ledger. */
export function indexProgress(terminal: Terminal, signal: AbortSignal) {
  return {
    signal,
    onBatch: ({ applied, lag }: Pick<IndexState, 'applied' | 'lag'>) => {
      terminal.progress(`indexing: ${grouped(applied)} of ${grouped(applied + lag)} entries`)
    },
  }
}

/** `1,234 entries indexed, 12 to go`. */
export function stateLine({ applied, lag, origin }: IndexState): string {
  const rest = lag === 0 ? 'up to date' : `${grouped(lag)} behind the ledger`
  return `${origin}: ${grouped(applied)} of ${grouped(applied + lag)} entries indexed, ${rest}`
}
