// Signed notes (C2SP signed-note): a text, a blank line, and lines of signatures `— name base64(keyID ‖ signature)`.
// Signatures by unknown keys are ignored, as the format asks; a known key whose signature does not fit refuses the note.

import { sha256 } from './digest.ts'
import { verifyEd25519 } from './ed25519.ts'
import { type Bytes, concatBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from './encoding.ts'
import { type ErrorCode, OperatingError } from './errors.ts'

/** Most signature lines of a note that are read. */
export const noteSignaturesMax = 100

/** Largest note that is read, in bytes. */
export const noteSizeMaxBytes = 1_000_000

/** Signature types of C2SP signed-note. */
export const signatureType = { ed25519: 0x01, cosignatureV1: 0x04 } as const

const publicKeySizeBytes = 32
const keyIdSizeBytes = 4

/** Checks signatures of one key on notes. */
export interface NoteVerifier {
  readonly name: string
  readonly keyId: number
  readonly type: number
  /** Whether the signature fits the text; false also for malformed signatures, never an exception. */
  verify(message: Bytes, signature: Bytes): Promise<boolean>
}

/** Signs notes with one key. */
export interface NoteSigner {
  readonly name: string
  readonly keyId: number
  sign(message: Bytes): Promise<Bytes>
}

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string
  readonly keyId: number
  readonly signature: Bytes
}

/** A note taken apart; nothing is verified yet. */
export interface ParsedNote {
  /** The signed text, with its final line feed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A note whose known signatures hold. */
export interface OpenedNote {
  readonly text: string
  readonly verified: readonly NoteSignature[]
  readonly unknown: readonly NoteSignature[]
}

/** Not empty, no Unicode space, no `+`: a name that a signature line can carry. */
export function isKeyName(name: string): boolean {
  return /^[^\s+\u0085]+$/u.test(name)
}

/** `SHA256(name ‖ 0x0A ‖ type ‖ public key)[:4]` as an unsigned number. */
export function keyIdOf(name: string, type: number, publicKey: Uint8Array): number {
  const digest = sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey))
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0)
}

const hex8 = (keyId: number) => keyId.toString(16).padStart(8, '0')

/** A public key as one line: `name+keyID+base64(type ‖ key)`. */
export function formatVerifierKey(key: {
  readonly name: string
  readonly type: number
  readonly publicKey: Uint8Array
}): string {
  const { name, type, publicKey } = key
  const id = hex8(keyIdOf(name, type, publicKey))
  return `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(type), publicKey))}`
}

/** `name+keyID+rest`, where the rest may hold `+` too. */
function splitKey(text: string): { name: string; id: string; rest: string } {
  const first = text.indexOf('+')
  const second = text.indexOf('+', first + 1)
  if (first < 1 || second < 0)
    throw new OperatingError('key-malformed', 'a key has the form `name+id+base64`')
  return {
    name: text.slice(0, first),
    id: text.slice(first + 1, second),
    rest: text.slice(second + 1),
  }
}

function keyBytes(rest: string): Bytes {
  try {
    return fromBase64(rest)
  } catch (cause) {
    throw new OperatingError('key-malformed', 'the key is not base64; was the line cut?', { cause })
  }
}

/** The parts of a verifier key. @throws key-malformed, key-unsupported */
export function readVerifierKey(text: string): {
  readonly name: string
  readonly keyId: number
  readonly type: number
  readonly publicKey: Bytes
} {
  const { name, id, rest } = splitKey(text)
  if (!isKeyName(name)) throw new OperatingError('key-malformed', `\`${name}\` is no key name`)
  const bytes = keyBytes(rest)
  const type = bytes[0] ?? 0
  const publicKey = bytes.slice(1)
  if (type !== signatureType.ed25519 && type !== signatureType.cosignatureV1)
    throw new OperatingError(
      'key-unsupported',
      `key \`${name}\` is of type ${type}; Ed25519 (1) and its cosignatures (4) are supported`,
    )
  if (publicKey.length !== publicKeySizeBytes)
    throw new OperatingError(
      'key-malformed',
      `key \`${name}\` has ${publicKey.length} bytes, not 32`,
    )
  const keyId = keyIdOf(name, type, publicKey)
  if (hex8(keyId) !== id)
    throw new OperatingError(
      'key-malformed',
      `key \`${name}\` does not fit its id \`${id}\`; was the line altered?`,
    )
  return { name, keyId, type, publicKey }
}

/**
 * A verifier of plain Ed25519 signatures (type 1).
 * @throws key-malformed, key-unsupported
 */
export function parseVerifierKey(text: string): NoteVerifier {
  const { name, keyId, type, publicKey } = readVerifierKey(text)
  if (type !== signatureType.ed25519)
    throw new OperatingError('key-unsupported', `key \`${name}\` is a witness key, not a log key`)
  return {
    name,
    keyId,
    type,
    verify: (message, signature) => verifyEd25519(publicKey, message, signature),
  }
}

const signerPrefix = 'PRIVATE+KEY+'

/**
 * The parts of a private key line `PRIVATE+KEY+name+keyID+base64(01 ‖ seed)`. The key id is not checked here: that takes the
 * public key, which only a signer can derive.
 * @throws key-malformed, key-unsupported; no message holds any part of the secret
 */
