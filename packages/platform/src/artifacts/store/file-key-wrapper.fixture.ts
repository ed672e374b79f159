// A key wrapper whose key lies in a file: nonce ‖ AES-256-GCM. It counts what it is asked, and can be out of reach.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Bytes, concatBytes, OperatingError } from '@proofhouse/evidence'
import { openGcm, sealGcm } from '../../keys/index.ts'
import type { KeyWrapper } from './ports.ts'

const nonceSizeBytes = 12

/** Wraps keys under the key in a file, which is made where there is none. */
export class FileKeyWrapper implements KeyWrapper {
  /** Calls so far. */
  asked = 0
  /** Whether it answers. */
  isDown = false
  readonly #key: Bytes

  constructor(path: string) {
    if (!existsSync(path)) writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' })
    this.#key = new Uint8Array(readFileSync(path))
  }

  async wrap(plainKey: Uint8Array, associatedData: Uint8Array): Promise<Bytes> {
    await this.#answer()
    const nonce = new Uint8Array(randomBytes(nonceSizeBytes))
    return concatBytes(nonce, sealGcm(plainKey, { key: this.#key, nonce, associatedData }))
  }

  async unwrap(wrapped: Uint8Array, associatedData: Uint8Array): Promise<Bytes> {
    await this.#answer()
    const nonce = wrapped.subarray(0, nonceSizeBytes)
    return openGcm(wrapped.subarray(nonceSizeBytes), { key: this.#key, nonce, associatedData })
  }

  #answer(): Promise<void> {
    this.asked++
    if (!this.isDown) return Promise.resolve()
    return Promise.reject(new OperatingError('server-unreachable', 'the key service is down'))
  }
}
