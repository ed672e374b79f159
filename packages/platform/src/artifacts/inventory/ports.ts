// What an inventory and a mirror of advisories need from the world: folders listed, files read whole or in parts.

import type { Bytes } from '@proofhouse/evidence'

/** Something in a folder. Links are never followed: what they name is found where it lies, or not at all. */
export interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
}

/** A file that is read in parts; whoever opened it closes it. */
export interface OpenedFile {
  readonly sizeBytes: number
  /** Exactly `length` bytes. @throws file-unreadable when the file ends before */
  read(start: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Files by path, for reading. Every error is an operating error that names the path. */
export interface ReadableFiles {
  /** What stands at the path; null for nothing. */
  kind(path: string): Promise<'file' | 'folder' | null>
  /** The path with every link in it followed. @throws file-missing, file-unreadable */
  realPath(path: string): Promise<string>
  /** In the order of their names. @throws file-missing, file-unreadable, limit-exceeded */
  list(folder: string): Promise<readonly FolderEntry[]>
  /** @throws file-missing, file-unreadable, limit-exceeded when larger than `sizeMaxBytes` */
  read(path: string, sizeMaxBytes: number): Promise<Bytes>
  /** @throws file-missing, file-unreadable */
  open(path: string): Promise<OpenedFile>
}
