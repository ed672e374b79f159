// A proof that an entry is in a ledger, from the ledger's files alone: `proofhouse ledger proof`.

import {
  checkTrust,
  formatTlogProof,
  nodeFromTiles,
  OperatingError,
  proveInclusion,
  textOf,
  trustLogOnly,
  type TrustPolicy,
  verifyTlogProof,
} from '@proofhouse/evidence'
import { checkpointPath, readEntries, readTile, verifierKeyPath } from '../ledger/index.ts'
import type { Services } from './services.ts'
import { readTrust } from './trust-files.ts'

/** Which entry of which ledger. */
export interface ProveRequest {
  readonly folder: string
  readonly index: number
  readonly trustPath: string | null
}

/**
 * The text of a tlog-proof, verified before it is handed out.
 * @throws ledger-missing, usage-invalid for an index beyond the ledger, ledger-corrupt, and what trust throws
 */
export async function proveEntry(
  { files, openLedgerFiles }: Pick<Services, 'files' | 'openLedgerFiles'>,
  { folder, index, trustPath }: ProveRequest,
): Promise<string> {
  const tiles = await openLedgerFiles(folder)
  const note = textOf((await tiles.read(checkpointPath)) ?? new Uint8Array())
  const trust = (await readTrust(files, trustPath)) ?? (await foundTrust(tiles, folder))
  const { checkpoint } = await checkTrust(note, trust)
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

type Tiles = Awaited<ReturnType<Services['openLedgerFiles']>>

async function foundTrust(tiles: Tiles, folder: string): Promise<TrustPolicy> {
  const key = await tiles.read(verifierKeyPath)
  if (key === null)
    throw new OperatingError(
      'ledger-missing',
      `there is no \`${verifierKeyPath}\` in \`${folder}\`; name the ledger's key with --trust`,
    )
  return trustLogOnly(textOf(key))
}
