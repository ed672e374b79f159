// Decisions that come after the person they are about was erased, and were decided before: from a client's spool, a file, a queue. The
// log remembers whom it erased for a while, by the tag that it had for them, and takes such a decision without its content: the
// number of its source is used, and nothing about the person comes back. Format: spec/decisions.md.

import { concatBytes, OperatingError } from '@proofhouse/evidence'
import { type Epoch, pageAssociatedData, tagSizeBytes } from './key-pages.ts'
import type { VaultFiles } from './ports.ts'
import { seal, type SealPlace, unseal } from './sealing.ts'

/** How long an erased person is remembered: what arrives later than that is taken for new. */
export const rememberedMs = 30 * 24 * 3_600_000

const rowSizeBytes = tagSizeBytes + 16
const rememberedMax = 1_000_000
const label = Buffer.from('proofhouse.dev/late-arrivals/v1\0', 'latin1')
const fileOf = (epoch: number) => `late-${String(epoch).padStart(8, '0')}`

interface Remembered {
  /** What was decided until then is emptied. */
  readonly untilMs: number
  readonly forgottenMs: number
}

/** The associated data of what an epoch's file remembers. */
export const lateAssociatedData = (place: SealPlace, epoch: number): Uint8Array =>
  concatBytes(label, pageAssociatedData(place, epoch, 0))

/** Whom a log has erased lately. */
export class LateArrivals {
  readonly #files: VaultFiles
  readonly #place: SealPlace
  #epoch: Epoch
  /** By tag, as a text of its bytes. */
  #remembered = new Map<string, Remembered>()

  constructor(files: VaultFiles, place: SealPlace, epoch: Epoch) {
    this.#files = files
    this.#place = place
    this.#epoch = epoch
  }

  /** Reads what is remembered. @throws ledger-corrupt */
  async open(): Promise<void> {
    const name = fileOf(this.#epoch.number)
    const sealed = await this.#files.read(name, 0, (rememberedMax + 1) * rowSizeBytes)
    if (sealed === null) return
    const plain = unseal(this.#epoch.key, sealed, this.#dataOf(this.#epoch))
    if (plain === null || plain.length % rowSizeBytes !== 0)
      throw new OperatingError(
        'ledger-corrupt',
        `\`${name}\` does not open, which says whose late decisions are not to be kept: restore it from a copy of the same epoch`,
      )
    const rows = Buffer.from(plain.buffer, plain.byteOffset, plain.length)
    for (let at = 0; at < rows.length; at += rowSizeBytes)
      this.#remembered.set(rows.toString('latin1', at, at + tagSizeBytes), {
        untilMs: Number(rows.readBigInt64BE(at + tagSizeBytes)),
        forgottenMs: Number(rows.readBigInt64BE(at + tagSizeBytes + 8)),
      })
  }

  /** Number of persons remembered. */
  get size(): number {
    return this.#remembered.size
  }

  /** Whether a decision about somebody, made at a time, is one that was erased before it came. */
  covers(tag: Buffer, timeMs: number): boolean {
    if (this.#remembered.size === 0) return false
    const found = this.#remembered.get(tag.toString('latin1'))
    return found !== undefined && timeMs <= found.untilMs
  }

  /** From now on, decisions about somebody that were made until now are emptied; durable after `commit`. @throws limit-exceeded */
  add(tag: Buffer, now: Date): void {
    const untilMs = now.getTime()
    this.#forget(now)
    if (this.#remembered.size >= rememberedMax)
      throw new OperatingError(
        'limit-exceeded',
        `more than ${rememberedMax} erasures within ${rememberedMs / 86_400_000} days`,
      )
    const forgottenMs = untilMs + rememberedMs
    this.#remembered.set(tag.toString('latin1'), { untilMs, forgottenMs })
  }

  /** Makes what was added durable. */
  async commit(): Promise<void> {
    await this.#write(this.#epoch)
  }

  /** Writes what is still to be remembered under another epoch's key, in its file. */
  async copyTo(epoch: Epoch, now: Date): Promise<void> {
    this.#forget(now)
    if (this.#remembered.size > 0) await this.#write(epoch)
  }

  /** Goes on with another epoch. */
  follow(epoch: Epoch): void {
    this.#epoch = epoch
  }

  #forget(now: Date): void {
    for (const [tag, { forgottenMs }] of this.#remembered)
      if (forgottenMs <= now.getTime()) this.#remembered.delete(tag)
  }

  async #write(epoch: Epoch): Promise<void> {
    const rows = Buffer.alloc(this.#remembered.size * rowSizeBytes)
    let at = 0
    for (const [tag, { untilMs, forgottenMs }] of this.#remembered) {
      at += rows.write(tag, at, 'latin1')
      at = rows.writeBigInt64BE(BigInt(untilMs), at)
      at = rows.writeBigInt64BE(BigInt(forgottenMs), at)
    }
    await this.#files.replace(fileOf(epoch.number), seal(epoch.key, rows, this.#dataOf(epoch)))
  }

  #dataOf({ number }: Epoch): Uint8Array {
    return lateAssociatedData(this.#place, number)
  }
}
