// The keys of a workspace in use: settings, provider, store and ledger put together. Events that an earlier command could not log are
// handed over first.

import { join } from 'node:path'
import {
  encodeKeyBinding,
  type Keyring,
  keyFolders,
  type KeyProvider,
  type KeyStore,
  openKeyring,
  type ProviderSettings,
} from '../keys/index.ts'
import { type KeyEvent, keyEvent, makeStatement, sha256Hex, utf8 } from '@proofhouse/evidence'
import { readSettingsFile } from './provider-settings-file.ts'
import { secretLine, tokenLine } from './secret-line.ts'
import type { Services, Workspace } from './services.ts'

/** The keyring of a workspace, and what it was opened with. */
export interface OpenedKeyring {
  readonly keyring: Keyring
  readonly workspace: Workspace
  readonly settings: ProviderSettings
  readonly provider: KeyProvider
  readonly store: KeyStore
}

/** What opening needs. */
export type KeyringServices = Pick<
  Services,
  'openWorkspace' | 'files' | 'keyFiles' | 'openKeyProvider' | 'openKeyStore' | 'now' | 'newId'
>

/**
 * Opens the keys of a workspace for one piece of work, and closes them after it.
 * @throws config-invalid, file-missing, key-malformed; ledger-busy and what else opening a workspace throws
 */
export async function withKeyring<T>(
  services: KeyringServices,
  folder: string,
  work: (opened: OpenedKeyring) => Promise<T>,
): Promise<T> {
  const settings = await readSettingsFile(services, join(folder, keyFolders.keys))
  const workspace = await services.openWorkspace(folder)
  const opened = await services.openKeyProvider(settings, {
    folder: join(folder, keyFolders.root),
    secret: (path, what) =>
      what === 'token'
        ? tokenLine(services.keyFiles, path)
        : secretLine(services.keyFiles, { path, what }),
  })
  const store = services.openKeyStore(join(folder, keyFolders.wrapped))
  const { provider } = opened
  const keyring = openKeyring({
    provider,
    store,
    rootName: settings.root,
    record: async (event) => {
      await workspace.recorder.record(statementOf(event))
    },
    now: services.now,
    newId: services.newId,
    monotonicMs: () => performance.now(),
  })
  try {
    return await work({ keyring, workspace, settings, provider, store })
  } finally {
    keyring.close()
    opened.close()
    await workspace.close()
  }
}

/** The statement of an event; its subject is the key's place, by digest. */
function statementOf(event: KeyEvent) {
  const { tenant, kind, keyId } = event
  const version = event.version ?? 1
  const place =
    kind === 'root'
      ? utf8(`root\0${keyId}\0${version}`)
      : encodeKeyBinding({ tenant, kind, id: keyId, version })
  const subject = { name: `${tenant}/${kind}/${keyId}`, digest: { sha256: sha256Hex(place) } }
  return makeStatement(keyEvent, [subject], event)
}
