// What a spool needs of the world: files of one folder that nobody else writes to.

/** The files of a spool, by name. */
export interface SpoolFiles {
  /** Every whole file and its size. @throws storage-failed */
  list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]>
  /** At most so many bytes; fewer at the end of the file, and null when there is no such file. @throws storage-failed */
  read(name: string, offset: number, length: number): Promise<Buffer | null>
  /** A new file, or another in place of one, in one step; durable on return. @throws storage-failed */
  create(name: string, bytes: Uint8Array): Promise<void>
  /** Writes at a place, beyond which the file is cut; durable on return. @throws storage-failed */
  append(name: string, at: number, bytes: Uint8Array): Promise<void>
  /** Writes over a file, then removes it; durable on return. Safe to repeat. @throws storage-failed */
  destroy(name: string): Promise<void>
  /** Lets go of the folder. Safe to repeat. */
  close(): Promise<void>
}
