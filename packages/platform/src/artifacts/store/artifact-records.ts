// The records of a tenant's artifacts among its blobs: by digest, with the ciphertext each one names.

import { concatBytes, type HexDigest, OperatingError } from '@proofhouse/evidence'
import { chunkedMessageSize } from '../../keys/index.ts'
import {
  type ArtifactRecord,
  decodeRecord,
  encodeRecord,
  recordSizeMaxBytes,
} from './artifact-record.ts'
import type { ArtifactBlobs } from './ports.ts'

const tenantName = /^[a-z0-9][a-z0-9._-]{0,127}$/
const digestForm = /^[0-9a-f]{64}$/

/** Codes of what is broken or absent rather than out of reach. */
const brokenCodes: readonly string[] = [
  'artifact-missing',
  'artifact-corrupt',
  'ciphertext-invalid',
]

/** Whether a tenant of this name can have artifacts. */
export function isArtifactTenant(tenant: string): boolean {
  return tenantName.test(tenant)
}

/** Null for an artifact that is broken or absent; any other failure goes on. */
export function nullWhereBroken(error: unknown): null {
  if (error instanceof OperatingError && brokenCodes.includes(error.code)) return null
  throw error
}

/** What is said of an artifact that is not there. */
export function missingArtifact(digest: HexDigest): OperatingError {
  return new OperatingError('artifact-missing', `there is no artifact \`${digest}\``)
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A record with the length of the ciphertext it names. */
interface FoundArtifact {
  readonly record: ArtifactRecord
  readonly ciphertextSizeBytes: number
}

/** Records by digest, and the names of blobs. */
export class ArtifactRecords {
  readonly #tenant: string
  readonly #blobs: ArtifactBlobs

  /** @throws usage-invalid when the tenant's name is none */
  constructor(tenant: string, blobs: ArtifactBlobs) {
    if (!isArtifactTenant(tenant))
      throw new OperatingError(
        'usage-invalid',
        `tenant \`${tenant}\` is no name; use lower-case letters, digits, dots, underscores and hyphens`,
      )
    this.#tenant = tenant
    this.#blobs = blobs
  }

  /** The record of an artifact; null when there is none. @throws artifact-corrupt, storage-failed */
  async find(digest: HexDigest): Promise<ArtifactRecord | null> {
    const name = this.#recordName(digest)
    if ((await this.#blobs.stat(name)) === null) return null
    const pieces: Uint8Array[] = []
    for await (const piece of this.#blobs.read(name, { start: 0, end: recordSizeMaxBytes }))
      pieces.push(piece)
    return decodeRecord(concatBytes(...pieces), digest)
  }

  /**
   * The record of an artifact whose ciphertext is there.
   * @throws artifact-missing, artifact-corrupt, storage-failed
   */
  async require(digest: HexDigest): Promise<FoundArtifact> {
    const record = await this.find(digest)
    if (record === null) throw missingArtifact(digest)
    const facts = await this.#blobs.stat(this.dataName(record.data))
    if (facts === null)
      throw new OperatingError(
        'artifact-corrupt',
        `the ciphertext of artifact \`${digest}\` is gone; put the artifact again`,
      )
    return { record, ciphertextSizeBytes: facts.sizeBytes }
  }

  /** The same, and null for one that is absent or broken as far as that shows without its key. @throws storage-failed */
  async findWhole(digest: HexDigest): Promise<FoundArtifact | null> {
    try {
      const found = await this.require(digest)
      chunkedMessageSize(found.ciphertextSizeBytes)
      return found
    } catch (error) {
      return nullWhereBroken(error)
    }
  }

  /** Writes or replaces a record. @throws storage-failed */
  async write(digest: HexDigest, record: ArtifactRecord): Promise<void> {
    await this.#blobs.write(this.#recordName(digest), only(encodeRecord(record)))
  }

  /** Removes a record, if it is there. @throws storage-failed */
  async remove(digest: HexDigest): Promise<void> {
    await this.#blobs.remove(this.#recordName(digest))
  }

  /** Digests of all records. @throws storage-failed */
  async *list(): AsyncGenerator<HexDigest> {
    for await (const name of this.#blobs.list(`${this.#tenant}/names`)) {
      const digest = name.slice(name.lastIndexOf('/') + 1)
      if (digestForm.test(digest) && name === this.#recordName(digest)) yield digest
    }
  }

  /** Blob names of all ciphertexts. @throws storage-failed */
  dataNames(): AsyncIterable<string> {
    return this.#blobs.list(`${this.#tenant}/data`)
  }

  /** The blob name of a ciphertext. */
  dataName(data: string): string {
    return `${this.#tenant}/data/${data.slice(0, 2)}/${data}`
  }

  #recordName(digest: HexDigest): string {
    if (!digestForm.test(digest))
      throw new OperatingError('usage-invalid', `\`${digest}\` is no SHA-256 in lower-case hex`)
    return `${this.#tenant}/names/${digest.slice(0, 2)}/${digest}`
  }
}
