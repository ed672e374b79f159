// Folders and files of the local disk for reading: lists without following links, and files read in parts.

import { type Dirent } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { OperatingError } from '@proofhouse/evidence'
import type { FolderEntry, OpenedFile, ReadableFiles } from '../artifacts/inventory/index.ts'
import { localFiles, readError } from './local-files.ts'
import { openRegularFile } from './regular-file.ts'

/** Most names in one folder. */
const namesMax = 1_000_000

async function listFolder(folder: string): Promise<FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw readError(folder, cause)
  })
  if (entries.length > namesMax)
    throw new OperatingError('limit-exceeded', `\`${folder}\` holds over ${namesMax} names`)
  return entries
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const kindOf = (entry: Dirent): FolderEntry['kind'] =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other'

async function openFile(path: string): Promise<OpenedFile> {
  const handle = await openRegularFile(path).catch((cause: unknown) => {
    throw cause instanceof OperatingError ? cause : readError(path, cause)
  })
  const { size } = await handle.stat()
  return {
    sizeBytes: size,
    async read(start, length) {
      const bytes = new Uint8Array(length)
      for (let read = 0; read < length; ) {
        const { bytesRead } = await handle
          .read(bytes, read, length - read, start + read)
          .catch((cause: unknown) => {
            throw readError(path, cause)
          })
        if (bytesRead === 0)
          throw new OperatingError('file-unreadable', `\`${path}\` ends before it should`)
        read += bytesRead
      }
      return bytes
    },
    close: () => handle.close(),
  }
}

/** Files of the machine this runs on, for reading. */
export const readableFiles: ReadableFiles = {
  kind: (path) => localFiles.kind(path),
  realPath: (path) =>
    realpath(path).catch((cause: unknown) => {
      throw readError(path, cause)
    }),
  list: listFolder,
  read: (path, sizeMaxBytes) => localFiles.read(path, sizeMaxBytes),
  open: openFile,
}
