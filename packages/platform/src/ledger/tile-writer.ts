// Writes full tiles and bundles behind the commits, a few at a time. What is staged and not yet written is bounded: the sequencer
// waits for `room()`. Everything written is remembered until `sync` has made it durable.

import type { TileStore } from './ports.ts'

const concurrentWritesMax = 4

/** Full files waiting to be written, in bytes, before appends must wait: bounds memory and the lag of the tiles. */
const pendingMaxBytes = 64 * 1_048_576

interface Waiting {
  readonly path: string
  readonly content: Uint8Array
}

/** The write-behind queue of one sequencer. */
export class TileWriter {
  readonly #tiles: TileStore
  readonly #queue: Waiting[] = []
  readonly #written = new Set<string>()
  readonly #idle: (() => void)[] = []
  readonly #roomy: (() => void)[] = []
  #pendingBytes = 0
  #writing = 0
  #failure: { readonly cause: unknown } | null = null

  constructor(tiles: TileStore) {
    this.#tiles = tiles
  }

  /** Queues a file. */
  add(path: string, content: Uint8Array): void {
    this.#queue.push({ path, content })
    this.#pendingBytes += content.length
    this.#pump()
  }

  /** Resolves when there is room for more. @throws storage-failed when a write has failed */
  async room(): Promise<void> {
    if (this.#pendingBytes > pendingMaxBytes && this.#failure === null)
      await new Promise<void>((resolve) => {
        this.#roomy.push(resolve)
      })
    this.#check()
  }

  /** Resolves when everything queued is written. @throws storage-failed when a write has failed */
  async flush(): Promise<void> {
    if ((this.#queue.length > 0 || this.#writing > 0) && this.#failure === null)
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve)
      })
    this.#check()
  }

  /** Makes everything written so far durable. @throws storage-failed */
  async sync(): Promise<void> {
    const paths = [...this.#written]
    await this.#tiles.sync(paths)
    for (const path of paths) this.#written.delete(path)
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure.cause
  }

  #pump(): void {
    while (this.#writing < concurrentWritesMax) {
      const next = this.#queue.shift()
      if (next === undefined) break
      this.#writing++
      this.#tiles
        .write(next.path, next.content)
        .then(() => this.#written.add(next.path))
        .catch((cause: unknown) => {
          this.#failure ??= { cause }
        })
        .finally(() => {
          this.#writing--
          this.#pendingBytes -= next.content.length
          this.#wake()
          this.#pump()
        })
    }
  }

  #wake(): void {
    const failed = this.#failure !== null
    if (failed || this.#pendingBytes <= pendingMaxBytes)
      for (const resolve of this.#roomy.splice(0)) resolve()
    if (failed || (this.#queue.length === 0 && this.#writing === 0))
      for (const resolve of this.#idle.splice(0)) resolve()
  }
}
