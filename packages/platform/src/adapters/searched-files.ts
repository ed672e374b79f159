// Files on the local disk as a search meets them: what cannot be read is told and passed by, links are not followed, and
// nothing that could block is opened.

import { closeSync, constants, type Dirent, fstatSync, openSync, readSync } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import type { ListedPath, SearchedFiles } from '../artifacts/secrets/index.ts'
import { systemCodeOf } from './storage-error.ts'

/** Deeper folders are told as unreadable. */
const depthMax = 128

/** Files of the machine this runs on. */
export const diskSearchedFiles: SearchedFiles = { list, open: openContent }

async function* list(
  root: string,
  excluded: (path: string) => boolean,
): AsyncGenerator<ListedPath> {
  const top = await stat(root).catch((cause: unknown) => {
    const code = systemCodeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new OperatingError('file-missing', `nothing at \`${root}\`; check the path`, { cause })
    return null
  })
  if (top === null) yield { path: root, kind: 'unreadable', why: 'it cannot be read' }
  else if (top.isDirectory()) yield* listFolder(root, { excluded, depth: 0 })
  else yield { path: root, kind: top.isFile() ? 'file' : 'special' }
}

async function* listFolder(
  folder: string,
  { excluded, depth }: { readonly excluded: (path: string) => boolean; readonly depth: number },
): AsyncGenerator<ListedPath> {
  if (depth > depthMax) {
    yield { path: folder, kind: 'unreadable', why: `it lies deeper than ${depthMax} folders` }
    return
  }
  const entries = await entriesOf(folder)
  if (typeof entries === 'string') {
    yield { path: folder, kind: 'unreadable', why: entries }
    return
  }
  for (const entry of entries) {
    const path = join(folder, entry.name)
    // A repository's own files are compressed; `--history` reads what is in them.
    if (entry.name === '.git' || excluded(path)) continue
    if (entry.isDirectory()) yield* listFolder(path, { excluded, depth: depth + 1 })
    else if (entry.isSymbolicLink()) yield { path, kind: 'link' }
    else yield { path, kind: entry.isFile() ? 'file' : 'special' }
  }
}

/** The entries by name; in words why there are none. */
async function entriesOf(folder: string): Promise<Dirent[] | string> {
  try {
    const entries: Dirent[] = []
    for await (const entry of await opendir(folder, { bufferSize: 256 })) entries.push(entry)
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  } catch (error) {
    return `the folder cannot be read (${systemCodeOf(error)})`
  }
}

/** Opened and read without leaving the thread: for many small files that is several times as fast as asking others. */
async function openContent<T>(
  path: string,
  use: (content: Parameters<Parameters<SearchedFiles['open']>[1]>[0]) => Promise<T>,
): Promise<T> {
  const file = failing(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
  try {
    const stats = failing(path, () => fstatSync(file))
    if (!stats.isFile()) throw new OperatingError('file-unreadable', 'it is no file any more')
    const read = (start: number, length: number) => readAt(file, path, { start, length })
    return await use({ sizeBytes: stats.size, read: async (start, length) => read(start, length) })
  } finally {
    closeSync(file)
  }
}

function readAt(
  file: number,
  path: string,
  { start, length }: { readonly start: number; readonly length: number },
): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let read = 0; read < length; ) {
    const bytesRead = failing(path, () => readSync(file, bytes, read, length - read, start + read))
    if (bytesRead === 0)
      throw new OperatingError(
        'file-unreadable',
        `\`${basename(path)}\` became shorter while it was read`,
      )
    read += bytesRead
  }
  return bytes
}

function failing<T>(path: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw readError(path, cause)
  }
}

function readError(path: string, cause: unknown): OperatingError {
  const code = systemCodeOf(cause)
  if (code === 'ENOENT')
    return new OperatingError('file-missing', `no file at \`${path}\``, { cause })
  return new OperatingError('file-unreadable', `it cannot be read (${code})`, { cause })
}
