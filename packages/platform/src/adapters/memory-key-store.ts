// Wrapped keys in memory: for tests, and for a process that keeps nothing.

import type { JsonObject } from '@proofhouse/evidence'
import {
  type KeyAddress,
  type KeyKind,
  keyKinds,
  type KeyRecord,
  type KeyStore,
  type RecordAddress,
} from '../keys/index.ts'

/** The adapter of KeyStore in memory. */
export class MemoryKeyStore implements KeyStore {
  readonly #records = new Map<string, { readonly address: RecordAddress; record: KeyRecord }>()

  async read(address: RecordAddress): Promise<KeyRecord | null> {
    const found = this.#records.get(keyOf(address))?.record
    return found === undefined ? null : { ...found, body: structuredClone(found.body) }
  }

  async swap(address: RecordAddress, expected: number, body: JsonObject): Promise<boolean> {
    const key = keyOf(address)
    if ((this.#records.get(key)?.record.revision ?? 0) !== expected) return false
    const record = { revision: expected + 1, body: structuredClone(body) }
    this.#records.set(key, { address: { ...address }, record })
    return true
  }

  async list(
    tenant: string,
    after: KeyAddress | null,
    limit: number,
  ): Promise<readonly KeyAddress[]> {
    const order = after === null ? '' : orderOf(after)
    return [...this.#records.values()]
      .flatMap(({ address }) => (isOfKey(address) ? [address] : []))
      .filter((address) => address.tenant === tenant && orderOf(address) > order)
      .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
      .slice(0, limit)
  }
}

function isOfKey(address: RecordAddress): address is KeyAddress {
  return keyKinds.some((kind: KeyKind) => kind === address.kind)
}

function orderOf({ kind, id }: KeyAddress): string {
  return `${kind}\0${id}`
}

function keyOf({ tenant, kind, id }: RecordAddress): string {
  return `${tenant}\0${kind}\0${id}`
}
