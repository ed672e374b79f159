// Tiles in a directory, in C2SP layout. A write replaces the file by renaming; durability comes with `sync`, which syncs the files and
// every folder above them that a rename or a new folder changed.

import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type Bytes,
  digestSizeBytes,
  maxEntrySizeBytes,
  OperatingError,
  tileWidth,
} from '@proofhouse/evidence'
import { lockPath, stagingFolder, type TileStore } from '../ledger/index.ts'
import { storageError, systemCodeOf } from './storage-error.ts'

const temporarySuffix = '.tmp'
/** As many as Node has threads for files. */
const syncsAtOnce = 4

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The largest a file of a ledger can be, by the beginning of its path; anything else is read up to a mebibyte. */
const sizesMaxBytes: readonly (readonly [string, number])[] = [
  ['tile/entries/', tileWidth * (maxEntrySizeBytes + 2)],
  ['tile/', tileWidth * digestSizeBytes],
  // A file that is followed by a new one once it holds 32 MiB, and one batch more.
  [`${stagingFolder}/`, 1_200_000_000],
]
const otherSizeMaxBytes = 1_048_576

const strange = (path: string, problem: string) =>
  new OperatingError('ledger-corrupt', `\`${path}\` ${problem}`)

/** A file's bytes. Folders that strangers send may hold links out of them, pipes that never end, and files of any size. */
async function readBounded(file: string, path: string): Promise<Bytes | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (stats.isDirectory()) return null
    if (!stats.isFile()) throw strange(path, 'is a pipe or a device; a ledger holds files')
    const most = sizesMaxBytes.find(([start]) => path.startsWith(start))?.[1] ?? otherSizeMaxBytes
    if (stats.size > most) throw strange(path, `is larger than the ${most} bytes it can need`)
    const bytes = new Uint8Array(stats.size)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** A tile store in a folder, which must exist. */
export class DiskTileStore implements TileStore {
  readonly #folder: string
  readonly #made = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(path: string): Promise<Bytes | null> {
    const file = join(this.#folder, path)
    try {
      // Closing a file gives up every lock this process has on it (POSIX), so the lock file is not opened while it is as it should be.
      if (path === lockPath && (await stat(file)).size === 0) return new Uint8Array()
      return await readBounded(file, path)
    } catch (cause) {
      if (cause instanceof OperatingError) throw cause
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCodeOf(cause))) return null
      if (systemCodeOf(cause) === 'ELOOP') throw strange(path, 'is a link; a ledger holds files')
      throw storageError(path, cause)
    }
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    const target = join(this.#folder, path)
    try {
      const folder = dirname(target)
      if (!this.#made.has(folder)) {
        await mkdir(folder, { recursive: true })
        this.#made.add(folder)
      }
      await writeFile(`${target}${temporarySuffix}`, content)
      await rename(`${target}${temporarySuffix}`, target)
    } catch (cause) {
      throw storageError(path, cause)
    }
  }

  async sync(paths: readonly string[]): Promise<void> {
    await this.#syncAll(new Set(paths))
    // A name is durable with the folder that holds it, once what it names is.
    const folders = new Set<string>()
    for (const path of paths)
      for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder))
        folders.add(folder)
    await this.#syncAll(folders)
  }

  /** Several at once: file systems with a journal then write it once for all of them. */
  async #syncAll(paths: ReadonlySet<string>): Promise<void> {
    const next = paths.values()
    const worker = async () => {
      for (const path of next)
        await syncPath(join(this.#folder, path)).catch((cause: unknown) => {
          throw storageError(path, cause)
        })
    }
    const workers = Array.from({ length: Math.min(syncsAtOnce, paths.size) }, worker)
    // Nothing is under way on return, also where one of them has failed.
    for (const done of await Promise.allSettled(workers))
      if (done.status === 'rejected') throw done.reason
  }

  async remove(path: string): Promise<void> {
    try {
      await rm(join(this.#folder, path), { recursive: true, force: true })
      this.#made.delete(join(this.#folder, path))
    } catch (cause) {
      throw storageError(path, cause)
    }
  }

  async *list(): AsyncIterable<string> {
    const pending = ['']
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      const found = await this.#entriesOf(folder)
      for (const entry of found) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (entry.isDirectory()) pending.push(path)
        else yield path
      }
    }
  }

  async #entriesOf(folder: string) {
    try {
      return await readdir(join(this.#folder, folder), { withFileTypes: true })
    } catch (cause) {
      throw storageError(folder, cause)
    }
  }
}

/** Removes what an interrupted write left behind below a folder. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  const store = new DiskTileStore(folder)
  for await (const path of store.list())
    if (path.endsWith(temporarySuffix)) await store.remove(path)
}
