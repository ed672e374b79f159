// The log of spec/vectors/tlog: 300 entries, signed and witnessed, made by independent programs.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerFiles } from './fsck/fsck.fixture.ts'

/** The log's key. */
export const publishedKey =
  'ledger.example/eval+2a540629+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'

/** A policy that asks for its witness. */
export const publishedPolicy = `log ${publishedKey}
witness w1 witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X
quorum w1
`

/** Its files. */
export function publishedLog(): LedgerFiles {
  const root = join(import.meta.dirname, '../../../../spec/vectors/tlog/log300')
  return new Map(
    globSync('**', { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1), new Uint8Array(readFileSync(path))]),
  )
}
