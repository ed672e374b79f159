// What happens behind the commits: full tiles and bundles are written, the head is published, the staging log is shortened, and
// partial files that full ones stand for are removed.
// INVARIANT: only what is committed is ever handed to a publisher, so that no file of the log runs ahead of the commit point.
// INVARIANT: the staging log forgets entries, and a partial file goes, only once what stands for them is durable.

import { addSignatures, type Checkpoint, parseNote, tileWidth } from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { LedgerLimits } from './limits.ts'
import type { StagingLog, TileStore } from './ports.ts'
import type { LogFile, PartialFile } from './right-edge.ts'
import { TileWriter } from './tile-writer.ts'

/** A signed head, read. */
export interface Head {
  readonly note: string
  readonly checkpoint: Checkpoint
}

/** Writes the files of one log behind its commits. */
export class Publisher {
  readonly #tiles: TileStore
  readonly #staging: StagingLog
  readonly #writer: TileWriter
  /** Full files that may have partial versions, with the size of the log from which on there is the full one. */
  readonly #partial = new Map<string, number>()
  #head: Head
  #published: Head
  /** The note of the published head as readers see it: with the cosignatures that it has been given. */
  #publishedNote: string
  #turn: Promise<unknown> = Promise.resolve()

  /** `published` is the head in the store, and `partials` what lies right of its full files there. */
  constructor(
    stores: { readonly tiles: TileStore; readonly staging: StagingLog },
    limits: LedgerLimits,
    given: {
      readonly published: Head
      readonly publishedNote: string
      readonly partials: readonly PartialFile[]
    },
  ) {
    this.#tiles = stores.tiles
    this.#staging = stores.staging
    this.#writer = new TileWriter(stores.tiles, limits.pendingMaxBytes)
    this.#head = given.published
    this.#published = given.published
    this.#publishedNote = given.publishedNote
    for (const { full, fullAtSize } of given.partials) this.#partial.set(full, fullAtSize)
  }

  /** The head that readers see. */
  get published(): Head {
    return this.#published
  }

  /** Its note, with the cosignatures that it has. */
  get publishedNote(): string {
    return this.#publishedNote
  }

  /**
   * Adds the signatures of a note to the published head when it is of the same text; says whether it was.
   * @throws note-malformed, storage-failed
   */
  cosigned(note: string): Promise<boolean> {
    const { text, signatures } = parseNote(note)
    return this.#inTurn(async () => {
      if (parseNote(this.#published.note).text !== text) return false
      const merged = addSignatures(this.#publishedNote, signatures)
      await this.#tiles.write(checkpointPath, Buffer.from(merged))
      this.#publishedNote = merged
      return true
    })
  }

  /** Takes a committed head and the files that it completed. */
  committed(head: Head, files: readonly LogFile[]): void {
    this.#head = head
    for (const file of files) this.#writer.add(file)
  }

  /** Resolves when the lag of the files is within its bound. @throws storage-failed when a write has failed */
  room(): Promise<void> {
    return this.#writer.room()
  }

  /** Publishes the committed head, whose partial files are given. @throws storage-failed */
  async publish(partials: readonly PartialFile[]): Promise<void> {
    const head = this.#head
    await this.#writer.flush()
    await this.#inTurn(async () => {
      for (const { path, content, full, fullAtSize } of partials) {
        await this.#tiles.write(path, content)
        this.#partial.set(full, fullAtSize)
      }
      await this.#tiles.write(checkpointPath, Buffer.from(head.note))
      // Within the turn: cosignatures of the head before must not be written over this one.
      this.#published = head
      this.#publishedNote = head.note
    })
  }

  /** Makes the full files so far durable, then forgets the batches they hold. @throws storage-failed */
  async shortenStaging(): Promise<void> {
    const { size } = this.#head.checkpoint
    await this.#writer.flush()
    await this.#writer.sync()
    await this.#staging.forget(Math.floor(size / tileWidth) * tileWidth)
    await this.#removeSuperseded(size)
  }

  /** Makes the published log durable, so that nothing staged is needed any more. @throws storage-failed */
  async finish(partials: readonly PartialFile[]): Promise<void> {
    const { size } = this.#head.checkpoint
    await this.#writer.flush()
    await this.#writer.sync()
    await this.#tiles.sync([...partials.map(({ path }) => path), checkpointPath])
    await this.#staging.forget(size)
    await this.#removeSuperseded(size)
  }

  /** Gives up on what is not written yet; nothing is being written on return. */
  async stop(): Promise<void> {
    await this.#writer.stop()
    await this.#turn
  }

  /** Removes the partial versions of files that are full and durable in a log of this size. */
  #removeSuperseded(size: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const [full, fullAtSize] of this.#partial)
        if (fullAtSize <= size) {
          this.#partial.delete(full)
          await this.#tiles.remove(`${full}.p`)
        }
    })
  }

  /** One after the other: a folder must not go while a partial file is written into it. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(task)
    // Whoever asked is told of a failure; the next one has its own turn.
    this.#turn = done.catch(() => undefined)
    return done
  }
}
