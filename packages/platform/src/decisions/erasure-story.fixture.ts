// Opens whatever of a decision log's folders any key that is still held opens, the way somebody would who has all of the operator's keys
// and every file: no part of the log's own reading, but for the formats.

import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  fromBase64,
  isJsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
  sealedAssociatedData,
  utf8,
} from '@proofhouse/evidence'
import { place, wrapperOf } from './decisions.fixture.ts'
import { lateAssociatedData } from './late-arrivals.ts'
import { decodePage, pageAssociatedData, type SubjectKey } from './key-pages.ts'
import type { KeyWrapper } from './ports.ts'
import { unseal } from './sealing.ts'

/** Something that was read, and where. */
export interface Found {
  readonly where: string
  readonly bytes: Uint8Array
}

const textIn = (value: JsonValue, name: string): string =>
  isJsonObject(value) && typeof value[name] === 'string' ? value[name] : ''

const wrapData = (kind: string, number: number) =>
  utf8(
    JSON.stringify([
      'proofhouse.dev/decision-log-key/v1',
      place.tenant,
      place.origin,
      kind,
      number,
    ]),
  )

/** Whoever opens a log's own keys: a root key, or a keyring, which may have destroyed what opens some of them. */
type Root = Uint8Array | Pick<KeyWrapper, 'unwrap'>

const unwrapped = async (root: Root, wrapped: Uint8Array, data: Uint8Array) =>
  (root instanceof Uint8Array ? wrapperOf(root) : root).unwrap(wrapped, data)

/** Every file below a folder. */
export const rawFiles = (folder: string): Found[] =>
  globSync('**/*', { cwd: folder })
    .concat(globSync('**/.*', { cwd: folder }))
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ where: name, bytes: readFileSync(join(folder, name)) }))

/** A copy of a folder, without the files that a pattern matches. */
export function copyOf(folder: string, without: RegExp = /^$/): string {
  const copy = mkdtempSync(join(tmpdir(), 'proofhouse-copy-'))
  cpSync(folder, copy, { recursive: true, filter: (source) => !without.test(source) })
  return copy
}

function nullIfDestroyed(error: unknown): null {
  if (error instanceof OperatingError && error.code === 'key-malformed') return null
  throw error
}

/** The epoch keys that a vault's folder holds, by number, as the root key opens them. */
export async function epochKeysIn(vault: string, root: Root) {
  const keys = new Map<number, Uint8Array>()
  for (const name of readdirSync(vault).filter((one) => one.startsWith('epoch-'))) {
    const number = Number(name.slice('epoch-'.length))
    const wrapped = readFileSync(join(vault, name))
    const key = await unwrapped(root, wrapped, wrapData('epoch', number)).catch(nullIfDestroyed)
    if (key !== null) keys.set(number, key)
  }
  return keys
}

/** Every key in every page of a vault's folder that some epoch's key opens: replaced pages too. */
export function subjectKeysIn(
  vault: string,
  epochKeys: ReadonlyMap<number, Uint8Array>,
): SubjectKey[] {
  const found: SubjectKey[] = []
  for (const name of readdirSync(vault).filter((one) => one.startsWith('keys-'))) {
    const bytes = readFileSync(join(vault, name))
    const epoch = Number(name.slice('keys-'.length))
    const key = epochKeys.get(epoch)
    for (let at = 0; at + 12 <= bytes.length; ) {
      const sizeBytes = bytes.readUInt32BE(at)
      const sealed = bytes.subarray(at + 12, at + 12 + sizeBytes)
      const first = Number(bytes.readBigUInt64BE(at + 4))
      const page =
        key === undefined ? null : unseal(key, sealed, pageAssociatedData(place, epoch, first))
      if (page !== null) found.push(...decodePage(page))
      at += 12 + sizeBytes
    }
  }
  return found
}

/** Whom a vault's folder remembers to have erased, where some epoch's key opens it. */
export function rememberedIn(vault: string, epochKeys: ReadonlyMap<number, Uint8Array>): Found[] {
  const found: Found[] = []
  for (const name of readdirSync(vault).filter((one) => one.startsWith('late-'))) {
    const epoch = Number(name.slice('late-'.length))
    const key = epochKeys.get(epoch)
    const sealed = readFileSync(join(vault, name))
    const bytes = key === undefined ? null : unseal(key, sealed, lateAssociatedData(place, epoch))
    if (bytes !== null) found.push({ where: 'late arrivals', bytes })
  }
  return found
}

async function ownKey(vault: string, root: Root, kind: 'tag' | 'table') {
  const state = parseJson(readFileSync(join(vault, 'state')), 'ledger-corrupt')
  return unwrapped(root, fromBase64(textIn(state, kind)), wrapData(kind, 0))
}

/** Every content in a vault's folder that one of these keys opens, tables and erasure records with it. */
export async function contentsIn(
  vault: string,
  given: {
    readonly root: Root
    readonly keys: readonly SubjectKey[]
    readonly entries: readonly Uint8Array[]
  },
): Promise<Found[]> {
  const table = await ownKey(vault, given.root, 'table')
  const found: Found[] = []
  for (const name of readdirSync(vault).filter((one) => one.startsWith('erasure-'))) {
    const data = utf8(`proofhouse.dev/decision-erasure/v1\0${name}`)
    const record = unseal(table, readFileSync(join(vault, name)), data)
    if (record !== null) found.push({ where: name, bytes: record })
  }
  for (const name of readdirSync(vault).filter((one) => one.startsWith('vault-'))) {
    const bytes = readFileSync(join(vault, name))
    for (let at = 0; at + 32 <= bytes.length; ) {
      const headBytes = bytes.readUInt32BE(at + 4)
      const first = Number(bytes.readBigUInt64BE(at + 8))
      const rows = unseal(
        table,
        bytes.subarray(at + 32, at + headBytes),
        bytes.subarray(at + 8, at + 28),
      )
      found.push({ where: `${name}, table of ${first}`, bytes: rows ?? new Uint8Array() })
      let offset = at + headBytes
      const sizes = Buffer.from(rows ?? [])
      for (let n = 0; n < bytes.readUInt32BE(at + 16); n++) {
        const sizeBytes = sizes.readUInt32BE(n * 12 + 8)
        const sealed = bytes.subarray(offset, offset + sizeBytes)
        const entry = given.entries[first + n]
        if (entry !== undefined)
          for (const { key } of given.keys) {
            const plain = unseal(key, sealed, sealedAssociatedData({ ...place, entry }))
            if (plain !== null) found.push({ where: `content of ${first + n}`, bytes: plain })
          }
        offset += sizeBytes
      }
      at = offset
    }
  }
  return found
}

/** Where any of these values stands. */
export const placesOf = (found: readonly Found[], values: readonly Uint8Array[]): string[] => [
  ...new Set(
    found
      .filter(({ bytes }) => values.some((value) => Buffer.from(bytes).includes(value)))
      .map(({ where }) => where),
  ),
]
