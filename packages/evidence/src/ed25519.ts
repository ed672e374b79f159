// Ed25519 signatures (RFC 8032) by WebCrypto. Keys that were used lately stay imported: importing one takes a tenth of a verification.

import { type Bytes, toHex } from './encoding.ts'

/** Imported keys that are kept: whoever verifies much verifies it with few keys. */
const keptKeysMax = 64
type VerifyKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>
/** By their bytes in hexadecimal; the one that was kept longest goes first. */
const keptKeys = new Map<string, Promise<VerifyKey>>()

function importedKey(publicKey: Bytes): Promise<VerifyKey> {
  const id = toHex(publicKey)
  const kept = keptKeys.get(id)
  if (kept !== undefined) return kept
  const imported = crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
  for (const oldest of keptKeys.keys()) {
    if (keptKeys.size < keptKeysMax) break
    keptKeys.delete(oldest)
  }
  keptKeys.set(id, imported)
  // What is no key is not kept: whoever asked is told.
  imported.catch(() => keptKeys.delete(id))
  return imported
}

/** Checks an Ed25519 signature; false also for a malformed key or signature. */
export async function verifyEd25519(
  publicKey: Bytes,
  message: Bytes,
  signature: Bytes,
): Promise<boolean> {
  try {
    const key = await importedKey(publicKey)
    return await crypto.subtle.verify('Ed25519', key, signature, message)
  } catch {
    return false
  }
}
