// Ciphers of a spool. What is on disk is sealed with AES-256-GCM under a key for one file: derived from the spool's key and from a salt
// that stands in that file alone, so that writing over the file leaves nothing that its key could be made of again.
// INVARIANT: a file is sealed once, record by record; a nonce is the record's number in it. Format: spec/client-spool.md.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

export const spoolKeySizeBytes = 32
export const saltSizeBytes = 24
const nonceSizeBytes = 12
const tagSizeBytes = 16
const keyLabel = Buffer.from('proofhouse.dev/client-spool-key/v1\0', 'latin1')
const recordLabel = Buffer.from('proofhouse.dev/client-spool/v1\0', 'latin1')
const checkLabel = 'proofhouse.dev/client-spool-check/v1\0'

/** What every file of a spool is bound to. */
export interface SpoolSecret {
  /** 16 random bytes. */
  readonly id: Buffer
  readonly key: Buffer
}

/** A salt for a new file. */
export const newSalt = (): Buffer => randomBytes(saltSizeBytes)

/** What tells whether a key is that of a spool, and nothing about the key. */
export const keyCheck = ({ id, key }: SpoolSecret): string =>
  createHmac('sha256', key).update(checkLabel).update(id).digest('hex').slice(0, 32)

/** Seals and opens the records of one file. */
export class FileCipher {
  readonly #key: Buffer
  readonly #data: Buffer

  constructor({ id, key }: SpoolSecret, salt: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', key, salt, Buffer.concat([keyLabel, id]), 32))
    this.#data = Buffer.concat([recordLabel, id, Buffer.alloc(8)])
  }

  /** Seals record `number` of the file, which has a number of its source. */
  seal(number: number, sequence: number, plain: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(number))
    cipher.setAAD(this.#dataOf(sequence))
    const sealed = cipher.update(plain)
    cipher.final()
    return Buffer.concat([sealed, cipher.getAuthTag()])
  }

  /** Opens a record; null where it does not open. */
  open(number: number, sequence: number, sealed: Buffer): Buffer | null {
    if (sealed.length < tagSizeBytes) return null
    const cipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(number))
    cipher.setAAD(this.#dataOf(sequence)).setAuthTag(sealed.subarray(-tagSizeBytes))
    const plain = cipher.update(sealed.subarray(0, -tagSizeBytes))
    try {
      cipher.final()
      return plain
    } catch {
      plain.fill(0)
      return null
    }
  }

  #dataOf(sequence: number): Buffer {
    this.#data.writeBigUInt64BE(BigInt(sequence), this.#data.length - 8)
    return this.#data
  }
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(nonceSizeBytes)
  nonce.writeUInt32BE(number, nonceSizeBytes - 4)
  return nonce
}
