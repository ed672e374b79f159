// What an artifact's ciphertext is bound to, beside its key: spec/artifact-store.md, "The ciphertext".

import { type Bytes, joinBytes, utf8 } from '@proofhouse/evidence'

/** Parts the bytes here from all others that a key may ever authenticate. */
const label = utf8('proofhouse.dev/artifact/v1\0')

/** A label, then the tenant's name and the ciphertext's, each behind its length in two bytes, big-endian. */
export function artifactContext(tenant: string, data: string): Bytes {
  const fields = [tenant, data].flatMap((field) => {
    const text = utf8(field)
    return [Uint8Array.of(text.length >>> 8, text.length & 0xff), text]
  })
  return joinBytes([label, ...fields])
}
