// Stores for trying a ledger on: where each lives, how its process dies, and faults at any call of any port.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import { DiskTileStore, removeTemporaryFiles } from '../adapters/disk-tile-store.ts'
import { FileLockStore } from '../adapters/file-lock-store.ts'
import { FileStagingLog } from '../adapters/file-staging-log.ts'
import { MemoryLockStore, MemoryStagingLog, MemoryTileStore } from '../adapters/memory-ledger.ts'
import type { LockStore, SharedLog, StagingLog, TileStore } from './ports.ts'

/** The three stores of a ledger. */
export interface Stores {
  readonly tiles: TileStore
  readonly lock: LockStore
  readonly staging: StagingLog
}

/** A place where a ledger's stores outlive whoever opened them. */
export interface Place {
  /** Stores as a new process finds them. */
  open(): Promise<Stores>
  /** What the system does to the stores of a process that ended. */
  afterDeath(stores: Stores): Promise<void>
  remove(): void
}

/** Stores in memory. */
export function memoryPlace(): Place {
  const stores = {
    tiles: new MemoryTileStore(),
    lock: new MemoryLockStore(),
    staging: new MemoryStagingLog(),
  }
  return {
    open: () => Promise.resolve(stores),
    afterDeath: () => Promise.resolve(),
    remove: () => {},
  }
}

