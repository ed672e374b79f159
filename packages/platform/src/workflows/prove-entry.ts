// Proofs that an entry is in a ledger, from the ledger's files: as a tlog-proof, and, with the ledger's key, as a COSE receipt.

import {
  assert,
  type Bytes,
  formatTlogProof,
  nodeFromTiles,
  OperatingError,
  proveInclusion,
  signCoseReceipt,
  verifyCoseReceipt,
  verifyTlogProof,
} from '@proofhouse/evidence'
import { openLedgerKeyToSign } from './held-keys.ts'
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
  request: ProveRequest,
): Promise<string> {
  const { index } = request
  const { trust, note, hashes, entry } = await inclusionOf(services, request)
  const proof = formatTlogProof({ extra: null, index, hashes, checkpoint: note })
  await verifyTlogProof({ proof, entry, trust })
  return proof
}

/** Which entry of which ledger, and the private key of the ledger. */
export interface ReceiptRequest extends ProveRequest {
  /** A file, or where the key is held; null for the workspace's: `keys/` beside the ledger's folder. */
  readonly keyPath: string | null
}

/**
 * A COSE receipt over the published checkpoint, signed with the ledger's key and verified before it is handed out.
 * @throws as `proveEntry`; key-malformed for another key than the ledger's, and what reading a key throws
 */
export async function signReceipt(
  services: Pick<Services, 'files' | 'openLedgerFiles' | 'keyFiles' | 'openHeldKey'>,
  request: ReceiptRequest,
): Promise<Bytes> {
  const { folder, index, keyPath } = request
  const { trust, note, hashes, entry } = await inclusionOf(services, request)
  const { log } = trust
  const key = await openLedgerKeyToSign(services, { folder, keyPath, origin: log.name })
  try {
    const { signer } = key
    const receipt = await signCoseReceipt({ checkpoint: note, log, signer, index, path: hashes })
    // The policy's witnesses have been asked for already; none can be in a receipt.
    await verifyCoseReceipt({ receipt, entry, trust: { ...trust, quorum: 'none' } })
    return receipt
  } finally {
    key.close()
  }
}

async function inclusionOf(
  services: Pick<Services, 'files' | 'openLedgerFiles'>,
  { index, ...ledger }: ProveRequest,
) {
  const { tiles, trust, note, checkpoint } = await openTrustedLedger(services, ledger)
  const { size } = checkpoint
  if (index >= size)
    throw new OperatingError('usage-invalid', `there is no entry ${index}; the ledger has ${size}`)
  const hashes = await proveInclusion(index, size, (node) =>
    nodeFromTiles(node, size, (tile) => readTile(tiles, tile)),
  )
  const [read] = await Array.fromAsync(
    readEntries(tiles, { from: index, to: index + 1, checkpoint }),
  )
  assert(read !== undefined, 'a log has every entry below its size')
  return { trust, note, hashes, entry: read.entry }
}
