// Keys that sign, from a file or held by a provider: what `--key` names, and what the settings of a workspace name for its statements,
// its ledger and its log of decisions.

import { join, resolve } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import {
  type HeldKey,
  type HeldKeyPlace,
  heldSigningKey,
  keyFolders,
  readHeldKeyPlace,
  type SigningKey,
  signingKeyFromPem,
} from '../keys/index.ts'
import { readSettingsFile } from './provider-settings-file.ts'
import { secretLine, tokenLine } from './secret-line.ts'
import type { Services } from './services.ts'

type Needed = Pick<Services, 'keyFiles' | 'openHeldKey'>

/** A key that signs models, and how to let go of it. */
export interface KeyToSign {
  readonly signingKey: SigningKey
  close(): void
}

/**
 * The key that `--key` names.
 * @param given.passphrasePath of an encrypted key in a file; null for none
 * @throws file-missing, key-malformed, key-unsupported, usage-invalid; of a held key key-missing,
 *   key-provider-unavailable, key-provider-refused
 */
export async function openKeyToSign(
  services: Needed,
  given: { readonly keyPath: string; readonly passphrasePath: string | null },
): Promise<KeyToSign> {
  const { keyFiles } = services
  const { keyPath, passphrasePath } = given
  const place = readHeldKeyPlace(keyPath, (path) => resolve(path))
  if (place !== null) {
    if (passphrasePath !== null)
      throw new OperatingError(
        'usage-invalid',
        '`--passphrase-file` goes with a key in a file; a key that is held names its own secret file',
      )
    const held = await openPlace(services, place)
    try {
      return { signingKey: await heldSigningKey(held), close: () => held.close() }
    } catch (error) {
      held.close()
      throw error
    }
  }
  const pem = await keyFiles.readPrivate(keyPath)
  if (pem === null) throw new OperatingError('file-missing', `no private key at \`${keyPath}\``)
  const passphrase =
    passphrasePath === null
      ? undefined
      : await secretLine(keyFiles, { path: passphrasePath, what: 'passphrase' })
  return { signingKey: await signingKeyFromPem(pem, passphrase), close: () => undefined }
}

/** Keys of a workspace that a provider holds; null for those in files. */
export interface HeldWorkspaceKeys {
  /** Signs statements and models. */
  readonly signing: HeldKey | null
  /** Signs the ledger's checkpoints. */
  readonly ledger: HeldKey | null
  /** Signs those of the log of decisions. */
  readonly decisions: HeldKey | null
  close(): void
}

/**
 * Opens what `signing_key`, `ledger_key` and `decisions_key` in the settings of a workspace name.
 * @throws config-invalid, file-missing, key-malformed, key-missing, key-provider-unavailable, key-provider-refused
 */
export async function openHeldWorkspaceKeys(
  services: Needed & Pick<Services, 'files'>,
  folder: string,
  wanted: readonly ('signing' | 'ledger' | 'decisions')[],
): Promise<HeldWorkspaceKeys> {
  const { held } = await readSettingsFile(services, join(folder, keyFolders.keys))
  const opened: HeldKey[] = []
  const close = () => {
    for (const each of opened) each.close()
  }
  const open = async (what: 'signing' | 'ledger' | 'decisions'): Promise<HeldKey | null> => {
    const place = wanted.includes(what) ? held[what] : null
    if (place === null) return null
    const key = await openPlace(services, place)
    opened.push(key)
    return key
  }
  try {
    const [signing, ledger] = [await open('signing'), await open('ledger')]
    return { signing, ledger, decisions: await open('decisions'), close }
  } catch (error) {
    close()
    throw error
  }
}

function openPlace({ keyFiles, openHeldKey }: Needed, place: HeldKeyPlace): Promise<HeldKey> {
  return openHeldKey(place, (path, what) =>
    what === 'token' ? tokenLine(keyFiles, path) : secretLine(keyFiles, { path, what }),
  )
}