/** Stores in a directory of their own; staging files are small, so that there are several. */
export function diskPlace(stagingFileMaxBytes = 2_000): Place & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-place-'))
  return {
    folder,
    async open() {
      const lock = await FileLockStore.open(folder, 0)
      await removeTemporaryFiles(folder)
      const staging = new FileStagingLog(folder, stagingFileMaxBytes)
      return { tiles: new DiskTileStore(folder), lock, staging }
    },
    async afterDeath({ lock, staging }) {
      await staging.close()
      await lock.release()
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Tiles in memory of which a power cut leaves only what was synced. */
class VolatileTileStore implements TileStore {
  readonly #view = new MemoryTileStore()
  readonly #durable: TileStore
  readonly #mayRemain: () => boolean
  readonly #unsynced = new Map<string, Uint8Array>()

  constructor(durable: TileStore, mayRemain: () => boolean) {
    this.#durable = durable
    this.#mayRemain = mayRemain
  }

  async read(path: string): Promise<Bytes | null> {
    return (await this.#view.read(path)) ?? this.#durable.read(path)
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    await this.#view.write(path, content)
    this.#unsynced.set(path, content.slice())
  }

  async sync(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const content = this.#unsynced.get(path)
      if (content !== undefined) await this.#durable.write(path, content)
      this.#unsynced.delete(path)
    }
  }

  async remove(path: string): Promise<void> {
    await this.#view.remove(path)
    for (const name of this.#unsynced.keys())
      if (name === path || name.startsWith(`${path}/`)) this.#unsynced.delete(name)
    await this.#durable.remove(path)
  }

  async *list(): AsyncIterable<string> {
    const seen = new Set<string>()
    for (const store of [this.#view.list(), this.#durable.list()])
      for await (const path of store) {
        if (!seen.has(path)) yield path
        seen.add(path)
      }
  }

  /** What was not synced is gone, or happens to have reached the disk. */
  async cutPower(): Promise<void> {
    for (const [path, content] of this.#unsynced)
      if (this.#mayRemain()) await this.#durable.write(path, content)
  }
}

/** Stores in memory that lose power when their process dies. `mayRemain` tells what has reached the disk without a sync. */
export function powerlessPlace(mayRemain: () => boolean = () => false): Place {
  const durable = new MemoryTileStore()
  const lock = new MemoryLockStore()
  const staging = new MemoryStagingLog()
  let tiles = new VolatileTileStore(durable, mayRemain)
  return {
    open() {
      tiles = new VolatileTileStore(durable, mayRemain)
      return Promise.resolve({ tiles, lock, staging })
    },
    afterDeath: () => tiles.cutPower(),
    remove: () => {},
  }
}

/**
 * What becomes of a call: it works; it fails without effect, or after its effect; its process dies
 * before or after it, so that neither it nor any later call returns.
 */
export type Fate = 'works' | 'fails, lost' | 'fails, kept' | 'dies before' | 'dies after'

/** Every fate but the good one. */
export const faults: readonly Fate[] = ['fails, lost', 'fails, kept', 'dies before', 'dies after']

/** Decides the fate of a call by its name, such as `lock.swap`, and its number among all calls. */
export type Decide = (name: string, number: number) => Fate

/** A process whose calls have fates. */
interface FatedProcess {
  readonly fated: <T>(name: string, call: () => Promise<T>) => Promise<T>
  /** Rejects when the process dies; whatever it was doing for others is over then. */
  readonly death: Promise<never>
  /** Resolves when a call has killed the process and none is under way. */
  readonly died: Promise<unknown>
}

function fatedProcess(decide: Decide): FatedProcess {
  let number = 0
  let dead = false
  const died = Promise.withResolvers<unknown>()
  const death = Promise.withResolvers<never>()
  death.promise.catch(() => {})
  /** Calls that are under way: a dead process has none. */
  const underWay = new Set<Promise<unknown>>()
  const forever = new Promise<never>(() => {})
  const die = () => {
    dead = true
    death.reject(new Error('the process is dead'))
    died.resolve(Promise.allSettled(underWay))
    return forever
  }
  const fated = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    if (dead) return forever
    const fate = decide(name, number++)
    if (fate === 'dies before') return die()
    if (fate === 'fails, lost') throw new OperatingError('storage-failed', `${name}, injected`)
    const made = call()
    underWay.add(made)
    const result = await made
      .catch((error: unknown) => {
        if (dead) return forever
        throw error
      })
      .finally(() => underWay.delete(made))
    if (dead) return forever
    if (fate === 'dies after') return die()
    if (fate === 'fails, kept') throw new OperatingError('storage-failed', `${name}, injected`)
    return result
  }
  return { fated, death: death.promise, died: died.promise }
}

function fatedTiles(tiles: TileStore, { fated }: FatedProcess): TileStore {
  return {
    read: (path) => fated('tiles.read', () => tiles.read(path)),
    write: (path, content) => fated('tiles.write', () => tiles.write(path, content)),
    sync: (paths) => fated('tiles.sync', () => tiles.sync(paths)),
    remove: (path) => fated('tiles.remove', () => tiles.remove(path)),
    list: () => tiles.list(),
  }
}

/** The stores with a fate for every call that changes or reads something; `died` resolves when one has killed the process. */
export function withFates(
  { tiles, lock, staging }: Stores,
  decide: Decide,
): Stores & { readonly died: Promise<unknown> } {
  const process = fatedProcess(decide)
  const { fated, died } = process
  return {
    died,
    tiles: fatedTiles(tiles, process),
    lock: {
      read: () => fated('lock.read', () => lock.read()),
      damaged: lock.damaged ?? null,
      swap: (expected, next) => fated('lock.swap', () => lock.swap(expected, next)),
      release: () => lock.release(),
    },
    staging: {
      append: (batch) => fated('staging.append', () => staging.append(batch)),
      batches: () => staging.batches(),
      forget: (size) => fated('staging.forget', () => staging.forget(size)),
      close: () => staging.close(),
    },
  }
}

/** The stores that writers share. */
export interface SharedPlace {
  readonly tiles: TileStore
  readonly log: SharedLog
}

/**
 * The shared stores of one writer, likewise. Its death in the middle of a commit or a publication ends that for the
 * others, as a server does when a connection is gone; `log.step` is the moment before a batch is given, `log.note` the
 * one before it is signed.
 */
export function withSharedFates(
  { tiles, log }: SharedPlace,
  decide: Decide,
): SharedPlace & { readonly died: Promise<unknown> } {
  const process = fatedProcess(decide)
  const { fated, death, died } = process
  const untilDeath = <T>(work: Promise<T>) => Promise.race([work, death])
  return {
    died,
    tiles: fatedTiles(tiles, process),
    log: {
      commit: (from, step) =>
        fated('log.commit', () =>
          log.commit(from, async (state) => {
            const commit = await untilDeath(
              fated('log.step', () => Promise.resolve()).then(() => step(state)),
            )
            if (commit === null) return null
            const note = () => untilDeath(fated('log.note', () => commit.note()))
            return { batch: commit.batch, note }
          }),
        ),
      publishing: (work) =>
        fated('log.publishing', () => Promise.resolve()).then(() =>
          log.publishing(() => untilDeath(work())),
        ),
      forget: (size) => fated('log.forget', () => log.forget(size)),
      release: () => log.release(),
    },
  }
}
