// A proof that an entry is in a ledger, from the ledger's files alone: `proofhouse ledger proof`.

import {
  formatTlogProof,
  nodeFromTiles,
  OperatingError,
  proveInclusion,
  verifyTlogProof,
} from '@proofhouse/evidence'
import { readEntries, readTile } from '../ledger/index.ts'
import type { Services } from './services.ts'
import { type LedgerFolder, openTrustedLedger } from './trusted-ledger.ts'

/** Which entry of which ledger. */
export interface ProveRequest extends LedgerFolder {
  readonly index: number
}

/**
 * The text of a tlog-proof, verified before it is handed out.
 * @throws ledger-missing, usage-invalid for an index beyond the ledger, ledger-corrupt, and what trust throws
 */
export async function proveEntry(
  services: Pick<Services, 'files' | 'openLedgerFiles'>,
  { index, ...ledger }: ProveRequest,
): Promise<string> {
  const { tiles, trust, note, checkpoint } = await openTrustedLedger(services, ledger)
  const { size } = checkpoint
  if (index >= size)
    throw new OperatingError('usage-invalid', `there is no entry ${index}; the ledger has ${size}`)
  const hashes = await proveInclusion(index, size, (node) =>
    nodeFromTiles(node, size, (tile) => readTile(tiles, tile)),
  )
  const proof = formatTlogProof({ extra: null, index, hashes, checkpoint: note })
  for await (const { entry } of readEntries(tiles, { from: index, to: index + 1, checkpoint }))
    await verifyTlogProof({ proof, entry, trust })
  return proof
}
