// The decision log of a workspace: its ledger and vault in `decisions/`, or on servers where it names them; its keys under the workspace's
// keyring.

import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { DecisionLog } from '../decisions/index.ts'
import { type HeldKey, openHeldLedgerKey, openLedgerKey } from '../keys/index.ts'
import { committedPath } from '../ledger/index.ts'
import { storageSettingsName } from '../registry/index.ts'
import type { Services } from '../workflows/index.ts'
import { DiskVaultFiles } from './disk-vault-files.ts'
import { diskKeyFiles } from './key-file.ts'
import { openLedgerDirectory } from './ledger-directory.ts'
import { localFiles } from './local-files.ts'
import type { OpenedStores } from './server-decisions.ts'

/** Name of a workspace's decision log. Everyone's own: a trust policy says whose. */
const decisionsOrigin = 'proofhouse.local/decisions'

/**
 * Opens the decision log of a workspace, making it on first use. Where a mirror is named, it keeps the log's checkpoints.
 * @param local.held the key that signs its checkpoints where a provider holds it; null for the one in a file
 * @throws ledger-busy, ledger-conflict, ledger-corrupt, key-provider-unavailable, config-invalid, storage-failed
 */
export async function openWorkspaceDecisions(
  { folder }: Parameters<Services['openDecisions']>[0],
  { tenant, wrapper, deployments, places }: Parameters<Services['openDecisions']>[1],
  { mirrorFolder, held }: { readonly mirrorFolder: string | null; readonly held: HeldKey | null },
): ReturnType<Services['openDecisions']> {
  const keyFolder = join(folder, 'keys/decisions')
  const key =
    held === null
      ? await openLedgerKey(diskKeyFiles, keyFolder, decisionsOrigin)
      : await openHeldLedgerKey(diskKeyFiles, keyFolder, { origin: decisionsOrigin, held })
  await refuseSecondLog(join(folder, 'decisions'), places !== null)
  const { files, ledger, close } =
    places === null
      ? await openInFolder(join(folder, 'decisions'), key, mirrorFolder)
      : await openOnServers(places, key, mirrorFolder)
  try {
    if (places !== null) await markElsewhere(join(folder, 'decisions'))
    const stores = { files, ledger, wrapper }
    const log = await DecisionLog.open(
      stores,
      { tenant, origin: decisionsOrigin },
      await deployments(decisionsOrigin),
    )
    return {
      log,
      verifierKey: key.verifierKey,
      async close() {
        try {
          await log.close()
        } finally {
          // Also of a log that has failed: an open connection would keep the process.
          await files.close()
          await close()
        }
      },
    }
  } catch (error) {
    await ledger.close().finally(close)
    throw error
  }
}

/** Says that a workspace's decision log is kept on servers. */
const elsewhereName = 'kept-on-servers'

/** One key signs one log: where settings come or go, nothing must begin anew. */
async function refuseSecondLog(folder: string, isOnServers: boolean): Promise<void> {
  const marker = join(folder, elsewhereName)
  const refuse = (problem: string): never => {
    throw new OperatingError('config-invalid', problem)
  }
  if (!isOnServers) {
    if ((await localFiles.kind(marker)) !== null)
      refuse(
        `the decision log of this workspace is kept on servers, and \`${folder}/${storageSettingsName}\`, which says where, is missing; bring it back`,
      )
    return
  }
  if ((await localFiles.kind(join(folder, 'ledger', committedPath))) !== null)
    refuse(
      `\`${folder}\` has a decision log already, and its key may not sign another one; keep a log on servers from its beginning, in a workspace of its own`,
    )
}

async function markElsewhere(folder: string): Promise<void> {
  const marker = join(folder, elsewhereName)
  if ((await localFiles.kind(marker)) === null)
    await localFiles.write(marker, `see ${storageSettingsName}\n`)
}

type LedgerKey = Parameters<typeof openLedgerDirectory>[1]

async function openInFolder(
  folder: string,
  key: LedgerKey,
  mirrorFolder: string | null,
): Promise<OpenedStores> {
  const ledger = await openLedgerDirectory(join(folder, 'ledger'), key, { mirrorFolder })
  try {
    const files = await DiskVaultFiles.open(join(folder, 'vault'))
    return { files, ledger, close: () => files.close() }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

type Places = NonNullable<Parameters<Services['openDecisions']>[1]['places']>

async function openOnServers(places: Places, key: LedgerKey, mirrorFolder: string | null) {
  // Loaded with their drivers only where a workspace asks for servers.
  const { openServerStores } = await import('./server-decisions.ts')
  return openServerStores(places, key, { mirrorFolder })
}
