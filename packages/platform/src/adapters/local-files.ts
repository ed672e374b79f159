// Files on the local disk: bounded reads, streamed digests, atomic durable writes. Every failure is an operating error
// that names the path and what to do.

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { FileDigest, Files } from '../workflows/index.ts'
import { openRegularFile } from './regular-file.ts'

const digestChunkBytes = 1_048_576

const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

/** The operating error for a failed read. */
export function readError(path: string, cause: unknown): OperatingError {
  const code = systemCode(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new OperatingError('file-missing', `no file at \`${path}\`; check the path`, { cause })
  const why: Readonly<Record<string, string>> = {
    EACCES: 'permission denied; make it readable for this user',
    EISDIR: 'it is a folder; give a file',
  }
  return new OperatingError('file-unreadable', `cannot read \`${path}\`: ${why[code] ?? code}`, {
    cause,
  })
}

/** The operating error for a failed write. */
function writeError(path: string, cause: unknown): OperatingError {
  const code = systemCode(cause)
  const why: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full; free some space and run again',
    EDQUOT: 'the disk quota is used up; free some space and run again',
    EROFS: 'the disk is read-only; choose another folder with --out',
    EACCES: 'permission denied; choose another folder with --out',
    ENOTDIR: 'a file stands where a folder is needed; choose another folder with --out',
    EISDIR: 'a folder stands where the file is to be; move it away',
  }
  return new OperatingError('file-unwritable', `cannot write \`${path}\`: ${why[code] ?? code}`, {
    cause,
  })
}

async function readBounded(path: string, sizeMaxBytes: number): Promise<Bytes> {
  let handle: Awaited<ReturnType<typeof open>> | undefined
  try {
    handle = await openRegularFile(path)
    const { size } = await handle.stat()
    if (size > sizeMaxBytes)
      throw new OperatingError(
        'limit-exceeded',
        `\`${path}\` has ${size} bytes, more than the limit of ${sizeMaxBytes}`,
      )
    // What it had when it was asked, and no more: it may be growing. One byte beyond tells.
    const bytes = new Uint8Array(size + 1)
    let read = 0
    while (read < bytes.length) {
      const { bytesRead } = await handle.read(bytes, read, bytes.length - read, read)
      if (bytesRead === 0) break
      read += bytesRead
    }
    if (read > size)
      throw new OperatingError(
        'file-unreadable',
        `\`${path}\` is growing; stop what writes to it and run again`,
      )
    return bytes.slice(0, read)
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    throw readError(path, cause)
  } finally {
    await handle?.close()
  }
}

async function digestOf(path: string): Promise<FileDigest> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    const handle = await openRegularFile(path)
    const stream = handle.createReadStream({ highWaterMark: digestChunkBytes })
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      sizeBytes += chunk.length
    }
  } catch (cause) {
    throw cause instanceof OperatingError ? cause : readError(path, cause)
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

/** Writes beside the target, syncs, renames over it, and syncs the folder: old or new content, also after a crash. */
async function writeAtomically(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path)
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(folder, { recursive: true })
    const handle = await open(temporary, 'wx', 0o644)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    const folderHandle = await open(folder, 'r')
    await folderHandle.sync().finally(() => folderHandle.close())
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    // The source's own failures pass as they are.
    throw cause instanceof OperatingError ? cause : writeError(path, cause)
  }
}

/** Files of the machine this runs on. */
export const localFiles: Files = {
  read: readBounded,
  digest: digestOf,
  write: writeAtomically,
  async kind(path) {
    try {
      return (await stat(path)).isDirectory() ? 'folder' : 'file'
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause))) return null
      throw readError(path, cause)
    }
  },
}
