// Tiles in a bucket, in C2SP layout, ready to be served as they lie. Tiles and bundles are put once, where nothing is, and may be locked for
// years; the checkpoint is put only over the one that this server has seen, so that a server which was overtaken cannot take it back.

import {
  type Bytes,
  digestSizeBytes,
  maxEntrySizeBytes,
  OperatingError,
  tileWidth,
} from '@proofhouse/evidence'
import { checkpointPath, type TileStore } from '../ledger/index.ts'
import type { ObjectSettings, S3Bucket } from './s3-bucket.ts'

/** How long others may show an old checkpoint, in seconds. */
const checkpointCacheSeconds = 5
const dayMs = 86_400_000
const otherSizeMaxBytes = 1_048_576

/** The largest an object can be, by the beginning of its path. */
const sizesMaxBytes: readonly (readonly [string, number])[] = [
  ['tile/entries/', tileWidth * (maxEntrySizeBytes + 2)],
  ['tile/', tileWidth * digestSizeBytes],
  ['.staging/', 1_200_000_000],
]

/** Full tiles and bundles; partial ones are removed once the full one is there. */
const isFull = (path: string) => path.startsWith('tile/') && !path.includes('.p/')

/** A tile store below a bucket's prefix. */
export class S3TileStore implements TileStore {
  readonly #bucket: S3Bucket
  readonly #retainDays: number | null
  /** Version of the checkpoint that this server saw last; null for none there, undefined before it looked. */
  #checkpoint: string | null | undefined

  private constructor(bucket: S3Bucket, retainDays: number | null) {
    this.#bucket = bucket
    this.#retainDays = retainDays
  }

  /**
   * Opens the store. `retainDays` locks every full tile and bundle for so long: nobody can remove it, its owner included.
   * @throws config-invalid when the bucket cannot lock, storage-failed
   */
  static async open(
    bucket: S3Bucket,
    { retainDays }: { readonly retainDays: number | null },
  ): Promise<S3TileStore> {
    if (retainDays !== null && !(await bucket.hasObjectLock()))
      throw new OperatingError(
        'config-invalid',
        'the bucket has no Object Lock, so tiles cannot be retained in it; make one with Object Lock, or ask for no retention',
      )
    return new S3TileStore(bucket, retainDays)
  }

  async read(path: string): Promise<Bytes | null> {
    const most = sizesMaxBytes.find(([start]) => path.startsWith(start))?.[1] ?? otherSizeMaxBytes
    const found = await this.#bucket.read(path, most).catch(asCorrupt)
    if (path === checkpointPath) this.#checkpoint = found?.etag ?? null
    return found?.content ?? null
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    if (path === checkpointPath) return this.#writeCheckpoint(content)
    const settings = this.#settingsOf(path)
    if ((await this.#bucket.put(path, content, { expected: null, settings })) === null)
      throw new OperatingError(
        'ledger-corrupt',
        `\`${path}\` is in the bucket with other content; run \`proofhouse ledger fsck\``,
      )
  }

  /** Nothing to do: what is put is durable. */
  sync(): Promise<void> {
    return Promise.resolve()
  }

  async remove(path: string): Promise<void> {
    const paths: string[] = []
    for await (const found of this.#bucket.list(path))
      if (found.path === path || found.path.startsWith(`${path}/`)) paths.push(found.path)
    await this.#bucket.remove(paths)
  }

  async *list(): AsyncIterable<string> {
    for await (const { path } of this.#bucket.list('')) yield path
  }

  async #writeCheckpoint(content: Uint8Array): Promise<void> {
    if (this.#checkpoint === undefined)
      this.#checkpoint = (await this.#bucket.stat(checkpointPath))?.etag ?? null
    const settings = {
      contentType: 'text/plain; charset=utf-8',
      cacheControl: `max-age=${checkpointCacheSeconds}`,
      retainUntil: null,
    }
    const expected = this.#checkpoint
    const put = await this.#bucket.put(checkpointPath, content, { expected, settings })
    if (put === null)
      throw new OperatingError(
        'ledger-conflict',
        'another server has published a checkpoint in between; this one stops, open the ledger again',
      )
    this.#checkpoint = put
  }

  #settingsOf(path: string): ObjectSettings {
    const days = isFull(path) ? this.#retainDays : null
    return {
      contentType: path.startsWith('tile/') ? 'application/octet-stream' : 'text/plain',
      cacheControl: 'public, max-age=31536000, immutable',
      retainUntil: days === null ? null : new Date(Date.now() + days * dayMs),
    }
  }
}

/** An object of impossible size is damage, not a failure of the store. */
function asCorrupt(error: unknown): never {
  if (error instanceof OperatingError && error.code === 'limit-exceeded')
    throw new OperatingError('ledger-corrupt', error.message, { cause: error })
  throw error
}
