// Which decisions supersede which, as their entries say. A projection of the ledger: read as far as the ledger has come, remembered in
// a file with how far that was, and made again where the file is not there or does not open.

import { isJsonObject, parseDecisionEntry, parseJson, utf8 } from '@proofhouse/evidence'
import type { Ledger } from '../ledger/index.ts'
import type { VaultFiles } from './ports.ts'
import { seal, unseal } from './sealing.ts'

const fileName = 'corrections'
const label = utf8('proofhouse.dev/decision-corrections/v1\0')
const sizeMaxBytes = 256 * 1_048_576
/** Entries after which it is remembered how far the ledger was read, though nothing was found. */
const rememberEvery = 65_536
/** Stands in every entry that supersedes another one, and in few others. */
const mark = Buffer.from('"corrects":{')

/** What an entry supersedes, and what supersedes it, in the order of the log. */
export interface Supersession {
  readonly supersedes: number | null
  readonly supersededBy: readonly number[]
}

/** The corrections of a log. */
export class Corrections {
  readonly #files: VaultFiles
  readonly #key: Uint8Array
  readonly #ledger: Ledger
  readonly #origin: string
  readonly #target = new Map<number, number>()
  readonly #by = new Map<number, number[]>()
  /** Entries that were read, and how many of these the file knows; null before the file was. */
  #upTo: number | null = null
  #remembered = 0
  #reading: Promise<void> = Promise.resolve()

  /** @param key seals the file: a changed one would tell of corrections that are none */
  constructor(
    of: { readonly files: VaultFiles; readonly ledger: Ledger },
    key: Uint8Array,
    origin: string,
  ) {
    this.#files = of.files
    this.#ledger = of.ledger
    this.#key = key
    this.#origin = origin
  }

  /** Of an entry, in a log of so many. @throws storage-failed, ledger-corrupt */
  async of(index: number, size: number): Promise<Supersession> {
    await this.#readTo(size)
    return {
      supersedes: this.#target.get(index) ?? null,
      supersededBy: this.#by.get(index) ?? [],
    }
  }

  async #readTo(size: number): Promise<void> {
    const reading = this.#reading.then(() => this.#read(size))
    this.#reading = reading.catch(() => undefined)
    return reading
  }

  async #read(size: number): Promise<void> {
    this.#upTo ??= await this.#recall(size)
    if (this.#upTo >= size) return
    let found = 0
    for await (const { index, entry } of this.#ledger.read(this.#upTo, size)) {
      if (index >= size) break
      if (Buffer.from(entry.buffer, entry.byteOffset, entry.length).includes(mark)) {
        const { corrects } = parseDecisionEntry(entry)
        if (corrects?.log === this.#origin) {
          this.#add(index, corrects.index)
          found += 1
        }
      }
      this.#upTo = index + 1
    }
    if (found > 0 || this.#upTo - this.#remembered >= rememberEvery) await this.#remember()
  }

  #add(index: number, target: number): void {
    this.#target.set(index, target)
    const others = this.#by.get(target)
    if (others === undefined) this.#by.set(target, [index])
    else others.push(index)
  }

  /** How far the file has come; it says nothing of entries that are not there. */
  async #recall(size: number): Promise<number> {
    const sealed = await this.#files.read(fileName, 0, sizeMaxBytes)
    const bytes = sealed === null ? null : unseal(this.#key, sealed, label)
    const value = bytes === null ? null : parseJson(bytes, 'ledger-corrupt')
    const [upTo, pairs] = isJsonObject(value) ? [value['upTo'], value['pairs']] : []
    if (!Number.isSafeInteger(upTo) || Number(upTo) > size || !Array.isArray(pairs)) return 0
    for (const [index, target] of pairs) this.#add(Number(index), Number(target))
    this.#remembered = Number(upTo)
    return this.#remembered
  }

  async #remember(): Promise<void> {
    const upTo = this.#upTo ?? 0
    const bytes = utf8(JSON.stringify({ upTo, pairs: [...this.#target] }))
    await this.#files.replace(fileName, seal(this.#key, bytes, label))
    this.#remembered = upTo
  }
}
