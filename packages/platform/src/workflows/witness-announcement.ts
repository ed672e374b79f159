// Waits until the witnesses of a workspace have cosigned a head with a run's announcement in it, and keeps the proof: only then is it
// shown that the policy stood before the figures.

import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import type { OpenRun } from './run-record.ts'
import type { Files, Workspace } from './services.ts'

/** The file with the proof, in the workspace. */
const proofName = 'announcement.tlog-proof'

/** @throws usage-invalid when the workspace names no witnesses */
export function checkHasWitnesses({ witnesses, folder }: Workspace): void {
  if (witnesses === null)
    throw new OperatingError(
      'usage-invalid',
      `there is no \`witnesses.policy\` in \`${folder}\`; write one with this ledger's key, witnesses and their addresses`,
    )
}

/**
 * Has the announcement witnessed, within the time of one round, and writes its proof with the cosignatures.
 * @throws trust-not-met when the quorum does not cosign: what was to be proven is not
 */
export async function witnessAnnouncement(
  workspace: Workspace,
  run: OpenRun,
  files: Pick<Files, 'write'>,
): Promise<void> {
  checkHasWitnesses(workspace)
  const result = await workspace.witnesses?.witnessed()
  if (result?.witnessed !== true)
    throw new OperatingError(
      'trust-not-met',
      `the announcement of this run is not witnessed, so nothing was computed: ${(
        result?.words ?? []
      )
        .filter(({ problem }) => problem !== null)
        .map(({ name, problem }) => `\`${name}\`: ${problem}`)
        .join('; ')}`,
    )
  // Nobody else appends while this workspace is open: the head that was cosigned is the published one.
  const proof = await workspace.ledger.proof(run.recorded.index)
  await files.write(join(workspace.folder, proofName), proof)
}
