// Writes full tiles and bundles behind the commits, a few at a time. What waits here is bounded: the sequencer waits for `room()`.
// Everything written is remembered until `sync` has made it durable.

import type { TileStore } from './ports.ts'
import type { LogFile } from './right-edge.ts'

const concurrentWritesMax = 4

interface Waiter {
  readonly ready: () => boolean
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

/** The write-behind queue of one sequencer. */
export class TileWriter {
  readonly #tiles: TileStore
  readonly #pendingMaxBytes: number
  readonly #queue: LogFile[] = []
  /** Numbers of the files that are being written, in the order they were added. */
  readonly #writing = new Set<number>()
  readonly #written = new Set<string>()
  readonly #waiters = new Set<Waiter>()
  #stopped: (() => void) | null = null
  #added = 0
  #pendingBytes = 0
  #failure: { readonly cause: unknown } | null = null

  constructor(tiles: TileStore, pendingMaxBytes: number) {
    this.#tiles = tiles
    this.#pendingMaxBytes = pendingMaxBytes
  }

  /** Queues a file. */
  add(file: LogFile): void {
    this.#queue.push(file)
    this.#added++
    this.#pendingBytes += file.content.length
    this.#pump()
  }

  /** Resolves when there is room for more. @throws storage-failed when a write has failed */
  room(): Promise<void> {
    return this.#until(() => this.#pendingBytes <= this.#pendingMaxBytes)
  }

  /**
   * Resolves when everything that has been added so far is written; what is added later does not delay it.
   * @throws storage-failed when a write has failed
   */
  flush(): Promise<void> {
    const wanted = this.#added
    return this.#until(() => this.#firstUnwritten() >= wanted)
  }

  /** Makes everything written so far durable. @throws storage-failed */
  async sync(): Promise<void> {
    const paths = [...this.#written]
    this.#written.clear()
    await this.#tiles.sync(paths)
  }

  /** Forgets what is queued; nothing is being written on return. */
  async stop(): Promise<void> {
    this.#queue.length = 0
    await new Promise<void>((resolve) => {
      this.#stopped = resolve
      this.#wake()
    })
  }

  /** Number of the first file that is not written yet, counted as they were added. */
  #firstUnwritten(): number {
    const [first = this.#added - this.#queue.length] = this.#writing
    return first
  }

  #until(ready: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ ready, resolve, reject })
      this.#wake()
    })
  }

  #pump(): void {
    while (this.#writing.size < concurrentWritesMax && this.#failure === null) {
      const number = this.#added - this.#queue.length
      const next = this.#queue.shift()
      if (next === undefined) return
      this.#writing.add(number)
      void this.#write(next, number)
    }
  }

  async #write({ path, content }: LogFile, number: number): Promise<void> {
    try {
      await this.#tiles.write(path, content)
      this.#written.add(path)
    } catch (cause) {
      this.#failure ??= { cause }
    }
    this.#writing.delete(number)
    this.#pendingBytes -= content.length
    this.#wake()
    this.#pump()
  }

  #wake(): void {
    if (this.#writing.size === 0) this.#stopped?.()
    for (const waiter of this.#waiters) {
      if (this.#failure === null && !waiter.ready()) continue
      this.#waiters.delete(waiter)
      if (this.#failure === null) waiter.resolve()
      else waiter.reject(this.#failure.cause)
    }
  }
}
