// `proofhouse artifacts remove DIGEST`

import { removeArtifact } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { artifactOptions, artifactPlace } from './artifacts-options.ts'

/** Removes an artifact. */
export const artifactsRemove: Command = {
  words: ['artifacts', 'remove'],
  summary: 'remove an artifact, its wrapped key with it',
  details: `It is stated in the ledger. Backups, and old versions in a bucket, keep what they hold until
the version of the tenant's key that it is under is destroyed.`,
  operands: [{ name: 'DIGEST', description: 'SHA-256 of the artifact' }],
  options: artifactOptions,
  examples: ['proofhouse artifacts remove 1e54…4ac718'],
  async run({ operands, options, switches, services, terminal }) {
    const given = { ...artifactPlace(options), digest: operands['DIGEST'] ?? '' }
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
