// The artifacts of one tenant by the SHA-256 of their bytes, each encrypted under a random key of
// its own, which a key wrapper wraps (spec/artifact-store.md). The ciphertext is written first,
// under a random name; the record that names the digest and holds the wrapped key is written last.
// INVARIANT: until then the key is in memory only, so what an interrupted put leaves opens for
// nobody.

import { createHash, randomBytes } from 'node:crypto'
import { type Bytes, type HexDigest, OperatingError } from '@proofhouse/evidence'
import {
  type ChunkedKey,
  type ChunkedMessage,
  chunkedMessageSize,
  decryptChunks,
  encryptChunks,
  openChunked,
} from '../../keys/index.ts'
import type { ByteRange } from '../ports.ts'
import { type ArtifactRecord, recordVersion } from './artifact-record.ts'
import { ArtifactRecords, missingArtifact, nullWhereBroken } from './artifact-records.ts'
import { artifactContext } from './artifact-context.ts'
import type { ArtifactBlobs, ArtifactKeyPlace, ArtifactKeyWrapper } from './ports.ts'

const dataKeySizeBytes = 32
const dataNameSizeBytes = 16

/** What a store of artifacts is made of. */
export interface ArtifactStoreParts {
  /** Up to 128 of lower-case letters, digits, `.`, `_` and `-`, the first a letter or digit. */
  readonly tenant: string
  readonly blobs: ArtifactBlobs
  readonly keys: ArtifactKeyWrapper
  readonly nowMs: () => number
}

/** An artifact by its content. */
export interface StoredArtifact {
  readonly digest: HexDigest
  readonly sizeBytes: number
}

/** Artifacts of one tenant. Another tenant's are never looked at, nor shared. */
export class ArtifactStore {
  readonly #tenant: string
  readonly #blobs: ArtifactBlobs
  readonly #records: ArtifactRecords
  readonly #keys: ArtifactKeyWrapper
  readonly #nowMs: () => number

  /** @throws usage-invalid when the tenant's name is none */
  constructor({ tenant, blobs, keys, nowMs }: ArtifactStoreParts) {
    this.#tenant = tenant
    this.#blobs = blobs
    this.#records = new ArtifactRecords(tenant, blobs)
    this.#keys = keys
    this.#nowMs = nowMs
  }

