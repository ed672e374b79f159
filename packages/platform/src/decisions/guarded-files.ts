// Files that tell of the first write that fails: what is on disk then is not known, and only opening the log again finds out.

import type { Piece, VaultFiles } from './ports.ts'

/** Vault files whose failed writes are told. */
export class GuardedFiles implements VaultFiles {
  readonly #files: VaultFiles
  #failed: (error: unknown) => void = () => undefined

  constructor(files: VaultFiles) {
    this.#files = files
  }

  /** Whom to tell. */
  tell(failed: (error: unknown) => void): void {
    this.#failed = failed
  }

  append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    return this.#guarded(this.#files.append(name, at, bytes))
  }

  read(name: string, offset: number, length: number): ReturnType<VaultFiles['read']> {
    return this.#files.read(name, offset, length)
  }

  overwrite(name: string, pieces: readonly Piece[]): Promise<void> {
    return this.#guarded(this.#files.overwrite(name, pieces))
  }

  replace(name: string, bytes: Uint8Array | null): Promise<void> {
    return this.#guarded(this.#files.replace(name, bytes))
  }

  list(): ReturnType<VaultFiles['list']> {
    return this.#files.list()
  }

  close(): Promise<void> {
    return this.#files.close()
  }

  async #guarded(written: Promise<void>): Promise<void> {
    try {
      await written
    } catch (error) {
      this.#failed(error)
      throw error
    }
  }
}
