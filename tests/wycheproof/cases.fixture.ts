// Runs the cases of Wycheproof's files (https://github.com/C2SP/wycheproof, formats of 2019 and v1)
// over what this product computes with. A case of another shape than ours, such as a key of 128
// bits, must be refused.

import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  type Bytes,
  concatBytes,
  ecdsaVerifier,
  equalBytes,
} from '../../packages/evidence/src/index.ts'
import { verifyEd25519 } from '../../packages/evidence/src/ed25519.ts'
import {
  decryptChunks,
  encryptChunks,
  hkdfExpand,
  type HkdfHash,
  hkdfExtract,
  hmac,
  openChunked,
  openGcm,
  sealGcm,
} from '../../packages/platform/src/keys/index.ts'

const groupShape = Type.Object({
  type: Type.String(),
  tagSize: Type.Optional(Type.Number()),
  keySize: Type.Optional(Type.Number()),
  ivSize: Type.Optional(Type.Number()),
  publicKeyPem: Type.Optional(Type.String()),
  keyPem: Type.Optional(Type.String()),
  publicKey: Type.Optional(Type.Object({ pk: Type.Optional(Type.String()) })),
  key: Type.Optional(Type.Object({ pk: Type.Optional(Type.String()) })),
  tests: Type.Array(
    Type.Intersect([
      Type.Object({
        tcId: Type.Number(),
        comment: Type.String(),
        result: Type.Enum(['valid', 'invalid', 'acceptable']),
        flags: Type.Array(Type.String()),
      }),
      // Fields by kind: text in hexadecimal, sizes in bytes.
      Type.Record(Type.String(), Type.Unknown()),
    ]),
  ),
})
const fileShape = Type.Object({ algorithm: Type.String(), testGroups: Type.Array(groupShape) })
const compiledShape = Compile(fileShape)

type WycheproofFile = Type.Static<typeof fileShape>
type WycheproofGroup = WycheproofFile['testGroups'][number]
type WycheproofCase = WycheproofGroup['tests'][number]

/** A file of Wycheproof, or a part of one. */
export function parseWycheproof(text: string): WycheproofFile {
  return compiledShape.Parse(JSON.parse(text))
}

/** What came of a case. */
interface WycheproofOutcome {
  readonly tcId: number
  readonly comment: string
  readonly expected: WycheproofCase['result']
  /** Whether it has the one shape that this product has; where not, it must be refused. */
  readonly ours: boolean
  readonly accepted: boolean
}

/** Whether an outcome is as it has to be; what is merely acceptable may go either way. */
export function isRight({ expected, ours, accepted }: WycheproofOutcome): boolean {
  if (!ours) return !accepted
  return expected === 'acceptable' || accepted === (expected === 'valid')
}

interface Given {
  readonly bytes: (field: string) => Bytes
  readonly number: (field: string) => number
  readonly test: WycheproofCase
  readonly group: WycheproofGroup
  readonly hash: HkdfHash | null
}

/** Whether a case is accepted; a throw refuses it. */
type Accepts = (given: Given) => boolean | Promise<boolean>

const acceptsGcm: Accepts = ({ bytes }) => {
  const message = { key: bytes('key'), nonce: bytes('iv'), associatedData: bytes('aad') }
  const sealed = concatBytes(bytes('ct'), bytes('tag'))
  const plain = openGcm(sealed, message)
  return equalBytes(plain, bytes('msg')) && equalBytes(sealGcm(plain, message), sealed)
}

const acceptsHkdf: Accepts = ({ bytes, number, hash }) => {
  if (hash === null) return false
  const pseudorandomKey = hkdfExtract(hash, bytes('salt'), bytes('ikm'))
  const expansion = { info: bytes('info'), sizeBytes: number('size') }
  return equalBytes(hkdfExpand(hash, pseudorandomKey, expansion), bytes('okm'))
}

const acceptsHmac: Accepts = ({ bytes, group, hash }) => {
  if (hash === null) return false
  const tag = hmac(hash, bytes('key'), bytes('msg')).subarray(0, (group.tagSize ?? 0) / 8)
  return equalBytes(tag, bytes('tag'))
}

