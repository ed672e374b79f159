// The state of a decision log that is neither contents nor keys of subjects: which epoch it is in, and the wrapped keys of its own.
// What is wrapped is bound to what it is for.

import {
  type Bytes,
  fromBase64,
  isJsonObject,
  OperatingError,
  parseJson,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import type { Epoch } from './key-pages.ts'
import type { KeyWrapper, VaultFiles } from './ports.ts'
import { randomBytes, type SealPlace } from './sealing.ts'

const stateFile = 'state'
const keySizeBytes = 32
const stateSizeMaxBytes = 65_536
const epochFile = (epoch: number) => `epoch-${String(epoch).padStart(8, '0')}`
/** Names of files that belong to one epoch. */
const ofEpoch = /^(?:epoch|keys|index)-(\d{8})(?:-\d{8})?$/

/** A log's own keys, unwrapped. */
export interface LogKeys {
  /** Makes tags of pseudonyms. */
  readonly tag: Bytes
  /** Seals the vault's tables. */
  readonly table: Bytes
}

/** What a log starts with. */
export interface LogState {
  readonly epoch: Epoch
  readonly keys: LogKeys
  readonly isNew: boolean
}

const wrapData = (place: SealPlace, kind: string, number: number): Bytes =>
  utf8(
    JSON.stringify([
      'proofhouse.dev/decision-log-key/v1',
      place.tenant,
      place.origin,
      kind,
      number,
    ]),
  )

/** The state's files of a log. */
export class LogStateFiles {
  readonly #files: VaultFiles
  readonly #wrapper: KeyWrapper
  readonly #place: SealPlace

  constructor(files: VaultFiles, wrapper: KeyWrapper, place: SealPlace) {
    this.#files = files
    this.#wrapper = wrapper
    this.#place = place
  }

  /** Opens the state, or makes it; removes what an interrupted change of epochs left. */
  async open(): Promise<LogState> {
    const bytes = await this.#files.read(stateFile, 0, stateSizeMaxBytes)
    if (bytes === null) return this.#begin()
    const value = parseJson(bytes, 'ledger-corrupt')
    const { epoch, tag, table } = isJsonObject(value) ? value : {}
    if (!Number.isSafeInteger(epoch) || typeof tag !== 'string' || typeof table !== 'string')
      throw new OperatingError('ledger-corrupt', '`state` of the decision log is damaged')
    const number = Number(epoch)
    const state = {
      epoch: { number, key: await this.#epochKey(number) },
      keys: {
        tag: await this.#unwrap('tag', 0, fromBase64(tag)),
        table: await this.#unwrap('table', 0, fromBase64(table)),
      },
      isNew: false,
    }
    await this.removeAllBut(number)
    return state
  }

  /** A new epoch, its key wrapped and durable; it counts once `enter` is done. */
  async makeEpoch(number: number): Promise<Epoch> {
    const key = new Uint8Array(randomBytes(keySizeBytes))
    const wrapped = await this.#wrapper.wrap(key, wrapData(this.#place, 'epoch', number))
    await this.#files.replace(epochFile(number), wrapped)
    return { number, key }
  }

  /** Goes over to an epoch, in one step. */
  async enter(epoch: number, keys: LogKeys): Promise<void> {
    const wrapped = async (kind: 'tag' | 'table') =>
      toBase64(await this.#wrapper.wrap(keys[kind], wrapData(this.#place, kind, 0)))
    const [tag, table] = [await wrapped('tag'), await wrapped('table')]
    await this.#files.replace(stateFile, utf8(JSON.stringify({ version: 1, epoch, tag, table })))
  }

  /** Destroys what belongs to other epochs, their keys first. */
  async removeAllBut(epoch: number): Promise<void> {
    const names = (await this.#files.list()).map(({ name }) => name)
    const others = names.filter((name) => {
      const found = ofEpoch.exec(name)?.[1]
      return found !== undefined && Number(found) !== epoch
    })
    for (const name of others.toSorted()) await this.#files.replace(name, null)
  }

  async #begin(): Promise<LogState> {
    const epoch = await this.makeEpoch(1)
    const keys = {
      tag: new Uint8Array(randomBytes(keySizeBytes)),
      table: new Uint8Array(randomBytes(keySizeBytes)),
    }
    await this.enter(epoch.number, keys)
    return { epoch, keys, isNew: true }
  }

  async #epochKey(number: number): Promise<Bytes> {
    const wrapped = await this.#files.read(epochFile(number), 0, stateSizeMaxBytes)
    if (wrapped === null)
      throw new OperatingError(
        'ledger-corrupt',
        `the key of epoch ${number} is not there: without it no content of this log opens; restore it from a backup of the same epoch`,
      )
    return this.#unwrap('epoch', number, wrapped)
  }

  #unwrap(kind: string, number: number, wrapped: Uint8Array): Promise<Bytes> {
    return this.#wrapper.unwrap(wrapped, wrapData(this.#place, kind, number))
  }
}
