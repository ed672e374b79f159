// What a wrapped key is bound to: the tenant it belongs to, what it is for, which one it is and in
// which version. The bytes of it
// go as associated data into every wrap, so that no wrapped key opens in another's place. Page: spec/key-wrapping.md.

import { assert, type Bytes, utf8 } from '@proofhouse/evidence'

/**
 * What keys are for: a tenant's own, which wrap the others; epoch keys, which wrap subject keys;
 * keys of subjects, artifacts and
 * tokens; and private keys that sign.
 */
export const keyKinds = ['tenant', 'epoch', 'subject', 'artifact', 'token', 'signing'] as const

/** What a key is for. */
export type KeyKind = (typeof keyKinds)[number]

/** The place of a key: nobody opens it in any other. */
export interface KeyBinding {
  readonly tenant: string
  readonly kind: KeyKind
  readonly id: string
  /** From 1. */
  readonly version: number
}

/** A key by name, whatever its version. */
export type KeyAddress = Omit<KeyBinding, 'version'>

/** Versions are written in four bytes. */
const keyVersionMax = 0xffff_ffff

/** Names of tenants and keys: 1 to 128 letters, digits, `.`, `_` or `-`, the first a letter or digit. */
const keyNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** Parts the bytes here from all others that a key may ever authenticate. */
const label = utf8('proofhouse.dev/key-wrapping/v1\0')

/** Whether a text can name a tenant or a key. */
export function isKeyId(text: string): boolean {
  return keyNamePattern.test(text)
}

/** Whether a number can be a key's version. */
export function isKeyVersion(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= keyVersionMax
}

/** Of the numbers in it: four lengths and the version. */
const numbersSizeBytes = 4 * 2 + 4

/**
 * The associated data of a binding: a label, then each field behind its length in two bytes, big-endian.
 * @param before what is to stand before it
 */
export function encodeKeyBinding(
  { tenant, kind, id, version }: KeyBinding,
  before: Uint8Array = new Uint8Array(),
): Bytes {
  assert(isKeyId(tenant) && isKeyId(id), 'tenants and keys have names of letters and digits')
  assert(keyKinds.includes(kind), 'a key is of a known kind')
  assert(isKeyVersion(version), 'a version is a whole number from 1')
  // Names are ASCII: a letter is a byte. One allocation, because this stands in the way of every decision.
  const letters = tenant.length + kind.length + id.length
  const sizeBytes = before.length + label.length + numbersSizeBytes + letters
  const bytes = Buffer.from(new ArrayBuffer(sizeBytes))
  bytes.set(before)
  bytes.set(label, before.length)
  let at = before.length + label.length
  for (const field of [tenant, kind, id]) {
    at = bytes.writeUInt16BE(field.length, at)
    at += bytes.write(field, at, 'latin1')
  }
  at = bytes.writeUInt16BE(4, at)
  bytes.writeUInt32BE(version, at)
  return new Uint8Array(bytes.buffer)
}
