// Decisions that the log refused: kept, sealed, a file each, with the reason, until somebody looks at them and dismisses them.

import { isJsonObject, type JsonObject, OperatingError, parseJson } from '@proofhouse/evidence'
import type { SpoolFiles } from './ports.ts'
import { FileCipher, newSalt, saltSizeBytes, type SpoolSecret } from './spool-cipher.ts'

const namePattern = /^refused-(\d{16})$/
const nameOf = (sequence: number) => `refused-${String(sequence).padStart(16, '0')}`
const sizeMaxBytes = 8 * 1_048_576
/** More are not kept: sending stops until somebody has looked at them. */
const refusedMax = 10_000

/** A decision that the log refused. */
export interface RefusedDecision {
  readonly sequence: number
  /** What was wrong with it. */
  readonly problem: string
  /** The decision as it was sent: JSON. */
  readonly text: string
}

/** The refused decisions of a spool. */
export class RefusedDecisions {
  readonly #files: SpoolFiles
  readonly #secret: SpoolSecret
  /** Number → size on disk. */
  readonly #sizes = new Map<number, number>()

  constructor(files: SpoolFiles, secret: SpoolSecret) {
    this.#files = files
    this.#secret = secret
  }

  /** Looks which there are. */
  async open(): Promise<void> {
    for (const { name, sizeBytes } of await this.#files.list()) {
      const [, sequence] = namePattern.exec(name) ?? []
      if (sequence !== undefined) this.#sizes.set(Number(sequence), sizeBytes)
    }
  }

  /** Numbers, in order. */
  get sequences(): readonly number[] {
    return [...this.#sizes.keys()].toSorted((a, b) => a - b)
  }

  get count(): number {
    return this.#sizes.size
  }

  /** What they take on disk. */
  get sizeBytes(): number {
    return this.#sizes.values().reduce((sum, size) => sum + size, 0)
  }

  has(sequence: number): boolean {
    return this.#sizes.has(sequence)
  }

  /** Keeps one; durable on return. @throws limit-exceeded */
  async put({ sequence, problem, text }: RefusedDecision): Promise<void> {
    if (this.#sizes.size >= refusedMax && !this.#sizes.has(sequence))
      throw new OperatingError(
        'limit-exceeded',
        `${refusedMax} refused decisions are kept, and no more: look at them and dismiss them`,
      )
    const salt = newSalt()
    const plain = Buffer.from(JSON.stringify({ problem, text }))
    const sealed = new FileCipher(this.#secret, salt).seal(0, sequence, plain)
    const bytes = Buffer.concat([salt, sealed])
    await this.#files.create(nameOf(sequence), bytes)
    this.#sizes.set(sequence, bytes.length)
  }

  /** One of them; null where there is none. @throws spool-corrupt */
  async get(sequence: number): Promise<RefusedDecision | null> {
    const bytes = await this.#files.read(nameOf(sequence), 0, sizeMaxBytes)
    if (bytes === null) return null
    const salt = Buffer.from(bytes.subarray(0, saltSizeBytes))
    const cipher = new FileCipher(this.#secret, salt)
    const plain = cipher.open(0, sequence, bytes.subarray(saltSizeBytes))
    const value = plain === null ? null : parseJson(plain, 'spool-corrupt')
    const { problem, text }: JsonObject = isJsonObject(value) ? value : {}
    if (typeof problem !== 'string' || typeof text !== 'string')
      throw new OperatingError(
        'spool-corrupt',
        `\`${nameOf(sequence)}\` does not open: it was changed, or belongs to another spool`,
      )
    return { sequence, problem, text }
  }

  /** Destroys one. Safe to repeat. */
  async destroy(sequence: number): Promise<void> {
    if (!this.#sizes.has(sequence)) return
    await this.#files.destroy(nameOf(sequence))
    this.#sizes.delete(sequence)
  }
}
