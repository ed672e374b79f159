// Root keys on a PKCS#11 token: AES-256, not extractable, CKM_AES_GCM with the binding as
// additional data (PKCS#11 v2.40, mechanisms §2.12).
// The versions of a key are objects with one label; the version is CKA_ID, in four bytes. A wrapped key has the form of
// spec/key-wrapping.md. The nonce is drawn here: tokens that insist on their own, as some network
// HSMs do, are not served.
// The driver `pkcs11js` is native and is compiled on purpose only: `node scripts/run.mjs scripts/pkcs11.mjs`.

import { randomBytes } from 'node:crypto'
import type { Handle, Template } from 'pkcs11js'
import { assert, type Bytes, concatBytes, OperatingError } from '@proofhouse/evidence'
import {
  encodeKeyBinding,
  isKeyId,
  type KeyBinding,
  type KeyProvider,
  keySizeBytes,
  type RootKey,
  unwrapFailed,
  wrappedUnder,
} from '../keys/index.ts'
import {
  type Driver,
  isReturn,
  type Pkcs11Options,
  pkcs11Session,
  type Session,
} from './pkcs11-session.ts'

const headerSizeBytes = 5
const nonceSizeBytes = 12
const tagSizeBytes = 16
const versionsMax = 10_000

/** The adapter of KeyProvider over a PKCS#11 token. `close` ends the session. */
export function pkcs11KeyProvider(options: Pkcs11Options): KeyProvider & { close(): void } {
  const { use, close } = pkcs11Session(options)
  const told = (name: string, version: number): RootKey => ({ name, version, extractable: false })
  return {
    kind: 'pkcs11',
    find: (name) =>
      use((open) => {
        const version = versionsOf(open, name).at(-1)?.version
        return version === undefined ? null : told(name, version)
      }),
    create: (name) =>
      use((open) => {
        const there = versionsOf(open, name).at(-1)?.version
        if (there === undefined) generateKey(open, name, 1)
        return told(name, there ?? 1)
      }),
    rotate: (name) =>
      use((open) => {
        const version = newestOf(open, name).version + 1
        generateKey(open, name, version)
        return told(name, version)
      }),
    wrap: (name, plain, binding) =>
      use((open) => {
        const { version, object } = newestOf(open, name)
        return { bytes: encrypt(open, { object, version, plain, binding }), rootVersion: version }
      }),
    unwrap: (name, wrapped, binding) =>
      use((open) => {
        const versions = versionsOf(open, name)
        if (versions.length === 0) throw missing(name)
        const version = wrappedUnder(wrapped)
        // Two processes that made a version at once made two keys of it.
        for (const { object } of versions.filter((each) => each.version === version)) {
          const key = decrypt(open, { object, wrapped, binding })
          if (key !== null) return key
        }
        throw unwrapFailed(binding)
      }),
    close,
  }
}

function secretKeyTemplate({ driver }: Session, name: string): Template {
  return [
    { type: driver.CKA_CLASS, value: driver.CKO_SECRET_KEY },
    { type: driver.CKA_KEY_TYPE, value: driver.CKK_AES },
    { type: driver.CKA_LABEL, value: name },
  ]
}

/** The versions of a key on the token, in order. A key that could be taken off it is none of ours. */
function versionsOf(
  open: Session,
  name: string,
): readonly { readonly version: number; readonly object: Handle }[] {
  assert(isKeyId(name), 'a root key has a name of letters and digits')
  const { driver, token, handle } = open
  const objects: Handle[] = []
  token.C_FindObjectsInit(handle, [
    ...secretKeyTemplate(open, name),
    { type: driver.CKA_EXTRACTABLE, value: false },
    { type: driver.CKA_SENSITIVE, value: true },
  ])
  try {
    for (
      let object = token.C_FindObjects(handle);
      object !== null && objects.length < versionsMax;
    ) {
      objects.push(object)
      object = token.C_FindObjects(handle)
    }
  } finally {
    token.C_FindObjectsFinal(handle)
  }
  return objects
    .flatMap((object) => {
      const [id] = token.C_GetAttributeValue(handle, object, [{ type: driver.CKA_ID }])
      const bytes = Buffer.isBuffer(id?.value) ? id.value : Buffer.alloc(0)
      return bytes.length === 4 ? [{ version: bytes.readUInt32BE(), object }] : []
    })
    .toSorted((a, b) => a.version - b.version)
}

