// The state of a decision log that is neither contents nor keys of subjects: which epoch it is in, and the wrapped keys of its own.
// What is wrapped is bound to what it is for.

import {
  type Bytes,
  fromBase64,
  isJsonObject,
  type JsonValue,
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
const ofEpoch = /^(?:epoch|keys|index|late)-(\d{8})(?:-\d{8})?$/

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

/** An epoch that was made, with what will be the log's state in it. */
export interface MadeEpoch extends Epoch {
  readonly state: { readonly [Key in 'version' | 'epoch' | 'tag' | 'table']: string | number }
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
  async open(ledgerSize: number): Promise<LogState> {
    const bytes = await this.#files.read(stateFile, 0, stateSizeMaxBytes)
    if (bytes === null) return this.#begin(ledgerSize)
    const value = readState(bytes)
    const { epoch, tag, table } = isJsonObject(value) ? value : {}
    if (!Number.isSafeInteger(epoch) || typeof tag !== 'string' || typeof table !== 'string')
      throw damaged()
    const number = Number(epoch)
    const state = {
      epoch: { number, key: await this.#epochKey(number) },
      keys: {
        tag: await this.#unwrap('tag', 0, wrappedIn(tag)),
        table: await this.#unwrap('table', 0, wrappedIn(table)),
      },
      isNew: false,
    }
    await this.removeAllBut(number)
    return state
  }

  /**
   * A new epoch, its key wrapped and durable; it counts once `enter` is done. All that needs the provider of keys comes first: while it
   * is away, nothing is changed.
   */
  async makeEpoch(number: number, keys: LogKeys): Promise<MadeEpoch> {
    const wrap = (plain: Bytes, kind: string, of: number) =>
      this.#wrapper.wrap(plain, wrapData(this.#place, kind, of))
    const key = new Uint8Array(randomBytes(keySizeBytes))
    const tag = toBase64(await wrap(keys.tag, 'tag', 0))
    const table = toBase64(await wrap(keys.table, 'table', 0))
    await this.#files.replace(epochFile(number), await wrap(key, 'epoch', number))
    return { number, key, state: { version: 1, epoch: number, tag, table } }
  }

  /** Goes over to an epoch, in one step. */
  async enter({ state }: MadeEpoch): Promise<void> {
    await this.#files.replace(stateFile, utf8(JSON.stringify(state)))
  }

  /** Destroys what belongs to other epochs, their keys first. */
  async removeAllBut(epoch: number): Promise<void> {
    const names = (await this.#files.list()).map(({ name }) => name)
    const others = names.filter((name) => {
      const found = ofEpoch.exec(name)?.[1]
      return found !== undefined && Number(found) !== epoch
    })
    for (const name of others.toSorted()) {
      const ended = name.startsWith('epoch-') ? ofEpoch.exec(name)?.[1] : undefined
      // Before the file is gone, so that whatever interrupts this does it again.
      if (ended !== undefined)
        await this.#wrapper.forget(wrapData(this.#place, 'epoch', Number(ended)))
      await this.#files.replace(name, null)
    }
  }

  async #begin(ledgerSize: number): Promise<LogState> {
    const names = (await this.#files.list()).map(({ name }) => name)
    // A beginning that was interrupted leaves the first epoch's key, and nothing that it seals.
    const others = names.filter((name) => name !== epochFile(1))
    if (ledgerSize > 0 || others.length > 0)
      throw new OperatingError(
        'ledger-corrupt',
        `the decision log has ${ledgerSize} entries and no file \`state\`, which holds its keys: restore it; nothing was changed`,
      )
    const keys = {
      tag: new Uint8Array(randomBytes(keySizeBytes)),
      table: new Uint8Array(randomBytes(keySizeBytes)),
    }
    const epoch = await this.makeEpoch(1, keys)
    await this.enter(epoch)
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

  async #unwrap(kind: string, number: number, wrapped: Uint8Array): Promise<Bytes> {
    try {
      return await this.#wrapper.unwrap(wrapped, wrapData(this.#place, kind, number))
    } catch (cause) {
      if (!(cause instanceof OperatingError) || cause.code !== 'key-malformed') throw cause
      const file = kind === 'epoch' ? epochFile(number) : stateFile
      throw new OperatingError(
        'ledger-corrupt',
        `the ${kind} key in \`${file}\` does not open: it was changed, or belongs to another log or tenant`,
        { cause },
      )
    }
  }
}

const damaged = (cause?: unknown) =>
  new OperatingError('ledger-corrupt', '`state` of the decision log is damaged', { cause })

function readState(bytes: Bytes): JsonValue {
  try {
    return parseJson(bytes, 'ledger-corrupt')
  } catch (cause) {
    throw damaged(cause)
  }
}

function wrappedIn(text: string): Bytes {
  try {
    return fromBase64(text)
  } catch (cause) {
    throw damaged(cause)
  }
}
