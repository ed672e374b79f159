// The private key that a place names, in use. Drivers are loaded when they are asked for.

import type { HeldKey, HeldKeyPlace } from '../keys/index.ts'

/** Tries of one request to AWS KMS. */
const kmsAttemptsMax = 3

/**
 * Opens a private key that its provider holds.
 * @param secret the secret in a file that only its owner may read
 * @throws key-missing, key-unsupported, key-provider-unavailable, key-provider-refused, file-missing, key-malformed
 */
export async function openHeldKey(
  place: HeldKeyPlace,
  secret: (path: string, what: 'token' | 'PIN') => Promise<string>,
): Promise<HeldKey> {
  if (place.provider === 'pkcs11') {
    const { library, token: tokenLabel, pinFile, object } = place
    const { pkcs11HeldKey } = await import('./pkcs11-held-key.ts')
    return pkcs11HeldKey({ library, tokenLabel, pin: () => secret(pinFile, 'PIN') }, object)
  }
  if (place.provider === 'vault') {
    const { vaultHeldKey } = await import('./vault-held-key.ts')
    return vaultHeldKey({ ...place, token: () => secret(place.tokenFile, 'token') }, place)
  }
  const { kmsHeldKey } = await import('./kms-held-key.ts')
  const { key, region, endpoint } = place
  return kmsHeldKey({ region, endpoint, credentials: null, attemptsMax: kmsAttemptsMax }, key)
}