function newestOf(open: Session, name: string) {
  const newest = versionsOf(open, name).at(-1)
  if (newest === undefined) throw missing(name)
  return newest
}

function generateKey(open: Session, name: string, version: number): void {
  const { driver, token, handle } = open
  const id = Buffer.alloc(4)
  id.writeUInt32BE(version)
  token.C_GenerateKey(handle, { mechanism: driver.CKM_AES_KEY_GEN }, [
    ...secretKeyTemplate(open, name),
    { type: driver.CKA_ID, value: id },
    { type: driver.CKA_VALUE_LEN, value: keySizeBytes },
    { type: driver.CKA_TOKEN, value: true },
    { type: driver.CKA_PRIVATE, value: true },
    { type: driver.CKA_SENSITIVE, value: true },
    { type: driver.CKA_EXTRACTABLE, value: false },
    { type: driver.CKA_ENCRYPT, value: true },
    { type: driver.CKA_DECRYPT, value: true },
    { type: driver.CKA_WRAP, value: false },
    { type: driver.CKA_UNWRAP, value: false },
  ])
}

function mechanism(driver: Driver, nonce: Uint8Array, header: Uint8Array, binding: KeyBinding) {
  return {
    mechanism: driver.CKM_AES_GCM,
    parameter: {
      // The layout with `ulIvBits`, as in the normative header of v2.40.
      type: driver.CK_PARAMS_AES_GCM_v240,
      iv: Buffer.from(nonce),
      ivBits: nonceSizeBytes * 8,
      aad: Buffer.from(concatBytes(header, encodeKeyBinding(binding))),
      tagBits: tagSizeBytes * 8,
    },
  }
}

function encrypt(
  { driver, token, handle }: Session,
  given: {
    readonly object: Handle
    readonly version: number
    readonly plain: Uint8Array
    readonly binding: KeyBinding
  },
): Bytes {
  const header = Buffer.alloc(headerSizeBytes)
  header[0] = 1
  header.writeUInt32BE(given.version, 1)
  const nonce = randomBytes(nonceSizeBytes)
  token.C_EncryptInit(handle, mechanism(driver, nonce, header, given.binding), given.object)
  const room = Buffer.alloc(given.plain.length + tagSizeBytes)
  return concatBytes(header, nonce, token.C_Encrypt(handle, Buffer.from(given.plain), room))
}

/** Null when it does not open. */
function decrypt(
  { driver, token, handle }: Session,
  given: { readonly object: Handle; readonly wrapped: Uint8Array; readonly binding: KeyBinding },
): Bytes | null {
  const { object, wrapped, binding } = given
  const nonceEnd = headerSizeBytes + nonceSizeBytes
  const header = wrapped.subarray(0, headerSizeBytes)
  const nonce = wrapped.subarray(headerSizeBytes, nonceEnd)
  token.C_DecryptInit(handle, mechanism(driver, nonce, header, binding), object)
  const sealed = Buffer.from(wrapped.subarray(nonceEnd))
  // Tokens want room for the tag too.
  const room = Buffer.alloc(sealed.length)
  try {
    return Uint8Array.from(token.C_Decrypt(handle, sealed, room))
  } catch (cause) {
    // Only these say that it does not open; SoftHSM says `CKR_GENERAL_ERROR` for a wrong tag.
    if (isReturn(cause, /^CKR_(ENCRYPTED_DATA_|AEAD_DECRYPT|DATA_|SIGNATURE_|GENERAL_ERROR)/))
      return null
    throw cause
  } finally {
    room.fill(0)
  }
}

function missing(name: string): OperatingError {
  return new OperatingError('key-missing', `the token has no key \`${name}\` that stays on it`)
}
