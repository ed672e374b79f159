// The staging log in files: batches appended to the newest file, one sync each; a file goes when all its batches are in durable tiles.

import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writevSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  decodeStaging,
  recordHeader,
  type StagedBatch,
  type StagingLog,
  stagingFolder,
  stagingPath,
} from '../ledger/index.ts'
import { storageError } from './storage-error.ts'

/** A file that has reached this size is followed by a new one. */
const stagingFileMaxBytes = 32 * 1_048_576

const readBackSizeBytes = 65_536
/** Batches smaller than this are made durable in this thread. */
const syncedHereMaxBytes = 65_536
const datasync = promisify(fdatasync)

interface StagingFile {
  readonly path: string
  readonly handle: number
  sizeBytes: number
  /** Index after its last entry. */
  end: number
}

/** The staging log of a ledger directory. */
export class FileStagingLog implements StagingLog {
  readonly #folder: string
  readonly #fileMaxBytes: number
  /** Oldest first; the last one takes the next batch. Only files of this process have handles. */
  readonly #files: StagingFile[] = []
  #older: string[]
  readonly #readBack = Buffer.allocUnsafeSlow(readBackSizeBytes)

  constructor(folder: string, fileMaxBytes: number = stagingFileMaxBytes) {
    this.#folder = folder
    this.#fileMaxBytes = fileMaxBytes
    try {
      mkdirSync(join(folder, stagingFolder), { recursive: true })
      this.#older = readdirSync(join(folder, stagingFolder))
        .toSorted()
        .map((name) => `${stagingFolder}/${name}`)
    } catch (cause) {
      throw storageError(stagingFolder, cause)
    }
  }

  async append(batch: StagedBatch): Promise<void> {
    try {
      await this.#append(batch)
    } catch (cause) {
      throw storageError(stagingFolder, cause)
    }
  }

  async *batches(): AsyncIterable<StagedBatch> {
    for (const path of this.#older) {
      let content: Buffer
      try {
        content = readFileSync(join(this.#folder, path))
      } catch (cause) {
        throw storageError(path, cause)
      }
      yield* decodeStaging(new Uint8Array(content)).batches
    }
  }

  forget(size: number): Promise<void> {
    try {
      this.#forget(size)
      return Promise.resolve()
    } catch (cause) {
      return Promise.reject(storageError(stagingFolder, cause))
    }
  }

  close(): Promise<void> {
    for (const { handle } of this.#files.splice(0)) closeSync(handle)
    return Promise.resolve()
  }

  async #append(batch: StagedBatch): Promise<void> {
    const last = this.#files.at(-1)
    const file =
      last !== undefined && last.sizeBytes < this.#fileMaxBytes ? last : this.#begin(batch)
    const header = recordHeader(batch)
    const wanted = header.length + batch.bundle.length
    const written = writevSync(file.handle, [header, batch.bundle], file.sizeBytes)
    if (written !== wanted) {
      // Part of a record is no record; take it back so that the next one does not follow damage.
      ftruncateSync(file.handle, file.sizeBytes)
      throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
    }
    // Now, so that nobody forgets the file meanwhile.
    file.end = batch.firstIndex + batch.count
    // A small batch is on disk sooner than another thread has taken it up; while a large one is written, others can be made.
    if (wanted < syncedHereMaxBytes) fdatasyncSync(file.handle)
    else await datasync(file.handle)
    this.#compare(file, [header, batch.bundle])
    file.sizeBytes += wanted
  }

  /** What is about to be signed must be what is stored. */
  #compare({ handle, sizeBytes }: StagingFile, parts: readonly Uint8Array[]): void {
    let position = sizeBytes
    for (const part of parts)
      for (let from = 0; from < part.length; from += this.#readBack.length) {
        const expected = part.subarray(from, from + this.#readBack.length)
        const found = this.#readBack.subarray(0, expected.length)
        const length = readSync(handle, found, 0, found.length, position)
        if (length !== found.length || found.compare(expected) !== 0)
          throw Object.assign(new Error('read back differs'), { code: 'EIO' })
        position += length
      }
  }

  #begin({ firstIndex }: StagedBatch): StagingFile {
    const path = stagingPath(firstIndex)
    const handle = openSync(join(this.#folder, path), 'w+')
    const file = { path, handle, sizeBytes: 0, end: firstIndex }
    this.#files.push(file)
    this.#syncFolder()
    return file
  }

  #forget(size: number): void {
    for (const path of this.#older) rmSync(join(this.#folder, path), { force: true })
    this.#older = []
    while (this.#files[0] !== undefined && this.#files[0].end <= size) {
      const file = this.#files.shift()
      if (file === undefined) break
      closeSync(file.handle)
      rmSync(join(this.#folder, file.path), { force: true })
    }
    this.#syncFolder()
  }

  #syncFolder(): void {
    const handle = openSync(join(this.#folder, stagingFolder), 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
}
