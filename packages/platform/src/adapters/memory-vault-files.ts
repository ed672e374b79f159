// The files of a decision log in memory: for logs that live as long as their process, and for trying faults on.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { Piece, VaultFiles } from '../decisions/index.ts'

/** Vault files in a map. */
export class MemoryVaultFiles implements VaultFiles {
  readonly #files = new Map<string, { bytes: Buffer; sizeBytes: number }>()

  append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const file = this.#files.get(name) ?? { bytes: Buffer.alloc(0), sizeBytes: 0 }
    if (at > file.sizeBytes) return Promise.reject(beyond(name))
    const end = at + bytes.length
    if (end > file.bytes.length) {
      const grown = Buffer.alloc(Math.max(end, 2 * file.bytes.length))
      file.bytes.copy(grown, 0, 0, at)
      file.bytes = grown
    }
    file.bytes.set(bytes, at)
    file.sizeBytes = end
    this.#files.set(name, file)
    return Promise.resolve()
  }

  read(name: string, offset: number, length: number): Promise<Bytes | null> {
    const file = this.#files.get(name)
    if (file === undefined) return Promise.resolve(null)
    const end = Math.min(file.sizeBytes, offset + length)
    return Promise.resolve(new Uint8Array(file.bytes.subarray(Math.min(offset, end), end)))
  }

  overwrite(name: string, pieces: readonly Piece[]): Promise<void> {
    const file = this.#files.get(name)
    for (const { offset, bytes } of pieces) {
      if (file === undefined || offset + bytes.length > file.sizeBytes)
        return Promise.reject(beyond(name))
      file.bytes.set(bytes, offset)
    }
    return Promise.resolve()
  }

  replace(name: string, bytes: Uint8Array | null): Promise<void> {
    this.#files.get(name)?.bytes.fill(0)
    if (bytes === null) this.#files.delete(name)
    else this.#files.set(name, { bytes: Buffer.from(bytes), sizeBytes: bytes.length })
    return Promise.resolve()
  }

  list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]> {
    return Promise.resolve([...this.#files].map(([name, { sizeBytes }]) => ({ name, sizeBytes })))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const beyond = (name: string) =>
  new OperatingError('storage-failed', `file \`${name}\` of the decision log ends before that`)
