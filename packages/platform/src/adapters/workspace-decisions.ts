// The decision log of a workspace: its ledger and vault in `decisions/log`, its keys under the workspace's keyring.

import { hash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { keyEvent, makeStatement } from '@proofhouse/evidence'
import {
  DecisionLog,
  type KeyWrapper,
  type OpenDeployment,
  openDeployment,
} from '../decisions/index.ts'
import { type Keyring, openKeyring, openLedgerKey } from '../keys/index.ts'
import type { OpenedDecisions, Workspace } from '../workflows/index.ts'
import { deploymentFiles } from './deployment-files.ts'
import { directoryKeyStore } from './directory-key-store.ts'
import { DiskVaultFiles } from './disk-vault-files.ts'
import { fileKeyProvider } from './file-key-provider.ts'
import { diskKeyFiles } from './key-file.ts'
import { openLedgerDirectory } from './ledger-directory.ts'

/** Name of a workspace's decision log. Everyone's own: a trust policy says whose. */
const decisionsOrigin = 'proofhouse.local/decisions'
/** A workspace is one tenant's. */
const tenant = 'default'
const rootName = 'root'

/** The keyring of a workspace: root key in a file of its own, everything else wrapped under it. */
function keyringOf(workspace: Workspace): Keyring {
  const keys = join(workspace.folder, 'keys')
  return openKeyring({
    provider: fileKeyProvider({
      folder: join(keys, 'root'),
      files: diskKeyFiles,
      passphrase: null,
    }),
    rootName,
    store: directoryKeyStore(join(keys, 'wrapped')),
    record: async (event) => {
      const place = `${event.tenant}/${event.kind}/${event.keyId}`
      const subject = [{ name: place, digest: { sha256: hash('sha256', place) } }]
      await workspace.recorder.record(makeStatement(keyEvent, subject, event))
    },
    now: () => new Date(),
    newId: randomUUID,
    monotonicMs: () => performance.now(),
  })
}

/** The keys of a decision log, wrapped by a tenant's key: what each is for is in the name it is bound to. */
function wrapperOf(keyring: Keyring): KeyWrapper {
  const bindingOf = (data: Uint8Array) =>
    ({ tenant, kind: 'epoch', id: hash('sha256', data), version: 1 }) as const
  return {
    async wrap(key, data) {
      return (await keyring.tenants.wrapWith(tenant)).wrap(key, bindingOf(data))
    },
    async unwrap(wrapped, data) {
      return (await keyring.tenants.openFor(tenant, wrapped)).unwrap(wrapped, bindingOf(data))
    },
  }
}

/**
 * Opens the decision log of a workspace, making it on first use.
 * @throws ledger-busy, ledger-corrupt, key-provider-unavailable, config-invalid, storage-failed
 */
export async function openWorkspaceDecisions(workspace: Workspace): Promise<OpenedDecisions> {
  const { folder } = workspace
  const deployments = new Map<string, OpenDeployment>()
  for (const deployment of await deploymentFiles.list(folder))
    deployments.set(deployment.id, openDeployment(deployment))
  const keyring = keyringOf(workspace)
  const key = await openLedgerKey(diskKeyFiles, join(folder, 'keys/decisions'), decisionsOrigin)
  const ledger = await openLedgerDirectory(join(folder, 'decisions/ledger'), key)
  try {
    const files = await DiskVaultFiles.open(join(folder, 'decisions/vault'))
    const stores = { files, ledger, wrapper: wrapperOf(keyring) }
    const log = await DecisionLog.open(stores, { tenant, origin: decisionsOrigin }, deployments)
    return {
      log,
      verifierKey: key.verifierKey,
      async close() {
        await log.close()
        await files.close()
        keyring.close()
      },
    }
  } catch (error) {
    await ledger.close()
    throw error
  }
}