const acceptsEd25519: Accepts = ({ bytes, group }) => {
  const { pk = '' } = group.publicKey ?? group.key ?? {}
  return verifyEd25519(Uint8Array.fromHex(pk), bytes('msg'), bytes('sig'))
}

const acceptsEcdsa: Accepts = async ({ bytes, group }) => {
  const pem = group.publicKeyPem ?? group.keyPem ?? ''
  const verifier = await ecdsaVerifier(pem.endsWith('\n') ? pem : `${pem}\n`)
  return verifier.verify(bytes('msg'), bytes('sig'))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The message of pieces, up to where they fail, and whether the failure stays. */
async function drain(pieces: AsyncIterable<Bytes>) {
  const read: Bytes[] = []
  const iterator = pieces[Symbol.asyncIterator]()
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      read.push(next.value)
    return { message: concatBytes(...read), failed: false }
  } catch {
    await iterator.next().then(
      () => {
        throw new Error('a failed stream went on')
      },
      () => undefined,
    )
    return { message: concatBytes(...read), failed: true }
  }
}

const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('hex')

/** Streaming, random access, length and encryption must agree with each other and with the file. */
const acceptsChunked: Accepts = async ({ bytes, test }) => {
  const key = { inputKey: bytes('key'), context: bytes('ctx') }
  const ciphertext = new Uint8Array(inflateSync(bytes('ct')))
  const { message, failed } = await drain(decryptChunks(once(ciphertext), key))
  const isPrefix = message.length === Number(test['msgLength'] ?? 0)
  if (!isPrefix || (message.length > 0 && sha512(message) !== test['msgSha512']))
    throw new Error(`case ${test.tcId}: other plaintext than there may be`)
  const source = {
    sizeBytes: ciphertext.length,
    read: (start: number, end: number) => once(ciphertext.subarray(start, end)),
  }
  const opened = await openChunked(source, key).catch(() => null)
  const atOnce = opened === null ? null : await drain(opened.read(0, opened.sizeBytes))
  if ((atOnce?.failed ?? true) !== failed)
    throw new Error(`case ${test.tcId}: random access and streaming disagree`)
  const isSizeRight = await opened?.authenticateSize().then(
    () => true,
    () => false,
  )
  if (isSizeRight === true && failed && !test.flags.includes('ValidFinalChunk'))
    throw new Error(`case ${test.tcId}: a wrong size was believed`)
  if (failed) return false
  const again = await drain(encryptChunks(once(message), key, ciphertext.subarray(0, 24)))
  return isSizeRight === true && equalBytes(again.message, ciphertext)
}

const kinds: Readonly<Record<string, Accepts>> = {
  AeadTest: acceptsGcm,
  HkdfTest: acceptsHkdf,
  MacTest: acceptsHmac,
  EddsaVerify: acceptsEd25519,
  EcdsaVerify: acceptsEcdsa,
  ChunkedEncryption: acceptsChunked,
}

function hashOf(algorithm: string): HkdfHash | null {
  const compact = algorithm.replaceAll('-', '').toLowerCase()
  return compact.endsWith('sha256') ? 'sha256' : compact.endsWith('sha512') ? 'sha512' : null
}

function isOurs(group: WycheproofGroup): boolean {
  const { type, keySize, ivSize, tagSize } = group
  return type !== 'AeadTest' || (keySize === 256 && ivSize === 96 && tagSize === 128)
}

/** Runs every case of a file. */
export async function runWycheproof(file: WycheproofFile): Promise<WycheproofOutcome[]> {
  const outcomes: WycheproofOutcome[] = []
  for (const group of file.testGroups) {
    const accepts = kinds[group.type]
    if (accepts === undefined) throw new Error(`no runner for the kind ${group.type}`)
    for (const test of group.tests) {
      const bytes = (field: string) => Uint8Array.fromHex(String(test[field]))
      const number = (field: string) => Number(test[field])
      const given = { bytes, number, test, group, hash: hashOf(file.algorithm) }
      const accepted = await Promise.try(accepts, given).catch((error: unknown) => {
        // What the runner itself has to say is no refusal.
        if (error instanceof Error && error.message.startsWith('case ')) throw error
        return false
      })
      const { tcId, comment, result: expected } = test
      outcomes.push({ tcId, comment, expected, ours: isOurs(group), accepted })
    }
  }
  return outcomes
}
