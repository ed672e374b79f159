// The provider that settings name. Drivers are loaded when they are asked for.

import type { KeyFiles, KeyProvider, ProviderSettings } from '../keys/index.ts'
import { fileKeyProvider } from './file-key-provider.ts'

/** What a provider is opened with beside its settings. */
export interface ProviderPlace {
  /** Folder of root key files. */
  readonly folder: string
  /** The secret in a file that only its owner may read. */
  readonly secret: (path: string, what: 'passphrase' | 'token' | 'PIN') => Promise<string>
}

/** A provider in use; `close` lets go of what it holds. */
export interface OpenedProvider {
  readonly provider: KeyProvider
  close(): void
}

/** Tries of one request to AWS KMS. */
const kmsAttemptsMax = 3

/** Opens the provider that the settings name. @throws usage-invalid, file-missing, key-malformed */
export async function openKeyProvider(
  settings: ProviderSettings,
  { folder, secret }: ProviderPlace,
  files: KeyFiles,
): Promise<OpenedProvider> {
  const close = () => undefined
  if (settings.provider === 'file') {
    const { passphraseFile } = settings
    const passphrase = passphraseFile === null ? null : await secret(passphraseFile, 'passphrase')
    return { provider: fileKeyProvider({ folder, files, passphrase }), close }
  }
  if (settings.provider === 'vault') {
    const { vaultKeyProvider } = await import('./vault-key-provider.ts')
    const token = () => secret(settings.tokenFile, 'token')
    return { provider: vaultKeyProvider({ ...settings, token }), close }
  }
  if (settings.provider === 'pkcs11') {
    const { pkcs11KeyProvider } = await import('./pkcs11-key-provider.ts')
    const { library, token: tokenLabel, pinFile } = settings
    const pin = () => secret(pinFile, 'PIN')
    const provider = pkcs11KeyProvider({ library, tokenLabel, pin })
    return { provider, close: () => provider.close() }
  }
  const { kmsKeyProvider } = await import('./kms-key-provider.ts')
  const { region, endpoint } = settings
  const given = { region, endpoint, credentials: null, attemptsMax: kmsAttemptsMax }
  return { provider: kmsKeyProvider(given), close }
}
