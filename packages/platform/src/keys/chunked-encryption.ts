// Encryption of large messages by C2SP chunked-encryption (https://c2sp.org/chunked-encryption),
// instance Cobblestone-256: AES-256-GCM, HKDF-Expand with SHA-512. A ciphertext is salt ‖
// commitment ‖ chunks; every chunk holds 16 KiB and a tag, the last one always less, perhaps
// nothing, so that a missing end is found. The commitment binds a ciphertext to one key and one
// context. INVARIANT: no byte of a message is given out before its chunk and the commitment were
// verified.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { assert, type Bytes, concatBytes, OperatingError, utf8 } from '@proofhouse/evidence'
import { gcmKeySizeBytes, gcmNonceSizeBytes, gcmTagSizeBytes, openGcm, sealGcm } from './aes-gcm.ts'
import { ByteTaker } from './byte-taker.ts'
import { hkdfExpand } from './hkdf.ts'

/** Length of a chunk's part of the message in bytes; of the last one, less. */
export const chunkSizeBytes = 16_384
const sealedChunkSizeBytes = chunkSizeBytes + gcmTagSizeBytes
// Lengths in bytes, of the header: a random salt and the commitment.
const chunkedSaltSizeBytes = 24
const commitmentSizeBytes = 32
const headerSizeBytes = chunkedSaltSizeBytes + commitmentSizeBytes
const chunksMax = 2 ** 38
/** Of the nonce, which the number of a chunk reaches. */
const counterSizeBytes = 5
const infoPrefix = utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0')

/** What a message is encrypted under. */
export interface ChunkedKey {
  /** 32 uniformly random bytes. */
  readonly inputKey: Uint8Array
  /** What the message is and where it belongs; it opens in no other context. */
  readonly context: Uint8Array
}

