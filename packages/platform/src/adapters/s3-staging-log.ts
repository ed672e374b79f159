// The staging log in a bucket: an object per batch, named for its first entry, put where nothing is. Two servers that stage at the same place
// find each other out here already; whose batch counts is decided by the commit point alone.

import { OperatingError } from '@proofhouse/evidence'
import {
  decodeStaging,
  recordHeader,
  type StagedBatch,
  type StagingLog,
  stagingFolder,
  stagingPath,
} from '../ledger/index.ts'
import type { ObjectSettings, S3Bucket } from './s3-bucket.ts'

/** Largest object read back: one batch of a single writer, with room to spare. */
const objectSizeMaxBytes = 1_200_000_000

const settings: ObjectSettings = {
  contentType: 'application/octet-stream',
  cacheControl: 'no-store',
  retainUntil: null,
}

/** The staging log below a bucket's prefix, beside the tiles. */
export class S3StagingLog implements StagingLog {
  readonly #bucket: S3Bucket

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket
  }

  async append(batch: StagedBatch): Promise<void> {
    const path = stagingPath(batch.firstIndex)
    const record = Buffer.concat([recordHeader(batch), batch.bundle])
    if ((await this.#bucket.put(path, record, { expected: null, settings })) === null)
      throw new OperatingError(
        'ledger-conflict',
        `another server stages entries at ${batch.firstIndex}; stop one of the two and open the ledger again`,
      )
    // What is about to be signed must be what is stored.
    const stored = await this.#bucket.read(path, record.length)
    if (stored === null || !record.equals(stored.content))
      throw new OperatingError('storage-failed', `object \`${path}\`: read back differs`)
  }

  async *batches(): AsyncIterable<StagedBatch> {
    for (const path of await this.#paths()) {
      const batches = await this.#readBatch(path)
      if (batches.length === 0)
        throw new OperatingError(
          'ledger-busy',
          `\`${path}\` went while the staging log was read: another server still works on this ledger; try again`,
        )
      yield* batches
    }
  }

  async forget(size: number): Promise<void> {
    const paths = await this.#paths()
    const forgotten: string[] = []
    for (const [n, path] of paths.entries()) {
      const next = paths[n + 1]
      // A batch ends where the next one begins, or before; only the last one has to be looked at.
      if (next !== undefined ? firstIndexOf(next) <= size : await this.#endsBy(path, size))
        forgotten.push(path)
    }
    await this.#bucket.remove(forgotten)
  }

  /** The bucket is its owner's to close. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Names in the order of their batches. */
  async #paths(): Promise<string[]> {
    const paths: string[] = []
    for await (const { path } of this.#bucket.list(`${stagingFolder}/`)) paths.push(path)
    return paths.toSorted()
  }

  async #endsBy(path: string, size: number): Promise<boolean> {
    if (size === Number.MAX_SAFE_INTEGER) return true
    if (firstIndexOf(path) >= size) return false
    const batches = await this.#readBatch(path)
    return batches.every(({ firstIndex, count }) => firstIndex + count <= size)
  }

  /** The batch of an object; none where it is gone meanwhile. A put is whole or not there: anything else is damage. */
  async #readBatch(path: string): Promise<readonly StagedBatch[]> {
    const found = await this.#bucket.read(path, objectSizeMaxBytes)
    if (found === null) return []
    const { batches, soundSizeBytes } = decodeStaging(found.content)
    if (batches.length !== 1 || soundSizeBytes !== found.content.length)
      throw new OperatingError(
        'ledger-corrupt',
        `\`${path}\` does not hold one whole batch; run \`proofhouse ledger fsck\``,
      )
    return batches
  }
}

const firstIndexOf = (path: string) => Number(path.slice(stagingFolder.length + 1))
