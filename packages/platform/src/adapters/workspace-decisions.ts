// The decision log of a workspace: its ledger and vault in `decisions/`, its keys under the workspace's keyring.

import { join } from 'node:path'
import { DecisionLog, type OpenDeployment, openDeployment } from '../decisions/index.ts'
import { type HeldKey, openHeldLedgerKey, openLedgerKey } from '../keys/index.ts'
import type { Services } from '../workflows/index.ts'
import { deploymentFiles } from './deployment-files.ts'
import { DiskVaultFiles } from './disk-vault-files.ts'
import { diskKeyFiles } from './key-file.ts'
import { openLedgerDirectory } from './ledger-directory.ts'

/** Name of a workspace's decision log. Everyone's own: a trust policy says whose. */
const decisionsOrigin = 'proofhouse.local/decisions'

/**
 * Opens the decision log of a workspace, making it on first use. Where a mirror is named, it keeps the log's checkpoints.
 * @param local.held the key that signs its checkpoints where a provider holds it; null for the one in a file
 * @throws ledger-busy, ledger-corrupt, key-provider-unavailable, config-invalid, storage-failed
 */
export async function openWorkspaceDecisions(
  { folder }: Parameters<Services['openDecisions']>[0],
  { tenant, wrapper }: Parameters<Services['openDecisions']>[1],
  { mirrorFolder, held }: { readonly mirrorFolder: string | null; readonly held: HeldKey | null },
): ReturnType<Services['openDecisions']> {
  const deployments = new Map<string, OpenDeployment>()
  for (const deployment of await deploymentFiles.list(folder))
    deployments.set(deployment.id, openDeployment(deployment))
  const keyFolder = join(folder, 'keys/decisions')
  const key =
    held === null
      ? await openLedgerKey(diskKeyFiles, keyFolder, decisionsOrigin)
      : await openHeldLedgerKey(diskKeyFiles, keyFolder, { origin: decisionsOrigin, held })
  const ledger = await openLedgerDirectory(join(folder, 'decisions/ledger'), key, { mirrorFolder })
  try {
    const files = await DiskVaultFiles.open(join(folder, 'decisions/vault'))
    const stores = { files, ledger, wrapper }
    const log = await DecisionLog.open(stores, { tenant, origin: decisionsOrigin }, deployments)
    return {
      log,
      verifierKey: key.verifierKey,
      async close() {
        await log.close()
        await files.close()
      },
    }
  } catch (error) {
    await ledger.close()
    throw error
  }
}
