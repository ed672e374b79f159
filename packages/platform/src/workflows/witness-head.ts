// Asks the witnesses of a policy for the published head of a ledger, from its files alone: `proofhouse ledger witnessed`.

import { openCheckpoint, textOf } from '@proofhouse/evidence'
import { checkpointPath, Witnesses, type Witnessing, witnessServers } from '../ledger/index.ts'
import type { Services } from './services.ts'
import { readTrust } from './trust-files.ts'

/** Rounds, where others append meanwhile. */
const roundsMax = 3

/** Which ledger, and whose word is wanted. */
export interface WitnessHeadRequest {
  readonly folder: string
  readonly policyPath: string
}

/**
 * Has the published head cosigned; the cosignatures are in the `checkpoint` file on return, unless others appended all the while.
 * @throws ledger-missing, ledger-busy, trust-malformed, usage-invalid for an address, note-signature-invalid for another log's policy
 */
export async function witnessHead(
  {
    files,
    openLedgerFiles,
    witnessing,
  }: Pick<Services, 'files' | 'openLedgerFiles' | 'witnessing'>,
  { folder, policyPath }: WitnessHeadRequest,
): Promise<Witnessing> {
  const policy = await readTrust(files, policyPath)
  const servers = witnessServers(policy, (url) => witnessing.server(url))
  const tiles = await openLedgerFiles(folder)
  const log = {
    tiles,
    checkpoint: async () => {
      const note = textOf((await tiles.read(checkpointPath)) ?? new Uint8Array())
      return { note, checkpoint: await openCheckpoint(note, policy.log) }
    },
    cosigned: (note: string) => witnessing.publishCosigned(folder, note),
  }
  const witnesses = new Witnesses(log, { policy, servers })
  for (let round = 1; ; round++) {
    const result = await witnesses.witnessed()
    if (result.merged || round === roundsMax) return result
  }
}
