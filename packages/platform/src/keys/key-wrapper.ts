// Wrapping of 32-byte keys under a 32-byte key in this process: AES-256-GCM (NIST SP 800-38D) with
// a random nonce. The wrapped key
// says under which version it was wrapped; that header and the binding are authenticated. Page: spec/key-wrapping.md.
// INVARIANT: after `drop` the key is zeroed and nothing is wrapped or unwrapped any more, least of all under zeros.

import { randomFillSync } from 'node:crypto'
import { assert, type Bytes, OperatingError } from '@proofhouse/evidence'
import {
  gcmKeySizeBytes,
  gcmNonceSizeBytes,
  gcmTagSizeBytes,
  openGcm,
  sealGcmInto,
} from './aes-gcm.ts'
import { encodeKeyBinding, isKeyVersion, type KeyBinding } from './key-binding.ts'

/** Of every key of the hierarchy. */
export const keySizeBytes = gcmKeySizeBytes

const formatByte = 1
const headerSizeBytes = 5
const nonceEnd = headerSizeBytes + gcmNonceSizeBytes

/** Of a wrapped 32-byte key. */
const wrappedKeySizeBytes = nonceEnd + keySizeBytes + gcmTagSizeBytes

/**
 * Keys that one wrapper wraps before it must be asked for anew: with random nonces one key may
 * encrypt 2^32 times in all
 * (SP 800-38D §8.3), whichever process does.
 */
const wrapsMax = 2 ** 28

/** A key in use, which wraps and unwraps others; dropped when it has been held for long enough. */
export interface KeyWrapper {
  /** Of the key that wraps. */
  readonly version: number
  /** @throws key-provider-unavailable when the key has been dropped; limit-exceeded after 2^28 wraps */
  wrap(key: Uint8Array, binding: KeyBinding): Bytes
  /**
   * @throws key-unwrap-failed when the wrapped key was altered, belongs to another place or was
   * wrapped under another key;
   *   key-provider-unavailable when the key has been dropped
   */
  unwrap(wrapped: Uint8Array, binding: KeyBinding): Bytes
  /** Zeroes the key. Safe to repeat. */
  drop(): void
}

/**
 * Gives twelve random bytes that it gave never before, valid until the next call. They are drawn
 * many at a time: asking the system for twelve takes as long as for hundreds.
 */
function randomNonces(): () => Uint8Array {
  const drawn = new Uint8Array(gcmNonceSizeBytes * 64)
  let used = drawn.length
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn)
      used = 0
    }
    used += gcmNonceSizeBytes
    return drawn.subarray(used - gcmNonceSizeBytes, used)
  }
}

/**
 * A wrapper under a key, which it copies.
 * @param randomNonce for tests of the format; a nonce that comes twice breaks the key
 */
export function keyWrapper(
  { key, version }: { readonly key: Uint8Array; readonly version: number },
  randomNonce: () => Uint8Array = randomNonces(),
): KeyWrapper {
  assert(key.length === keySizeBytes, 'a key that wraps has 32 bytes')
  assert(isKeyVersion(version), 'a version is a whole number from 1')
  const own = Uint8Array.from(key)
  const header = new Uint8Array(headerSizeBytes)
  header[0] = formatByte
  new DataView(header.buffer).setUint32(1, version)
  let wraps = 0
  let dropped = false
  const requireHeld = () => {
    if (dropped)
      throw new OperatingError(
        'key-provider-unavailable',
        'a key was held longer than keys are kept in memory; ask for it again',
      )
  }
  return {
    version,
    wrap(plain, binding) {
      assert(plain.length === keySizeBytes, 'only keys of 32 bytes are wrapped')
      requireHeld()
      if (++wraps > wrapsMax)
        throw new OperatingError(
          'limit-exceeded',
          `version ${version} of a key has wrapped as many keys as one process may; rotate it`,
        )
      const nonce = randomNonce()
      const wrapped = new Uint8Array(wrappedKeySizeBytes)
      wrapped.set(header)
      wrapped.set(nonce, headerSizeBytes)
      const associatedData = encodeKeyBinding(binding, header)
      sealGcmInto(wrapped.subarray(nonceEnd), plain, { key: own, nonce, associatedData })
      return wrapped
    },
    unwrap(wrapped, binding) {
      requireHeld()
      if (wrappedUnder(wrapped) !== version) throw unwrapFailed(binding)
      const nonce = wrapped.subarray(headerSizeBytes, nonceEnd)
      const associatedData = encodeKeyBinding(binding, header)
      try {
        return openGcm(wrapped.subarray(nonceEnd), { key: own, nonce, associatedData })
      } catch {
        throw unwrapFailed(binding)
      }
    },
    drop() {
      dropped = true
      own.fill(0)
    },
  }
}

/**
 * The version of the key under which a key was wrapped. @throws key-unwrap-failed when these bytes
 * are no wrapped key
 */
export function wrappedUnder(wrapped: Uint8Array): number {
  const version = new DataView(wrapped.buffer, wrapped.byteOffset, wrapped.length)
  if (wrapped.length !== wrappedKeySizeBytes || wrapped[0] !== formatByte)
    throw new OperatingError('key-unwrap-failed', 'bytes that should be a wrapped key are none')
  return version.getUint32(1)
}

/** Says which key did not open; never why, which would help only who tampers. */
export function unwrapFailed(binding: KeyBinding, cause?: unknown): OperatingError {
  return new OperatingError(
    'key-unwrap-failed',
    `the ${binding.kind} key \`${binding.id}\` version ${binding.version} does not open: it was altered, moved from another place, ` +
      'or wrapped under another key',
    { cause },
  )
}
