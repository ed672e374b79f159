// What the program knows about itself and its environment. The only reader of either.

import manifest from '../package.json' with { type: 'json' }

/** The version of Proofhouse, as in its package. */
export const version = manifest.version

/** Folder that every published checkpoint is kept in as well; null for none. */
export const ledgerMirrorFolder = (): string | null =>
  process.env['PROOFHOUSE_LEDGER_MIRROR'] || null

/** What a variable of the environment holds; null for nothing. Only settings that name one ask. */
export const variable = (name: string): string | null => process.env[name] || null
