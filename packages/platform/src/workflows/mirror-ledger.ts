// The use case `ledger mirror`: keeps the published checkpoint of a ledger in a second place, once the ledger bears out what that
// place holds already.

import { OperatingError } from '@proofhouse/evidence'
import { checkMirror, mirrorIn } from '../ledger/index.ts'
import type { Services } from './services.ts'
import { type LedgerFolder, openTrustedLedger } from './trusted-ledger.ts'

/** Which ledger, and where its checkpoints are kept. */
export interface MirrorRequest extends LedgerFolder {
  /** Folder of the mirror; may hold those of other logs. */
  readonly mirrorFolder: string
}

/** What the mirror holds now. */
export interface MirroredLedger {
  readonly origin: string
  readonly size: number
  /** Checkpoints of this log in the mirror. */
  readonly checkpoints: number
}

/**
 * Adds the published checkpoint to a mirror.
 * @throws ledger-missing, storage-failed, what trust throws; ledger-corrupt when the ledger does not bear out what the
 *   mirror holds
 */
export async function mirrorLedger(
  services: Pick<Services, 'files' | 'openLedgerFiles' | 'openMirrorFiles'>,
  { mirrorFolder, ...request }: MirrorRequest,
): Promise<MirroredLedger> {
  const { tiles, trust, note, checkpoint } = await openTrustedLedger(services, request)
  const mirror = mirrorIn(await services.openMirrorFiles(mirrorFolder), trust.log)
  await mirror.append(note)
  const { findings, checkpoints } = await checkMirror({
    notes: mirror.notes(),
    verifier: trust.log,
    log: { tiles, checkpoint },
    committed: null,
  })
  const [first] = findings
  if (first !== undefined)
    throw new OperatingError(
      'ledger-corrupt',
      `the ledger does not bear out what its mirror holds: \`${first.path}\`: ${first.problem}`,
    )
  return { origin: checkpoint.origin, size: checkpoint.size, checkpoints }
}
