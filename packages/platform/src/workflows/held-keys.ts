// Keys that sign, from a file or held by a provider: what `--key` names, and what the settings of a workspace name for its statements,
// its ledger and its log of decisions.

import { join, resolve } from 'node:path'
import { type NoteSigner, OperatingError } from '@proofhouse/evidence'
import {
  type HeldKey,
  type HeldKeyPlace,
  heldLedgerKey,
  heldSigningKey,
  heldWitnessKey,
  keyFileNames,
  keyFolders,
  type LedgerKey,
  openWitnessKey,
  readHeldKeyPlace,
  readLedgerKey,
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

/**
 * The key of a ledger, for what is signed beside its checkpoints.
 * @param ledger.keyPath a file, or where the key is held; null for what the settings beside the ledger name, or the
 *   file there
 * @throws as `openKeyToSign`; config-invalid
 */
export async function openLedgerKeyToSign(
  services: Needed & Pick<Services, 'files'>,
  ledger: {
    readonly folder: string
    readonly keyPath: string | null
    readonly origin: string
  },
): Promise<{ readonly signer: NoteSigner; close(): void }> {
  const { keyPath, origin } = ledger
  const keys = join(resolve(ledger.folder), '..', keyFolders.keys)
  const place =
    keyPath === null
      ? (await readSettingsFile(services, keys)).held.ledger
      : readHeldKeyPlace(keyPath, (path) => resolve(path))
  if (place === null) {
    const path = keyPath ?? join(keys, keyFileNames.ledger)
    return { signer: (await readLedgerKey(services.keyFiles, path)).signer, close: () => undefined }
  }
  const held = await openPlace(services, place)
  try {
    return { signer: heldLedgerKey(held, origin).signer, close: () => held.close() }
  } catch (error) {
    held.close()
    throw error
  }
}

/**
 * The key of a witness: a file, made under the given name where there is none, or where it is held.
 * @throws as `openKeyToSign`; usage-invalid where a held key is not one for ever, or no name is given with it
 */
export async function openWitnessKeyAt(
  services: Needed,
  { keyPath, name }: { readonly keyPath: string; readonly name: string | null },
): Promise<LedgerKey & { close(): void }> {
  const place = readHeldKeyPlace(keyPath, (path) => resolve(path))
  if (place === null)
    return { ...(await openWitnessKey(services.keyFiles, keyPath, name)), close: () => undefined }
  if (name === null)
    throw new OperatingError('usage-invalid', 'a key that is held has no name of its own: `--name`')
  if (place.provider === 'vault' && place.version === null)
    throw new OperatingError(
      'usage-invalid',
      'a witness keeps its key: name the `version` of the transit key',
    )
  const held = await openPlace(services, place)
  try {
    return { ...heldWitnessKey(held, name), close: () => held.close() }
  } catch (error) {
    held.close()
    throw error
  }
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
