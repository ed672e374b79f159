// What the stand-ins of key services sign with: ECDSA over a digest that the caller made, which Node offers for whole messages only. Plain
// arithmetic (FIPS 186-5 §6.4), slow and not in constant time: for tests, which verify what it makes with OpenSSL.

import { type KeyObject, randomBytes, sign } from 'node:crypto'
import { rawToDerSignature } from '@proofhouse/evidence'

type Point = { readonly x: bigint; readonly y: bigint } | null

const hex = (digits: string) => BigInt(`0x${digits}`)

/** y² = x³ − 3x + b over the field of `p`; `n` is the order of `g` (SP 800-186 §3.2.1). */
const curves = {
  'P-256': {
    sizeBytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    g: {
      x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    },
  },
  'P-384': {
    sizeBytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    n: hex(
      'ffffffffffffffffffffffffffffffffffffffffffffffff' +
        'c7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    ),
    g: {
      x: hex(
        'aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b98' +
          '59f741e082542a385502f25dbf55296c3a545e3872760ab7',
      ),
      y: hex(
        '3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147c' +
          'e9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f',
      ),
    },
  },
  'P-521': {
    sizeBytes: 66,
    p: 2n ** 521n - 1n,
    n: hex(
      '1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' +
        'a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ),
    g: {
      x: hex(
        'c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3db' +
          'aa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
      ),
      y: hex(
        '11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662' +
          'c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
      ),
    },
  },
} as const

const mod = (a: bigint, m: bigint) => ((a % m) + m) % m

function inverse(a: bigint, m: bigint): bigint {
  let [low, high, x, y] = [mod(a, m), m, 1n, 0n]
  while (low > 1n) {
    const q = high / low
    ;[low, high, x, y] = [high - q * low, low, y - q * x, x]
  }
  return mod(x, m)
}

function add(a: Point, b: Point, p: bigint): Point {
  if (a === null || b === null) return a ?? b
  if (a.x === b.x && a.y !== b.y) return null
  const slope =
    a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, p) : (b.y - a.y) * inverse(b.x - a.x, p)
  const x = mod(slope * slope - a.x - b.x, p)
  return { x, y: mod(slope * (a.x - x) - a.y, p) }
}

function times(k: bigint, g: Point, p: bigint): Point {
  let [sum, step]: [Point, Point] = [null, g]
  for (let left = k; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) sum = add(sum, step, p)
    step = add(step, step, p)
  }
  return sum
}

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

/** The DER signature of a digest by an ECDSA key; of a whole message by an Ed25519 key. */
export function signatureOf(key: KeyObject, input: Uint8Array): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sign(null, input, key)
  const { crv, d = '' } = key.export({ format: 'jwk' })
  if (crv !== 'P-256' && crv !== 'P-384' && crv !== 'P-521') throw new Error(`no curve ${crv}`)
  const { p, n, g, sizeBytes } = curves[crv]
  // No digest here is longer than the order of its curve.
  const z = numberOf(input)
  const k = 1n + (numberOf(randomBytes(sizeBytes + 8)) % (n - 1n))
  const r = mod(times(k, g, p)?.x ?? 0n, n)
  const s = mod(inverse(k, n) * (z + r * numberOf(Buffer.from(d, 'base64url'))), n)
  const both = [r, s].map((each) => each.toString(16).padStart(2 * sizeBytes, '0')).join('')
  return Buffer.from(rawToDerSignature(Buffer.from(both, 'hex'), crv))
}
