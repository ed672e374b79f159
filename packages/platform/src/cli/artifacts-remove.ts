// `proofhouse artifacts remove DIGEST`

import { removeArtifact } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { folderOption, workspaceOf } from './workspace-option.ts'

/** Removes a file. */
export const artifactsRemove: Command = {
  words: ['artifacts', 'remove'],
  summary: 'remove an artifact and destroy its key',
  details: `Copies of it in backups, and old versions in a bucket, open no more either, unless the
keyring of before was kept with them. It is stated in the ledger.`,
  operands: [{ name: 'DIGEST', description: 'SHA-256 of the artifact' }],
  options: { folder: folderOption },
  examples: ['proofhouse artifacts remove 1e54…4ac718'],
  async run({ operands, options, switches, services, terminal }) {
    const given = { folder: workspaceOf(options), digest: operands['DIGEST'] ?? '' }
    const removed = await removeArtifact(services, given)
    const { digest, index } = removed
    if (switches.has('json')) terminal.out(`${JSON.stringify(removed)}\n`)
    else
      printLines(terminal, [
        `${digest} ${index === null ? 'was removed before' : `removed, entry ${index}`}`,
      ])
    return 0
  },
}
