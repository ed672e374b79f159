import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concatBytes, utf8 } from '@proofhouse/evidence'
import {
  type ChunkedKey,
  chunkedCiphertextSize,
  chunkedMessageSize,
  chunkSizeBytes,
  decryptChunks,
  encryptChunks,
  openChunked,
} from './chunked-encryption.ts'
import { hkdfExpand, hkdfExtract } from './hkdf.ts'

const key: ChunkedKey = { inputKey: new Uint8Array(32).fill(7), context: utf8('a test') }

/** Bytes that differ from place to place. */
function patterned(sizeBytes: number): Bytes {
  const bytes = new Uint8Array(sizeBytes)
  for (let at = 0; at < sizeBytes; at++) bytes[at] = (at * 31 + (at >>> 14) * 7) & 0xff
  return bytes
}

async function* inPieces(bytes: Uint8Array, pieceSizeBytes = bytes.length + 1) {
  for (let at = 0; at < bytes.length; at += pieceSizeBytes)
    yield bytes.subarray(at, at + pieceSizeBytes)
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return concatBytes(...all)
}

const encrypt = (message: Uint8Array, pieceSizeBytes?: number) =>
  joined(encryptChunks(inPieces(message, pieceSizeBytes), key))
const decrypt = (ciphertext: Uint8Array, pieceSizeBytes?: number) =>
  joined(decryptChunks(inPieces(ciphertext, pieceSizeBytes), key))

/** A ciphertext to be read anywhere, which counts what is read of it. */
function readable(ciphertext: Uint8Array) {
  const state = { readBytes: 0 }
  const source = {
    sizeBytes: ciphertext.length,
    read: (start: number, end: number) => {
      state.readBytes += end - start
      return inPieces(ciphertext.subarray(start, end), 5_000)
    },
  }
  return { state, source }
}

/** Around every boundary that a size can lie at. */
const size = fc
  .tuple(fc.nat({ max: 4 }), fc.integer({ min: -2, max: 2 }))
  .map(([chunks, off]) => Math.max(0, chunks * chunkSizeBytes + off))

test('every size comes back, whatever the pieces', async () => {
  const property = fc.asyncProperty(
    size,
    fc.integer({ min: 1_000, max: 40_000 }),
    async (sizeBytes, pieceSizeBytes) => {
      const message = patterned(sizeBytes)
      const ciphertext = await encrypt(message, pieceSizeBytes)
      expect(ciphertext.length).toBe(chunkedCiphertextSize(sizeBytes))
      expect(chunkedMessageSize(ciphertext.length)).toBe(sizeBytes)
      expect(Buffer.compare(await decrypt(ciphertext, pieceSizeBytes), message)).toBe(0)
    },
  )
  await fc.assert(property, { numRuns: 40 })
})

test('every range comes back, and only its chunks are read', async () => {
  const property = fc.asyncProperty(size, fc.nat(), fc.nat(), async (sizeBytes, a, b) => {
    const message = patterned(sizeBytes)
    const { state, source } = readable(await encrypt(message))
    const opened = await openChunked(source, key)
    expect(opened.sizeBytes).toBe(sizeBytes)
    const [start = 0, end = 0] = [a % (sizeBytes + 3), b % (sizeBytes + 3)].toSorted(
      (x, y) => x - y,
    )
    state.readBytes = 0
    const read = await joined(opened.read(start, end))
    expect(Buffer.compare(read, message.subarray(start, end))).toBe(0)
    const chunks = Math.ceil((end - start) / chunkSizeBytes) + 1
    expect(state.readBytes).toBeLessThanOrEqual(chunks * (chunkSizeBytes + 16))
    await opened.authenticateSize()
  })
  await fc.assert(property, { numRuns: 60 })
})

test('a stream is encrypted chunk by chunk, not gathered', async () => {
  let given = 0
  async function* endless() {
    for (;;) {
      given += 1_000
      yield new Uint8Array(1_000)
    }
  }
  let taken = 0
  for await (const piece of encryptChunks(endless(), key)) {
    taken += piece.length
    expect(given - taken).toBeLessThan(1_000)
    if (taken > 500_000) break
  }
})

test('whoever feeds a stream hears that it is read no further', async () => {
  let closed = 0
  async function* source() {
    try {
      for (;;) yield new Uint8Array(20_000)
    } finally {
      closed++
    }
  }
  let pieces = 0
  for await (const _ of encryptChunks(source(), key)) if (++pieces === 2) break
  expect(closed).toBe(1)
  await expect(joined(decryptChunks(source(), key))).rejects.toMatchObject({
    code: 'ciphertext-invalid',
  })
  expect(closed).toBe(2)
})

