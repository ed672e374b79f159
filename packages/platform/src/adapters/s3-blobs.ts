// Blobs of an artifact store in an S3-compatible bucket. A server shows an object only when it is
// whole; large ones go in parts, of which only a few are in memory.

import { OperatingError } from '@proofhouse/evidence'
import { type ArtifactBlobs, type BlobFacts, requireBlobName } from '../artifacts/store/index.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** What is not larger goes in one request, and replaces what is there. */
const smallSizeMaxBytes = 8 * 1_048_576
/** Of one request's answer. */
const readSizeBytes = 4 * 1_048_576
/** Others may be replacing the same blob. */
const attemptsMax = 5
const dayMs = 86_400_000

/** How blobs are kept. */
export interface S3BlobOptions {
  /**
   * For so long nobody can remove a blob's bytes, in a bucket with Object Lock: what is removed has
   * no name any more, and stays as an old version. Null for no lock.
   */
  readonly retainDays: number | null
  readonly nowMs: () => number
}

/** Blobs in a bucket; what `S3Bucket` throws passes through. */
export class S3Blobs implements ArtifactBlobs {
  readonly #bucket: S3Bucket
  readonly #options: S3BlobOptions

  constructor(bucket: S3Bucket, options: S3BlobOptions) {
    this.#bucket = bucket
    this.#options = options
  }

  /** As the port has it, but for a blob of more than 8 MiB, which replaces none: such ones have new names. */
  async write(name: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    requireBlobName(name)
    let failure: { readonly error: unknown } | null = null
    const pieces = (async function* () {
      try {
        yield* source
      } catch (error) {
        failure = { error }
        throw error
      }
    })()
    const start: Uint8Array[] = []
    let sizeBytes = 0
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      start.push(next.value)
      sizeBytes += next.value.length
      if (sizeBytes > smallSizeMaxBytes) break
    }
    if (sizeBytes <= smallSizeMaxBytes) return this.#replace(name, Buffer.concat(start))
    const all = (async function* () {
      yield* start
      yield* pieces
    })()
    const isPut = await this.#bucket.putStream(name, all, this.#settings()).catch((error) => {
      // The bucket tells of its own failures; the source's pass as they are.
      throw failure === null ? error : failure.error
    })
    if (!isPut) throw taken(name)
  }

  async *read(
    name: string,
    range: { readonly start: number; readonly end: number } = { start: 0, end: Infinity },
  ): AsyncGenerator<Uint8Array> {
    const facts = await this.stat(name)
    if (facts === null) throw missing(name)
    const end = Math.min(range.end, facts.sizeBytes)
    for (let at = range.start; at < end; at += readSizeBytes) {
      const piece = await this.#bucket.readRange(name, at, Math.min(end, at + readSizeBytes))
      if (piece === null) throw missing(name)
      yield piece
    }
  }

  async stat(name: string): Promise<BlobFacts | null> {
    return this.#bucket.stat(requireBlobName(name))
  }

  async *list(folder: string): AsyncGenerator<string> {
    for await (const { path } of this.#bucket.list(`${requireBlobName(folder)}/`)) yield path
  }

  async remove(name: string): Promise<void> {
    await this.#bucket.remove([requireBlobName(name)])
  }

  /** The last of several writers wins. */
  async #replace(name: string, content: Uint8Array): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const expected = (await this.#bucket.stat(name))?.etag ?? null
      const settings = this.#settings()
      if ((await this.#bucket.put(name, content, { expected, settings })) !== null) return
    }
    throw taken(name)
  }

  #settings() {
    const { retainDays, nowMs } = this.#options
    const retainUntil = retainDays === null ? null : new Date(nowMs() + retainDays * dayMs)
    return { contentType: 'application/octet-stream', cacheControl: 'no-store', retainUntil }
  }
}

function missing(name: string): OperatingError {
  return new OperatingError('artifact-missing', `there is no object \`${name}\``)
}

function taken(name: string): OperatingError {
  return new OperatingError('storage-failed', `object \`${name}\` is being written by others`)
}
