// The files of a spool in one folder that only its owner may read. Files that grow are kept open; a new file is written beside, made
// durable and renamed.

import { chmodSync, mkdirSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import type { SpoolFiles } from '../spool/ports.ts'
import { takeSpoolLock } from './spool-lock.ts'

const fileMode = 0o600
const folderMode = 0o700
const lockName = '.lock'
const beside = '.new'
const condemned = '.gone'
const isPassing = (name: string) => name.endsWith(beside) || name.endsWith(condemned)
const zeros = Buffer.alloc(1_048_576)

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)

const failed = (path: string) => (cause: unknown) => {
  throw new OperatingError('storage-failed', `file of the spool \`${path}\`: ${codeOf(cause)}`, {
    cause,
  })
}

const absent = (path: string) => (cause: unknown) =>
  codeOf(cause) === 'ENOENT' ? null : failed(path)(cause)

/** A folder of a spool's files, locked. */
export class SpoolFolder implements SpoolFiles {
  readonly #folder: string
  readonly #lock: { close(): void }
  /** Files that grow, by name. */
  readonly #open = new Map<string, { readonly handle: FileHandle; sizeBytes: number }>()
  #isClosed = false

  private constructor(folder: string, lock: { close(): void }) {
    this.#folder = folder
    this.#lock = lock
  }

  /** Opens a folder, making it where there is none; what an interrupted write left is destroyed. @throws ledger-busy, storage-failed */
  static async open(folder: string): Promise<SpoolFolder> {
    try {
      mkdirSync(folder, { recursive: true, mode: folderMode })
      chmodSync(folder, folderMode)
    } catch (cause) {
      failed(folder)(cause)
    }
    const files = new SpoolFolder(folder, takeSpoolLock(join(folder, lockName)))
    const names = await readdir(folder).catch(failed(folder))
    for (const name of names ?? []) if (isPassing(name)) await files.destroy(name)
    return files
  }

  async list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]> {
    const names = (await readdir(this.#folder).catch(failed(this.#folder))) ?? []
    const whole = names.filter((name) => name !== lockName && !isPassing(name))
    return Promise.all(
      whole.map(async (name) => {
        const { size } = await stat(join(this.#folder, name))
        return { name, sizeBytes: size }
      }),
    ).catch((cause: unknown) => failed(this.#folder)(cause))
  }

  async read(name: string, offset: number, length: number): Promise<Buffer | null> {
    const path = join(this.#folder, name)
    const opened = this.#open.get(name)
    const handle = opened?.handle ?? (await open(path, 'r').catch(absent(path)))
    if (handle === null) return null
    const bytes = Buffer.allocUnsafe(length)
    let at = 0
    try {
      while (at < length) {
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at)
        if (bytesRead === 0) break
        at += bytesRead
      }
    } catch (cause) {
      failed(path)(cause)
    } finally {
      if (opened === undefined) await handle.close()
    }
    return bytes.subarray(0, at)
  }

  async create(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, name)
    const work = async () => {
      const handle = await open(`${path}${beside}`, 'w', fileMode)
      try {
        await handle.writeFile(bytes)
        await handle.datasync()
      } finally {
        await handle.close()
      }
      await rename(`${path}${beside}`, path)
      await this.#sync()
    }
    await work().catch(failed(path))
  }

  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, name)
    const work = async () => {
      const file = this.#open.get(name) ?? (await openToGrow(path))
      this.#open.set(name, file)
      if (file.sizeBytes !== at) await file.handle.truncate(at)
      await writeAll(file.handle, bytes, at)
      file.sizeBytes = at + bytes.length
      await file.handle.datasync()
    }
    await work().catch(failed(path))
  }

  async destroy(name: string): Promise<void> {
    const path = join(this.#folder, name)
    const work = async () => {
      await this.#open.get(name)?.handle.close()
      this.#open.delete(name)
      // Under another name first: what a crash leaves half written over must not be taken for what it was.
      const gone = name.endsWith(condemned) ? path : `${path}${condemned}`
      if (gone !== path && (await rename(path, gone).catch(absent(path))) === null) return
      await this.#sync()
      const handle = await open(gone, 'r+')
      try {
        const { size } = await handle.stat()
        for (let at = 0; at < size; at += zeros.length)
          await writeAll(handle, zeros.subarray(0, Math.min(zeros.length, size - at)), at)
        await handle.datasync()
      } finally {
        await handle.close()
      }
      await rm(gone)
      await this.#sync()
    }
    await work().catch(failed(path))
  }

  async close(): Promise<void> {
    for (const { handle } of this.#open.values()) await handle.close()
    this.#open.clear()
    if (!this.#isClosed) this.#lock.close()
    this.#isClosed = true
  }

  /** A new name in a folder is durable once the folder is. */
  async #sync(): Promise<void> {
    const handle = await open(this.#folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

async function openToGrow(path: string) {
  const handle = await open(path, 'r+')
  return { handle, sizeBytes: (await handle.stat()).size }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}
