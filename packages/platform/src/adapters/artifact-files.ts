// Model files on the local disk. Names are read as bytes, so that one that is not UTF-8 is refused
// instead of being guessed at; files are opened without following links unless a link was found and
// allowed, never blocking on a pipe, and hashed on all cores through fixed buffers, so that memory
// does not grow with the model.

import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bytes, OperatingError, textOf } from '@proofhouse/evidence'
import type { FoundPath, HashWork, ModelFiles, OpenedFile } from '../artifacts/index.ts'
import type { FileDigestTask } from './file-digest.ts'
import { digestFiles } from './file-digest-workers.ts'

/** Most files and links in one model. */
const modelFilesMax = 1_000_000
/** Deepest nesting of folders in one model. */
const modelDepthMax = 64
/** A file in shards is shared out between threads in pieces of at least this size. */
const pieceSizeBytes = 32 * 1_048_576
/** Files up to this size are read whole. */
const heldSizeMaxBytes = 1_048_576

/** The adapter of ModelFiles for this machine's disk. */
export const diskModelFiles: ModelFiles = {
  list: (root, ignored) => listModel(root, ignored),
  digest: digestAll,
  open: openFile,
}

async function listModel(
  root: string,
  ignored: (path: string) => boolean,
): Promise<readonly FoundPath[]> {
  const top = await lstat(root).catch((cause: unknown) => {
    throw readError(root, cause)
  })
  if (!top.isDirectory()) return [await foundAt(root, '.', top)]
  const found: FoundPath[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder.split('/').length > modelDepthMax)
      throw new OperatingError('limit-exceeded', `\`${folder}\` lies deeper than 64 folders`)
    for (const entry of await entriesOf(join(root, folder))) {
      const path = folder === '' ? nameOf(entry, root) : `${folder}/${nameOf(entry, root)}`
      if (ignored(path)) found.push({ path, kind: 'ignored', sizeBytes: 0 })
      else if (entry.isDirectory()) folders.push(path)
      else found.push(await foundAt(root, path, lstatOf(join(root, path))))
      if (found.length > modelFilesMax)
        throw new OperatingError('limit-exceeded', `\`${root}\` holds over a million files`)
    }
  }
  return found
}

async function entriesOf(folder: string): Promise<readonly Dirent<Buffer>[]> {
  return readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch((cause: unknown) => {
    throw readError(folder, cause)
  })
}

function nameOf(entry: Dirent<Buffer>, root: string): string {
  try {
    return textOf(entry.name)
  } catch (cause) {
    throw new OperatingError(
      'model-refused',
      `model \`${root}\` has a file whose name is not UTF-8; rename it`,
      { cause },
    )
  }
}

async function foundAt(root: string, path: string, stats: Stats): Promise<FoundPath> {
  if (stats.isFile()) return { path, kind: 'file', sizeBytes: stats.size }
  if (!stats.isSymbolicLink()) return { path, kind: 'special', sizeBytes: 0 }
  const target = await statOf(join(root, path)).catch((error: unknown) => {
    if (error instanceof OperatingError && error.code === 'file-missing') return null
    throw error
  })
  // A link that leads nowhere hides nothing, and is no file.
  if (target === null) return { path, kind: 'special', sizeBytes: 0 }
  if (target.isDirectory()) return { path, kind: 'link-to-folder', sizeBytes: 0 }
  if (!target.isFile()) return { path, kind: 'special', sizeBytes: 0 }
  return { path, kind: 'link-to-file', sizeBytes: target.size }
}

async function statOf(path: string): Promise<Stats> {
  return stat(path).catch((cause: unknown) => {
    throw readError(path, cause)
  })
}

/** At once: for many small files, the way through the pool of threads would be most of their time. */
function lstatOf(path: string): Stats {
  try {
    return lstatSync(path)
  } catch (cause) {
    throw readError(path, cause)
  }
}