/** A ciphertext that can be read at any place. */
export interface CiphertextSource {
  readonly sizeBytes: number
  /** Bytes from `start` up to `end`, exclusive. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

/** A message whose key and context are right, to be read at any place. */
export interface ChunkedMessage {
  /** As the ciphertext's length has it: believed once `authenticateSize` or a read up to it passed. */
  readonly sizeBytes: number
  /** @throws ciphertext-invalid when the ciphertext was cut off or extended */
  authenticateSize(): Promise<void>
  /**
   * Verified bytes from `start` up to `end`, or to the end of the message, in pieces; only their
   * chunks are read. A read that reaches the end authenticates that it is the end.
   * @throws ciphertext-invalid
   */
  read(start: number, end: number): AsyncIterable<Bytes>
}

interface MessageKeys {
  readonly key: Bytes
  readonly baseNonce: Bytes
  readonly commitment: Bytes
}

const invalid = (problem: string) =>
  new OperatingError('ciphertext-invalid', `encrypted message ${problem}`)

/** Length of the ciphertext of a message. */
export function chunkedCiphertextSize(messageSizeBytes: number): number {
  const chunks = Math.floor(messageSizeBytes / chunkSizeBytes) + 1
  return headerSizeBytes + messageSizeBytes + chunks * gcmTagSizeBytes
}

/**
 * Length of the message of a ciphertext.
 * @throws ciphertext-invalid when no message has a ciphertext of this length
 */
export function chunkedMessageSize(ciphertextSizeBytes: number): number {
  const body = ciphertextSizeBytes - headerSizeBytes
  const fullChunks = Math.floor(body / sealedChunkSizeBytes)
  const lastSizeBytes = body - fullChunks * sealedChunkSizeBytes - gcmTagSizeBytes
  if (body < gcmTagSizeBytes || lastSizeBytes < 0) throw invalid('is cut off')
  if (fullChunks >= chunksMax) throw invalid('has more chunks than there can be')
  return fullChunks * chunkSizeBytes + lastSizeBytes
}

/**
 * The ciphertext of a message, in pieces.
 * @param salt never the same twice under one key; random unless a test gives it
 * @throws key-malformed when the key has another length
 */
export async function* encryptChunks(
  message: AsyncIterable<Uint8Array>,
  key: ChunkedKey,
  salt: Uint8Array = randomBytes(chunkedSaltSizeBytes),
): AsyncGenerator<Bytes> {
  const keys = deriveKeys(key, salt)
  const plain = new ByteTaker(message)
  try {
    yield concatBytes(salt, keys.commitment)
    for (let number = 0; ; number++) {
      if (number >= chunksMax)
        throw new OperatingError('limit-exceeded', 'a message has at most 4 PiB')
      const chunk = await plain.take(chunkSizeBytes)
      yield sealGcm(chunk, gcmOf(keys, number))
      if (chunk.length < chunkSizeBytes) return
    }
  } finally {
    await plain.close()
  }
}

/**
 * The message of a ciphertext, each piece verified before it is given out. A failure stays: whoever
 * goes on reading after it meets it again, and never what looks like an end.
 * @throws ciphertext-invalid for a wrong key or context, and when anything was altered, moved, cut
 *   off or added; key-malformed when the key has another length
 */
export function decryptChunks(
  ciphertext: AsyncIterable<Uint8Array>,
  key: ChunkedKey,
): AsyncIterableIterator<Bytes> {
  return failingForGood(decryptInOrder(ciphertext, key))
}

/**
 * A message to be read at any place; its key, context and commitment are checked here.
 * @throws ciphertext-invalid, key-malformed
 */
export async function openChunked(
  ciphertext: CiphertextSource,
  key: ChunkedKey,
): Promise<ChunkedMessage> {
  const sizeBytes = chunkedMessageSize(ciphertext.sizeBytes)
  const header = new ByteTaker(ciphertext.read(0, headerSizeBytes))
  const keys = openHeader(await header.take(headerSizeBytes), key)
  await header.close()
  const lastNumber = Math.floor(sizeBytes / chunkSizeBytes)

  async function* read(start: number, end: number): AsyncGenerator<Bytes> {
    assert(start >= 0 && start <= end, 'a range has its start before its end')
    const from = Math.min(start, sizeBytes)
    const to = Math.min(end, sizeBytes)
    if (from === to && to < sizeBytes) return
    const first = Math.floor(from / chunkSizeBytes)
    const last = to === sizeBytes ? lastNumber : Math.floor((to - 1) / chunkSizeBytes)
    const offset = (number: number) =>
      Math.min(headerSizeBytes + number * sealedChunkSizeBytes, ciphertext.sizeBytes)
    const sealed = new ByteTaker(ciphertext.read(offset(first), offset(last + 1)))
    try {
      for (let number = first; number <= last; number++) {
        const piece = await sealed.take(offset(number + 1) - offset(number))
        const chunk = openGcm(piece, gcmOf(keys, number))
        const chunkStart = number * chunkSizeBytes
        const wanted = chunk.subarray(Math.max(0, from - chunkStart), to - chunkStart)
        if (wanted.length > 0) yield wanted
      }
    } finally {
      await sealed.close()
    }
  }

  return {
    sizeBytes,
    read: (start, end) => failingForGood(read(start, end)),
    async authenticateSize() {
      for await (const _ of read(sizeBytes, sizeBytes)) assert(false, 'nothing lies at the end')
    },
  }
}

async function* decryptInOrder(
  ciphertext: AsyncIterable<Uint8Array>,
  key: ChunkedKey,
): AsyncGenerator<Bytes> {
  const sealed = new ByteTaker(ciphertext)
  try {
    const keys = openHeader(await sealed.take(headerSizeBytes), key)
    for (let number = 0; ; number++) {
      if (number >= chunksMax) throw invalid('has more chunks than there can be')
      const piece = await sealed.take(sealedChunkSizeBytes)
      if (piece.length < gcmTagSizeBytes) throw invalid('is cut off')
      const chunk = openGcm(piece, gcmOf(keys, number))
      if (chunk.length > 0) yield chunk
      if (piece.length < sealedChunkSizeBytes) return
    }
  } finally {
    await sealed.close()
  }
}

function openHeader(header: Uint8Array, key: ChunkedKey): MessageKeys {
  if (header.length < headerSizeBytes) throw invalid('is cut off')
  const keys = deriveKeys(key, header.subarray(0, chunkedSaltSizeBytes))
  if (!timingSafeEqual(keys.commitment, header.subarray(chunkedSaltSizeBytes)))
    throw invalid('belongs to another key or place, or its beginning was altered')
  return keys
}

/** "Key derivation": key ‖ base nonce ‖ commitment. */
function deriveKeys({ inputKey, context }: ChunkedKey, salt: Uint8Array): MessageKeys {
  if (inputKey.length !== gcmKeySizeBytes)
    throw new OperatingError(
      'key-malformed',
      `the key of an encrypted message has ${gcmKeySizeBytes} bytes, not ${inputKey.length}`,
    )
  assert(salt.length === chunkedSaltSizeBytes, 'a salt has 24 bytes')
  const derived = hkdfExpand('sha512', inputKey, {
    info: concatBytes(infoPrefix, salt, context),
    sizeBytes: gcmKeySizeBytes + gcmNonceSizeBytes + commitmentSizeBytes,
  })
  return {
    key: derived.subarray(0, gcmKeySizeBytes),
    baseNonce: derived.subarray(gcmKeySizeBytes, gcmKeySizeBytes + gcmNonceSizeBytes),
    commitment: derived.subarray(gcmKeySizeBytes + gcmNonceSizeBytes),
  }
}

/** "AEAD usage": the base nonce with the chunk's number, big-endian, over its last bytes. */
function gcmOf({ key, baseNonce }: MessageKeys, number: number) {
  const nonce = baseNonce.slice()
  for (let n = 1; n <= counterSizeBytes; n++) {
    const at = gcmNonceSizeBytes - n
    nonce[at] = (nonce[at] ?? 0) ^ (Math.floor(number / 2 ** (8 * (n - 1))) % 256)
  }
  return { key, nonce }
}

/** A generator that has thrown ends; this one throws again. */
function failingForGood(pieces: AsyncGenerator<Bytes>): AsyncIterableIterator<Bytes> {
  let failure: { readonly error: unknown } | null = null
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      if (failure !== null) throw failure.error
      try {
        return await pieces.next()
      } catch (error) {
        failure = { error }
        throw error
      }
    },
    return: () => pieces.return(undefined),
  }
}
