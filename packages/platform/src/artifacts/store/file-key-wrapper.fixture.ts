// A key wrapper whose keys come from a file: version ‖ nonce ‖ AES-256-GCM. It keeps what it is asked, and can be out of reach.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Bytes, concatBytes, OperatingError } from '@proofhouse/evidence'
import { encodeKeyBinding, hkdfExpand, openGcm, sealGcm } from '../../keys/index.ts'
import type { ArtifactKeyPlace, ArtifactKeyWrapper } from './ports.ts'

const nonceSizeBytes = 12

/** Wraps keys under the key in a file, which is made where there is none. */
export class FileKeyWrapper implements ArtifactKeyWrapper {
  /** The places it was asked about. */
  readonly asked: ArtifactKeyPlace[] = []
  /** Whether it answers. */
  isDown = false
  /** The version it wraps under, the first byte of what it wraps; older ones are unwrapped too. */
  version = 1
  readonly #key: Bytes

  constructor(path: string) {
    if (!existsSync(path)) writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' })
    this.#key = new Uint8Array(readFileSync(path))
  }

  async wrap(plainKey: Uint8Array, place: ArtifactKeyPlace): Promise<Bytes> {
    await this.#answer(place)
    const nonce = new Uint8Array(randomBytes(nonceSizeBytes))
    const sealed = sealGcm(plainKey, { ...this.#under(this.version, place), nonce })
    return concatBytes(Uint8Array.of(this.version), nonce, sealed)
  }

  async unwrap(wrapped: Uint8Array, place: ArtifactKeyPlace): Promise<Bytes> {
    await this.#answer(place)
    const nonce = wrapped.subarray(1, 1 + nonceSizeBytes)
    const message = { ...this.#under(wrapped[0] ?? 0, place), nonce }
    return openGcm(wrapped.subarray(1 + nonceSizeBytes), message)
  }

  isCurrent(wrapped: Uint8Array): Promise<boolean> {
    return Promise.resolve(wrapped[0] === this.version)
  }

  #under(version: number, place: ArtifactKeyPlace) {
    const expansion = { info: Uint8Array.of(version), sizeBytes: 32 }
    const key = hkdfExpand('sha256', this.#key, expansion)
    return { key, associatedData: encodeKeyBinding(place) }
  }

  #answer(place: ArtifactKeyPlace): Promise<void> {
    this.asked.push(place)
    if (!this.isDown) return Promise.resolve()
    return Promise.reject(new OperatingError('server-unreachable', 'the key service is down'))
  }
}
