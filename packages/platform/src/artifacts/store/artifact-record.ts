// The record of a stored artifact: which blob holds its ciphertext, and the key of that, wrapped.
// Canonical JSON, see spec/artifact-store.md. It is not trusted: a changed one leads to a refusal,
// since key and ciphertext are bound to their places.

import {
  type Bytes,
  canonicalJson,
  fromBase64,
  type HexDigest,
  isJsonObject,
  OperatingError,
  parseCanonicalJson,
  toBase64,
} from '@proofhouse/evidence'

/** The version of the layout that is written, and the only one that is read. */
export const recordVersion = 1
/** A wrapped key is small, whoever wraps it. */
export const recordSizeMaxBytes = 16_384

/** Where an artifact's ciphertext lies, and what opens it. */
export interface ArtifactRecord {
  /** 32 lower-case hexadecimal digits, random. */
  readonly data: string
  readonly wrappedKey: Bytes
}

/** The bytes of a record. */
export function encodeRecord({ data, wrappedKey }: ArtifactRecord): Bytes {
  return canonicalJson({ data, key: toBase64(wrappedKey), version: recordVersion })
}

/**
 * Reads a record.
 * @throws artifact-corrupt when it is anything but what `encodeRecord` writes
 */
export function decodeRecord(bytes: Uint8Array, digest: HexDigest): ArtifactRecord {
  try {
    const value = parseCanonicalJson(bytes)
    if (isJsonObject(value) && Object.keys(value).length === 3) {
      const { data, key, version } = value
      const isData = typeof data === 'string' && /^[0-9a-f]{32}$/.test(data)
      if (isData && typeof key === 'string' && version === recordVersion)
        return { data, wrappedKey: fromBase64(key) }
    }
  } catch (cause) {
    if (!(cause instanceof OperatingError)) throw cause
  }
  throw new OperatingError(
    'artifact-corrupt',
    `the record of artifact \`${digest}\` cannot be read; put the artifact again`,
  )
}