async function digestAll(
  root: string,
  work: readonly HashWork[],
): Promise<readonly (readonly string[])[]> {
  const pieces = work.map((item) => piecesOf(root, item))
  const answers = (await digestFiles(pieces.flat())).values()
  return pieces.map((tasks) => {
    const digests: string[] = []
    let modifiedMs: number | null = null
    for (const { path } of tasks) {
      const answer = answers.next().value
      if (answer === undefined || 'problem' in answer)
        throw problemAt(path, answer?.problem ?? 'unknown error')
      // Pieces are read at different times; the file must be the same in all of them.
      if (modifiedMs !== null && modifiedMs !== answer.modifiedMs) throw changed(path)
      modifiedMs = answer.modifiedMs
      digests.push(...answer.digests)
    }
    return digests
  })
}

/** The parts of a file in groups that are large enough to be worth a thread's while. */
function piecesOf(root: string, { file, parts }: HashWork): readonly FileDigestTask[] {
  const opening = { ...openingOf(root, file), sizeBytes: file.sizeBytes }
  const groups: HashWork['parts'][number][][] = []
  let filledBytes = pieceSizeBytes
  for (const part of parts) {
    if (filledBytes >= pieceSizeBytes) {
      groups.push([])
      filledBytes = 0
    }
    groups.at(-1)?.push(part)
    filledBytes += part.end - part.start
  }
  return (groups.length === 0 ? [[]] : groups).map((group) => ({ ...opening, parts: group }))
}

function problemAt(path: string, problem: string): OperatingError {
  return problem === 'changed'
    ? changed(path)
    : readError(path, Object.assign(new Error(problem), { code: problem }))
}

/** A file's path, and how it is opened: no link is followed that was not found to be one, and no pipe waited for. */
function openingOf(root: string, file: FoundPath): { path: string; flags: number } {
  const noFollow = file.kind === 'link-to-file' ? 0 : constants.O_NOFOLLOW
  return {
    path: file.path === '.' ? root : join(root, file.path),
    flags: constants.O_RDONLY | constants.O_NONBLOCK | noFollow,
  }
}

function openFile(root: string, file: FoundPath): OpenedFile {
  const { path, flags } = openingOf(root, file)
  const attempt = <T>(what: () => T): T => {
    try {
      return what()
    } catch (cause) {
      throw cause instanceof OperatingError ? cause : readError(path, cause)
    }
  }
  const descriptor = attempt(() => openSync(path, flags))
  const stats = fstatSync(descriptor)
  if (!stats.isFile() || stats.size !== file.sizeBytes) {
    closeSync(descriptor)
    throw changed(path)
  }
  const sizeBytes = stats.size
  // A small file is read once, whole: scans look at many places, and a call of the system costs more than its bytes.
  let whole: Bytes | null = null
  const read = (start: number, end: number): Bytes => {
    const [from, to] = [Math.max(0, start), Math.min(end, sizeBytes)]
    if (sizeBytes > heldSizeMaxBytes) return readPart(from, to)
    whole ??= readPart(0, sizeBytes)
    return whole.subarray(from, Math.max(from, to))
  }
  const readPart = (from: number, to: number): Bytes => {
    const bytes = new Uint8Array(Math.max(0, to - from))
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, from + at)
      if (count === 0) throw changed(path)
      at += count
    }
    return bytes
  }
  return {
    source: { sizeBytes, read: (start, end) => attempt(() => read(start, end)) },
    requireUnchanged: () => {
      const now = attempt(() => fstatSync(descriptor))
      if (now.size !== sizeBytes || now.mtimeMs !== stats.mtimeMs || now.ctimeMs !== stats.ctimeMs)
        throw changed(path)
    },
    close: () => closeSync(descriptor),
  }
}

function changed(path: string): OperatingError {
  return new OperatingError(
    'model-changed',
    `\`${path}\` changed while it was being read; stop what writes to it and run again`,
  )
}

function readError(path: string, cause: unknown): OperatingError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
  if (code === 'ELOOP') return changed(path)
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new OperatingError('file-missing', `no file at \`${path}\`; check the path`, { cause })
  return new OperatingError('file-unreadable', `cannot read \`${path}\` (${code})`, { cause })
}