describe('refusals', () => {
  const message = patterned(2 * chunkSizeBytes + 100)
  const refused = { code: 'ciphertext-invalid' }

  test('a changed byte anywhere in salt, commitment, body or tag', async () => {
    const ciphertext = await encrypt(message)
    for (let at = 0; at < ciphertext.length; at += at < 80 ? 1 : 4_099) {
      const changed = ciphertext.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      await expect(decrypt(changed), `byte ${at}`).rejects.toMatchObject(refused)
    }
  })

  test('a cut at every kind of place, for streams and for ranges to the end', async () => {
    const ciphertext = await encrypt(message)
    const ends = [0, 1, 23, 24, 55, 56, 57, 71, 72]
    for (const chunk of [1, 2])
      for (const off of [-17, -16, -1, 0, 1, 15, 16, 17]) ends.push(56 + chunk * 16_400 + off)
    for (const end of [...ends, ciphertext.length - 1]) {
      const cut = ciphertext.subarray(0, end)
      await expect(decrypt(cut), `cut at ${end}`).rejects.toMatchObject(refused)
      const { source } = readable(cut)
      const sizeRead = openChunked(source, key).then((opened) => opened.authenticateSize())
      await expect(sizeRead, `cut at ${end}`).rejects.toMatchObject(refused)
      const tail = openChunked(source, key).then((o) => joined(o.read(0, Number.MAX_SAFE_INTEGER)))
      await expect(tail, `cut at ${end}`).rejects.toMatchObject(refused)
    }
  })

  test('another key, another context, a key of another length', async () => {
    const ciphertext = await encrypt(message)
    const other = { ...key, inputKey: new Uint8Array(32).fill(8) }
    const elsewhere = { ...key, context: utf8('a text') }
    for (const wrong of [other, elsewhere])
      await expect(joined(decryptChunks(inPieces(ciphertext), wrong))).rejects.toMatchObject(
        refused,
      )
    const short = { ...key, inputKey: new Uint8Array(31) }
    await expect(joined(encryptChunks(inPieces(message), short))).rejects.toMatchObject({
      code: 'key-malformed',
    })
  })

  test('nothing of a chunk is given out before it was verified, and a failure stays', async () => {
    const ciphertext = await encrypt(message)
    ciphertext[56 + 16_400 + 5] = (ciphertext[56 + 16_400 + 5] ?? 0) ^ 1
    const pieces = decryptChunks(inPieces(ciphertext, 999), key)
    const first = await pieces.next()
    expect(first.value).toEqual(message.subarray(0, chunkSizeBytes))
    for (let again = 0; again < 3; again++)
      await expect(pieces.next()).rejects.toMatchObject(refused)
  })
})

test('the nonce of chunk 256 and above is the base nonce with its number over it', async () => {
  const salt = randomBytes(24)
  const chunks = 258
  let number = -1
  const info = concatBytes(
    utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'),
    salt,
    key.context,
  )
  const derived = hkdfExpand('sha512', key.inputKey, { info, sizeBytes: 76 })
  const message = new Uint8Array(chunks * chunkSizeBytes)
  for await (const piece of encryptChunks(inPieces(message), key, salt)) {
    if (number >= 254) {
      const nonce = derived.slice(32, 44)
      new DataView(nonce.buffer).setUint32(
        8,
        (new DataView(nonce.buffer).getUint32(8) ^ number) >>> 0,
      )
      const cipher = createCipheriv('aes-256-gcm', derived.subarray(0, 32), nonce)
      const part = message.subarray(0, number === chunks ? 0 : chunkSizeBytes)
      const expected = concatBytes(cipher.update(part), cipher.final(), cipher.getAuthTag())
      expect(Buffer.compare(piece, expected), `chunk ${number}`).toBe(0)
    }
    number++
  }
  expect(number).toBe(chunks + 1)
})

test('both steps of HKDF together are what Node computes', async () => {
  for (const name of ['sha256', 'sha512'] as const)
    for (const sizeBytes of [1, 31, 32, 33, 64, 65, 76, 200]) {
      const [material, salt, info] = [randomBytes(40), randomBytes(13), utf8('what for')]
      const theirs = new Uint8Array(hkdfSync(name, material, salt, info, sizeBytes))
      const ours = hkdfExpand(name, hkdfExtract(name, salt, material), { info, sizeBytes })
      expect(ours).toEqual(theirs)
    }
})