  /**
   * Stores bytes under their digest, in bounded memory; nothing of them is there until all is.
   * @param expected the digest when the caller knows it: then what is there already is not even
   *   read, and other bytes are refused
   * @throws artifact-corrupt when the bytes are not those of the expected digest; storage-failed;
   *   whatever the source or the key wrapper throws
   */
  async put(source: AsyncIterable<Uint8Array>, expected?: HexDigest): Promise<StoredArtifact> {
    const present = expected === undefined ? null : await this.stat(expected)
    if (present !== null) return present
    const hash = createHash('sha256')
    let sizeBytes = 0
    async function* hashed() {
      for await (const piece of source) {
        hash.update(piece)
        sizeBytes += piece.length
        yield piece
      }
    }
    const dataKey = new Uint8Array(randomBytes(dataKeySizeBytes))
    const data = randomBytes(dataNameSizeBytes).toString('hex')
    const context = artifactContext(this.#tenant, data)
    let isNamed = false
    try {
      await this.#blobs.write(
        this.#records.dataName(data),
        encryptChunks(hashed(), { inputKey: dataKey, context }),
      )
      const digest = hash.digest('hex')
      if (expected !== undefined && digest !== expected)
        throw new OperatingError(
          'artifact-corrupt',
          `the bytes given for artifact \`${expected}\` are those of \`${digest}\``,
        )
      // A broken one is replaced.
      if ((await this.#records.findWhole(digest)) === null) {
        const wrappedKey = await this.#keys.wrap(dataKey, this.#keyPlace(digest))
        isNamed = true
        await this.#records.write(digest, { data, wrappedKey })
      } else await this.#blobs.remove(this.#records.dataName(data))
      return { digest, sizeBytes }
    } catch (error) {
      // A record that could not be written may be there all the same: then its ciphertext must stay.
      if (!isNamed) await this.#blobs.remove(this.#records.dataName(data)).catch(() => undefined)
      throw error
    } finally {
      dataKey.fill(0)
    }
  }

  /**
   * The whole artifact in pieces. Each is authentic when it is given out, and the last one only
   * once all of them together have the digest.
   * @throws artifact-missing, ciphertext-invalid, artifact-corrupt, storage-failed; whatever the
   *   key wrapper throws
   */
  async *read(digest: HexDigest): AsyncGenerator<Bytes> {
    const { record } = await this.#records.require(digest)
    const key = await this.#keyOf(digest, record)
    const hash = createHash('sha256')
    let held: Bytes | null = null
    for await (const piece of decryptChunks(
      this.#blobs.read(this.#records.dataName(record.data)),
      key,
    )) {
      if (held !== null) yield held
      hash.update(piece)
      held = piece
    }
    if (hash.digest('hex') !== digest)
      throw new OperatingError(
        'artifact-corrupt',
        `artifact \`${digest}\` has other bytes than its digest names; remove it and put it again`,
      )
    if (held !== null) yield held
  }

  /**
   * A range of an artifact in pieces, authentic each; only its chunks are read. A range that
   * reaches the end authenticates that it is the end.
   * @throws as `read`; a range cannot be held against the digest
   */
  async *readRange(digest: HexDigest, { start, end }: ByteRange): AsyncGenerator<Bytes> {
    yield* (await this.#open(digest)).read(start, end)
  }

  /**
   * Whether an artifact is there, and its size as its ciphertext's length has it; null when it is
   * not there, or its record or ciphertext is broken. No key is asked for.
   * @throws storage-failed
   */
  async stat(digest: HexDigest): Promise<StoredArtifact | null> {
    const found = await this.#records.findWhole(digest)
    if (found === null) return null
    return { digest, sizeBytes: chunkedMessageSize(found.ciphertextSizeBytes) }
  }

  /** Digests of all artifacts. @throws storage-failed */
  async *list(): AsyncGenerator<HexDigest> {
    yield* this.#records.list()
  }

  /**
   * Removes an artifact, if it is there: first its name and key, then its ciphertext.
   * @throws storage-failed
   */
  async remove(digest: HexDigest): Promise<void> {
    const found = await this.#records.find(digest).catch(nullWhereBroken)
    await this.#records.remove(digest)
    if (found === null) return
    await this.#blobs.remove(this.#records.dataName(found.data))
    // A re-wrap that had read the record before may have written it since. One that writes it from
    // here on finds no ciphertext, and takes it back.
    await this.#records.remove(digest)
  }

  /**
   * Wraps an artifact's key anew if the key that keys are wrapped under has changed; its ciphertext
   * stays. Gives whether there was need to.
   * @throws artifact-missing, artifact-corrupt, storage-failed; whatever the key wrapper throws
   */
  async rewrap(digest: HexDigest): Promise<boolean> {
    const { record } = await this.#records.require(digest)
    const place = this.#keyPlace(digest)
    if (await this.#keys.isCurrent(record.wrappedKey, place)) return false
    const dataKey = await this.#keys.unwrap(record.wrappedKey, place)
    const wrappedKey = await this.#keys.wrap(dataKey, place).finally(() => dataKey.fill(0))
    await this.#records.write(digest, { ...record, wrappedKey })
    if ((await this.#blobs.stat(this.#records.dataName(record.data))) !== null) return true
    await this.#records.remove(digest)
    throw missingArtifact(digest)
  }

  /**
   * Wraps every key anew that needs it, and gives the digest of each when it is done: whoever reads
   * sets the pace, may stop at any time, and goes on by asking again.
   * @throws as `rewrap`; what is removed meanwhile is passed over
   */
  async *rewrapAll(): AsyncGenerator<HexDigest> {
    for await (const digest of this.list()) {
      const isDone = await this.rewrap(digest).catch((error: unknown) => {
        if (error instanceof OperatingError && error.code === 'artifact-missing') return false
        throw error
      })
      if (isDone) yield digest
    }
  }

  /** Every artifact with its wrapped key; null where its record cannot be read. @throws storage-failed */
  async *wrappedKeys(): AsyncGenerator<{
    readonly digest: HexDigest
    readonly wrappedKey: Bytes | null
  }> {
    for await (const digest of this.list()) {
      const found = await this.#records
        .find(digest)
        .catch((error: unknown) => nullWhereBroken(error) ?? { wrappedKey: null })
      if (found !== null) yield { digest, wrappedKey: found.wrappedKey }
    }
  }

  /**
   * Removes ciphertexts that no record names and that are older than the longest put takes: what
   * interrupted puts left. Gives how many.
   * @throws artifact-corrupt when a record cannot be read, and removes nothing; storage-failed
   */
  async sweep(olderThanMs: number): Promise<number> {
    const named = new Set<string>()
    for await (const digest of this.list()) {
      const record = await this.#records.find(digest)
      if (record !== null) named.add(record.data)
    }
    let removed = 0
    for await (const name of this.#records.dataNames()) {
      if (named.has(name.slice(name.lastIndexOf('/') + 1))) continue
      const facts = await this.#blobs.stat(name)
      if (facts === null || facts.modifiedMs > this.#nowMs() - olderThanMs) continue
      await this.#blobs.remove(name)
      removed++
    }
    return removed
  }

  async #open(digest: HexDigest): Promise<ChunkedMessage> {
    const { record, ciphertextSizeBytes } = await this.#records.require(digest)
    const name = this.#records.dataName(record.data)
    const source = {
      sizeBytes: ciphertextSizeBytes,
      read: (start: number, end: number) => this.#blobs.read(name, { start, end }),
    }
    return openChunked(source, await this.#keyOf(digest, record))
  }

  async #keyOf(digest: HexDigest, { data, wrappedKey }: ArtifactRecord): Promise<ChunkedKey> {
    const inputKey = await this.#keys.unwrap(wrappedKey, this.#keyPlace(digest))
    return { inputKey, context: artifactContext(this.#tenant, data) }
  }

  #keyPlace(digest: HexDigest): ArtifactKeyPlace {
    return { tenant: this.#tenant, kind: 'artifact', id: digest, version: recordVersion }
  }
}
