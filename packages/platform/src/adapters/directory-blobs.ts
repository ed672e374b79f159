// Blobs of an artifact store in a directory. A blob is written beside the others, in `.writing`,
// synced, and renamed into place, whose folder is synced too: it is there whole or not at all, also
// after a crash. Files are their owner's alone. What a crash leaves in `.writing` has no name, and
// goes when the directory is opened later.

import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { joinBytes, OperatingError } from '@proofhouse/evidence'
import { type ArtifactBlobs, type BlobFacts, requireBlobName } from '../artifacts/store/index.ts'
import { storageError, systemCodeOf } from './storage-error.ts'
import { syncFolder } from './synced-files.ts'

const writingFolder = '.writing'
const readSizeBytes = 262_144
/** Pieces are gathered up to here before each write to the disk. */
const writeSizeBytes = 1_048_576
const ownerOnlyFile = 0o600
const ownerOnlyFolder = 0o700

/**
 * Opens a directory of blobs, and makes it where there is none.
 * @param staleMs nobody takes longer between two pieces of a blob: what was written to less
 *   recently was left by a crash, and is removed
 * @throws storage-failed
 */
export async function openDirectoryBlobs(folder: string, staleMs: number): Promise<ArtifactBlobs> {
  const writing = join(folder, writingFolder)
  try {
    await mkdir(writing, { recursive: true, mode: ownerOnlyFolder })
    await syncFolder(folder)
    for (const name of await readdir(writing)) {
      const path = join(writing, name)
      const facts = await stat(path).catch(nullIfMissing)
      if (facts !== null && facts.mtimeMs <= Date.now() - staleMs) await rm(path, { force: true })
    }
  } catch (cause) {
    throw failure(folder, cause)
  }
  return new DirectoryBlobs(folder)
}

const failure = (path: string, cause: unknown) => storageError(path, cause, 'artifact')

function nullIfMissing(cause: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(cause))) return null
  throw cause
}

/** Fewer, larger pieces. */
async function* gathered(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of source) {
    pieces.push(piece)
    sizeBytes += piece.length
    if (sizeBytes < writeSizeBytes) continue
    yield joinBytes(pieces)
    pieces = []
    sizeBytes = 0
  }
  if (sizeBytes > 0) yield joinBytes(pieces)
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at)
    at += bytesWritten
  }
}

class DirectoryBlobs implements ArtifactBlobs {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(name: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const target = this.#pathOf(name)
    const temporary = join(this.#folder, writingFolder, randomBytes(16).toString('hex'))
    try {
      await this.#writeTemporary(temporary, name, source)
      try {
        const made = await mkdir(dirname(target), { recursive: true, mode: ownerOnlyFolder })
        await rename(temporary, target)
        await this.#syncAbove(name, made !== undefined)
      } catch (cause) {
        throw failure(name, cause)
      }
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
  }

  async *read(
    name: string,
    range: { readonly start: number; readonly end: number } = { start: 0, end: Infinity },
  ): AsyncGenerator<Uint8Array> {
    const handle = await this.#openFile(name)
    try {
      for (let at = range.start; at < range.end; ) {
        const piece = new Uint8Array(Math.min(readSizeBytes, range.end - at))
        const { bytesRead } = await handle
          .read(piece, 0, piece.length, at)
          .catch((cause: unknown) => {
            throw failure(name, cause)
          })
        if (bytesRead === 0) return
        yield piece.subarray(0, bytesRead)
        at += bytesRead
      }
    } finally {
      await handle.close()
    }
  }

  async stat(name: string): Promise<BlobFacts | null> {
    const path = this.#pathOf(name)
    try {
      const facts = await stat(path)
      return facts.isFile() ? { sizeBytes: facts.size, modifiedMs: facts.mtimeMs } : null
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(cause))) return null
      throw failure(name, cause)
    }
  }

  async *list(folder: string): AsyncGenerator<string> {
    requireBlobName(folder)
    const pending = [folder]
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      for (const entry of await this.#entriesOf(at)) {
        const name = `${at}/${entry.name}`
        if (entry.isDirectory()) pending.push(name)
        else if (entry.isFile()) yield name
      }
    }
  }

  async remove(name: string): Promise<void> {
    const path = this.#pathOf(name)
    try {
      await rm(path, { force: true })
      await syncFolder(dirname(path)).catch(nullIfMissing)
    } catch (cause) {
      throw failure(name, cause)
    }
  }

  #pathOf(name: string): string {
    return join(this.#folder, requireBlobName(name))
  }

  async #writeTemporary(path: string, name: string, source: AsyncIterable<Uint8Array>) {
    const handle = await open(path, 'wx', ownerOnlyFile).catch((cause: unknown) => {
      throw failure(name, cause)
    })
    try {
      // The source's own failures pass as they are.
      for await (const piece of gathered(source))
        await writeAll(handle, piece).catch((cause: unknown) => {
          throw failure(name, cause)
        })
      await handle.sync().catch((cause: unknown) => {
        throw failure(name, cause)
      })
    } finally {
      await handle.close()
    }
  }

  /** Makes a renaming durable, and the folders that were made for it. */
  async #syncAbove(name: string, areFoldersNew: boolean): Promise<void> {
    for (let at = dirname(name); ; at = dirname(at)) {
      await syncFolder(join(this.#folder, at))
      if (at === '.' || !areFoldersNew) return
    }
  }

  async #openFile(name: string): Promise<FileHandle> {
    const path = this.#pathOf(name)
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    try {
      const handle = await open(path, flags)
      if ((await handle.stat()).isFile()) return handle
      await handle.close()
    } catch (cause) {
      if (!['ENOENT', 'ENOTDIR'].includes(systemCodeOf(cause))) throw failure(name, cause)
    }
    throw new OperatingError('artifact-missing', `there is no file \`${name}\``)
  }

  async #entriesOf(folder: string) {
    try {
      return await readdir(join(this.#folder, folder), { withFileTypes: true })
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(cause))) return []
      throw failure(folder, cause)
    }
  }
}