export function parseSignerKey(text: string): {
  readonly name: string
  readonly keyId: number
  readonly seed: Bytes
} {
  if (!text.startsWith(signerPrefix))
    throw new OperatingError('key-malformed', 'a signer key begins with `PRIVATE+KEY+`')
  const { name, id, rest } = splitKey(text.slice(signerPrefix.length))
  const bytes = keyBytes(rest)
  if (bytes[0] !== signatureType.ed25519)
    throw new OperatingError('key-unsupported', 'the signer key is not of type Ed25519')
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(id) || bytes.length !== publicKeySizeBytes + 1)
    throw new OperatingError('key-malformed', 'the signer key is incomplete; was the line cut?')
  return { name, keyId: Number.parseInt(id, 16), seed: bytes.slice(1) }
}

/** A private key as one line. The caller keeps it secret. */
export function formatSignerKey(key: {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly seed: Uint8Array
}): string {
  const id = hex8(keyIdOf(key.name, signatureType.ed25519, key.publicKey))
  const secret = toBase64(concatBytes(Uint8Array.of(signatureType.ed25519), key.seed))
  return `${signerPrefix}${key.name}+${id}+${secret}`
}

/** One line of a signature, with its line feed. */
export function formatSignature(signature: NoteSignature): string {
  const id = fromHex(hex8(signature.keyId))
  return `— ${signature.name} ${toBase64(concatBytes(id, signature.signature))}\n`
}

/** A note signed by the given keys. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  checkText(text)
  const lines: string[] = []
  for (const signer of signers) {
    const signature = await signer.sign(utf8(text))
    lines.push(formatSignature({ name: signer.name, keyId: signer.keyId, signature }))
  }
  return `${text}\n${lines.join('')}`
}

const malformed = (message: string) => new OperatingError('note-malformed', message)

// oxlint-disable-next-line no-control-regex -- the format forbids every control character but line feed
const forbidden = /[\u0000-\u0009\u000b-\u001f\u007f]/

function checkText(text: string): void {
  if (!text.endsWith('\n')) throw malformed('the text of a note ends with a line feed')
  if (forbidden.test(text)) throw malformed('a note holds no control characters')
  if (!text.isWellFormed()) throw malformed('a note is valid Unicode')
}

/** One signature line, read. @throws note-malformed, or the code given */
function parseSignature(line: string, code: ErrorCode = 'note-malformed'): NoteSignature {
  const match = /^— (\S+) (\S+)$/u.exec(line)
  const [, name = '', encoded = ''] = match ?? []
  if (match === null || !isKeyName(name))
    throw new OperatingError(code, 'a signature line is `— name base64`')
  let bytes: Bytes
  try {
    bytes = fromBase64(encoded)
  } catch (cause) {
    throw new OperatingError(code, `the signature of \`${name}\` is not base64`, { cause })
  }
  if (bytes.length <= keyIdSizeBytes)
    throw new OperatingError(code, `the signature of \`${name}\` is empty`)
  return {
    name,
    keyId: Number.parseInt(toHex(bytes.subarray(0, keyIdSizeBytes)), 16),
    signature: bytes.slice(keyIdSizeBytes),
  }
}

/**
 * The note with more signatures; one by the same key is replaced. Nothing is verified.
 * @throws note-malformed, also when they become too many
 */
export function addSignatures(note: string, added: readonly NoteSignature[]): string {
  const { text, signatures } = parseNote(note)
  const same = (a: NoteSignature, b: NoteSignature) => a.name === b.name && a.keyId === b.keyId
  const kept = signatures.filter((old) => !added.some((one) => same(one, old)))
  const all = [...kept, ...added]
  if (all.length > noteSignaturesMax)
    throw malformed(`a note has at most ${noteSignaturesMax} signatures`)
  return `${text}\n${all.map(formatSignature).join('')}`
}

/** Takes a note apart. @throws note-malformed */
export function parseNote(note: string): ParsedNote {
  if (note.length > noteSizeMaxBytes || utf8(note).length > noteSizeMaxBytes)
    throw malformed('the note is larger than 1 MB')
  const split = note.lastIndexOf('\n\n')
  if (split < 0) throw malformed('a note has a blank line before its signatures')
  const text = note.slice(0, split + 1)
  const tail = note.slice(split + 2)
  checkText(text)
  if (tail === '') throw malformed('the note has no signature')
  if (!tail.endsWith('\n')) throw malformed('a signature line ends with a line feed; was it cut?')
  checkText(tail)
  const lines = tail.slice(0, -1).split('\n')
  if (lines.length > noteSignaturesMax)
    throw malformed(`a note has at most ${noteSignaturesMax} signatures`)
  return { text, signatures: lines.map((line) => parseSignature(line)) }
}

/**
 * Opens a note: every signature by a known key must hold, the others are set aside.
 * @throws note-malformed; note-signature-invalid when a known key's signature does not fit, or no known key signed
 */
export async function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): Promise<OpenedNote> {
  const { text, signatures } = parseNote(note)
  const message = utf8(text)
  const verified: NoteSignature[] = []
  const unknown: NoteSignature[] = []
  for (const signature of signatures) {
    const verifier = verifiers.find(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    )
    if (verifier === undefined) unknown.push(signature)
    else if (await verifier.verify(message, signature.signature)) verified.push(signature)
    else
      throw new OperatingError(
        'note-signature-invalid',
        `the signature of \`${signature.name}\` does not fit the text; it was altered`,
      )
  }
  if (verified.length === 0)
    throw new OperatingError(
      'note-signature-invalid',
      `no signature by ${verifiers.map(({ name }) => `\`${name}\``).join(', ') || 'a known key'}; ` +
        'the key may be another one, or the note was altered',
    )
  return { text, verified, unknown }
}
