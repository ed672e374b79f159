// Tiles in a directory, in C2SP layout. A write replaces the file by renaming; durability comes with `sync`, which syncs the files and
// every folder above them that a rename or a new folder changed.

import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bytes } from '@proofhouse/evidence'
import { lockPath, type TileStore } from '../ledger/index.ts'
import { storageError, systemCodeOf } from './storage-error.ts'

const temporarySuffix = '.tmp'

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
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
      return new Uint8Array(await readFile(file))
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCodeOf(cause))) return null
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
    const folders = new Set<string>()
    for (const path of paths) {
      try {
        await syncPath(join(this.#folder, path))
      } catch (cause) {
        throw storageError(path, cause)
      }
      for (let folder = dirname(path); ; folder = dirname(folder)) {
        folders.add(folder)
        if (folder === '.') break
      }
    }
    for (const folder of folders) {
      try {
        await syncPath(join(this.#folder, folder))
      } catch (cause) {
        throw storageError(folder, cause)
      }
    }
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
