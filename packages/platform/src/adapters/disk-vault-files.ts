// The files of a decision log in one folder. Those that grow are kept open; replacing is a file beside, made durable and renamed.

import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bytes } from '@proofhouse/evidence'
import type { Piece, VaultFiles } from '../decisions/index.ts'
import { storageError, systemCodeOf } from './storage-error.ts'
import { syncFolder } from './synced-files.ts'

/** Only its owner may read or write. */
const fileMode = 0o600
const temporary = /\.[0-9a-f]{16}\.new$/

/** A folder of vault files. */
export class DiskVaultFiles implements VaultFiles {
  readonly #folder: string
  /** Open files and their sizes, by name. */
  readonly #open = new Map<string, { readonly handle: FileHandle; sizeBytes: number }>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Opens a folder, making it when there is none; removes what an interrupted replacement left. */
  static async open(folder: string): Promise<DiskVaultFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(failed(folder))
    const names = await readdir(folder).catch(failed(folder))
    for (const name of names) if (temporary.test(name)) await rm(join(folder, name))
    return new DiskVaultFiles(folder)
  }

  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const file = await this.#forWriting(name, true)
    const work = async () => {
      if (file.sizeBytes < at) throw new Error('the file ends before that')
      if (file.sizeBytes !== at) await file.handle.truncate(at)
      file.sizeBytes = at
      await writeAll(file.handle, bytes, at)
      file.sizeBytes = at + bytes.length
      await file.handle.datasync()
    }
    await work().catch(failed(this.#path(name)))
  }

  async read(name: string, offset: number, length: number): Promise<Bytes | null> {
    const opened = this.#open.get(name)
    const path = this.#path(name)
    const handle = opened?.handle ?? (await open(path, 'r').catch(absent))
    if (handle === null) return null
    try {
      const sizeBytes = opened?.sizeBytes ?? (await handle.stat()).size
      const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)))
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, offset + at)
        if (bytesRead === 0) return bytes.subarray(0, at)
        at += bytesRead
      }
      return bytes
    } catch (cause) {
      throw storageError(path, cause)
    } finally {
      if (opened === undefined) await handle.close()
    }
  }

  async overwrite(name: string, pieces: readonly Piece[]): Promise<void> {
    const work = async () => {
      const { handle, sizeBytes } = await this.#forWriting(name, false)
      if (pieces.some(({ offset, bytes }) => offset + bytes.length > sizeBytes))
        throw new Error('the file ends before that')
      for (const { offset, bytes } of pieces) await writeAll(handle, bytes, offset)
      await handle.datasync()
    }
    await work().catch(failed(this.#path(name)))
  }

  async replace(name: string, bytes: Uint8Array | null): Promise<void> {
    const path = this.#path(name)
    await this.#forget(name)
    const work = async () => {
      if (bytes === null) {
        await writeOver(path)
        await rm(path, { force: true })
      } else {
        const beside = `${path}.${randomBytes(8).toString('hex')}.new`
        await writeNew(beside, bytes).catch(async (error: unknown) => {
          await rm(beside, { force: true })
          throw error
        })
        await rename(beside, path)
      }
      await syncFolder(this.#folder)
    }
    await work().catch(failed(path))
  }

  async list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]> {
    const names = await readdir(this.#folder).catch(failed(this.#folder))
    const whole = names.filter((name) => !temporary.test(name))
    const files = whole.map(async (name) => {
      const { size } = await stat(this.#path(name)).catch(failed(this.#path(name)))
      return { name, sizeBytes: size }
    })
    return Promise.all(files)
  }

  /** Closes the files that are open. */
  async close(): Promise<void> {
    for (const name of this.#open.keys()) await this.#forget(name)
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }

  async #forWriting(name: string, makes: boolean) {
    const opened = this.#open.get(name)
    if (opened !== undefined) return opened
    const path = this.#path(name)
    let handle = await open(path, 'r+').catch(absent)
    if (handle === null) {
      if (!makes) throw new Error('there is no such file')
      handle = await open(path, 'wx+', fileMode).catch(failed(path))
      await syncFolder(this.#folder)
    }
    const file = { handle, sizeBytes: (await handle.stat()).size }
    this.#open.set(name, file)
    return file
  }

  async #forget(name: string): Promise<void> {
    const opened = this.#open.get(name)
    this.#open.delete(name)
    await opened?.handle.close()
  }
}

const failed = (path: string) => (cause: unknown) => {
  throw storageError(path, cause)
}

function absent(cause: unknown): null {
  if (systemCodeOf(cause) === 'ENOENT') return null
  throw storageError('a file of the decision log', cause)
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', fileMode)
  try {
    await handle.writeFile(bytes)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

const zeros = new Uint8Array(1_048_576)

/** On a file system that writes elsewhere what is overwritten, the old bytes stay in freed space: the epoch's end covers that. */
async function writeOver(path: string): Promise<void> {
  const handle = await open(path, 'r+').catch(absent)
  if (handle === null) return
  try {
    const { size } = await handle.stat()
    for (let at = 0; at < size; at += zeros.length)
      await writeAll(handle, zeros.subarray(0, Math.min(zeros.length, size - at)), at)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}
