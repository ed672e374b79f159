// Blobs of an artifact store in memory, for as long as the process lives.

import { type Bytes, joinBytes, OperatingError } from '@proofhouse/evidence'
import { type ArtifactBlobs, type BlobFacts, requireBlobName } from '../artifacts/store/index.ts'

/** Blobs in memory. */
export class MemoryBlobs implements ArtifactBlobs {
  readonly #blobs = new Map<string, { readonly bytes: Bytes; readonly modifiedMs: number }>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  async write(name: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    requireBlobName(name)
    const pieces: Uint8Array[] = []
    for await (const piece of source) pieces.push(piece)
    this.#blobs.set(name, { bytes: joinBytes(pieces), modifiedMs: this.#nowMs() })
  }

  // oxlint-disable-next-line typescript/require-await -- as a disk or a server would answer
  async *read(
    name: string,
    range: { readonly start: number; readonly end: number } = { start: 0, end: Infinity },
  ): AsyncGenerator<Uint8Array> {
    const blob = this.#blobs.get(requireBlobName(name))
    if (blob === undefined)
      throw new OperatingError('artifact-missing', `there is no blob \`${name}\``)
    yield blob.bytes.slice(range.start, range.end)
  }

  stat(name: string): Promise<BlobFacts | null> {
    const blob = this.#blobs.get(requireBlobName(name))
    if (blob === undefined) return Promise.resolve(null)
    return Promise.resolve({ sizeBytes: blob.bytes.length, modifiedMs: blob.modifiedMs })
  }

  async *list(folder: string): AsyncGenerator<string> {
    const below = `${requireBlobName(folder)}/`
    yield* [...this.#blobs.keys()].filter((name) => name.startsWith(below))
  }

  remove(name: string): Promise<void> {
    this.#blobs.delete(requireBlobName(name))
    return Promise.resolve()
  }
}
