// The two keys of a workspace, made on first use: ECDSA P-256 that signs statements and models, and
// Ed25519 that signs the ledger's checkpoints. They live outside the ledger, and each has its
// public half beside it. Two processes that start at once agree on one key, because a private key's
// file is created whole or not at all and never replaced.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import {
  assert,
  concatBytes,
  fromBase64,
  OperatingError,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import type { KeyFiles } from './ports.ts'
import { type SigningKey, signingKeyFromPem } from './signing-key.ts'

/** Names of the files in a workspace's key folder. */
export const keyFileNames = {
  signing: 'signing.key',
  signingPublic: 'signing.pub',
  ledger: 'ledger.key',
  ledgerPublic: 'ledger.vkey',
} as const

/** The key of a ledger in the text forms of the C2SP signed-note format. */
export interface LedgerKey {
  /** `PRIVATE+KEY+name+id+base64(01 ‖ seed)` */
  readonly signerKey: string
  /** `name+id+base64(01 ‖ public key)` */
  readonly verifierKey: string
}

/** Type byte of Ed25519 keys in signed notes. */
const ed25519Type = 0x01
/** DER of a PKCS#8 Ed25519 key up to its 32-byte seed (RFC 8410 §7). */
const ed25519Pkcs8Prefix = Uint8Array.fromHex('302e020100300506032b657004220420')
const seedSizeBytes = 32

/**
 * The workspace's signing key, made on first use.
 * @throws key-malformed, key-unsupported, file-unreadable, file-unwritable
 */
export async function openSigningKey(files: KeyFiles, folder: string): Promise<SigningKey> {
  const pem = await readOrCreate(files, join(folder, keyFileNames.signing), () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  )
  const key = await signingKeyFromPem(pem.text)
  await files.writePublic(join(folder, keyFileNames.signingPublic), key.publicKeyPem)
  return key
}

/**
 * The ledger's key, made on first use under the given name, which is the log's origin.
 * @throws key-malformed when the file's key is malformed or has another name; file-unreadable,
 *   file-unwritable
 */
export async function openLedgerKey(
  files: KeyFiles,
  folder: string,
  origin: string,
): Promise<LedgerKey> {
  assert(/^[^\s+]+$/u.test(origin), 'an origin has no spaces and no plus signs')
  const path = join(folder, keyFileNames.ledger)
  const found = await readOrCreate(files, path, () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const der = privateKey.export({ type: 'pkcs8', format: 'der' })
    return `${signerKeyText(origin, new Uint8Array(der.subarray(-seedSizeBytes)))}\n`
  })
  const seed = seedOf(found.text, origin, path)
  const key = { signerKey: signerKeyText(origin, seed), verifierKey: verifierKeyText(origin, seed) }
  if (found.text !== `${key.signerKey}\n`) throw malformed(path, 'has a key id that is not its own')
  await files.writePublic(join(folder, keyFileNames.ledgerPublic), `${key.verifierKey}\n`)
  return key
}

async function readOrCreate(
  files: KeyFiles,
  path: string,
  make: () => string,
): Promise<{ readonly text: string }> {
  const existing = await files.readPrivate(path)
  if (existing !== null) return { text: existing }
  const text = make()
  if (await files.createPrivate(path, text)) return { text }
  // Somebody else was first: theirs is the key.
  const theirs = await files.readPrivate(path)
  if (theirs === null) throw malformed(path, 'appeared and vanished while it was being created')
  return { text: theirs }
}

function seedOf(text: string, origin: string, path: string): Uint8Array {
  const match = /^PRIVATE\+KEY\+(?<name>[^\s+]+)\+[0-9a-f]{8}\+(?<key>[A-Za-z0-9+/=]+)\n$/u.exec(
    text,
  )
  const { name, key } = match?.groups ?? {}
  if (name === undefined || key === undefined) throw malformed(path, 'is no signer key')
  if (name !== origin) throw malformed(path, `belongs to the log \`${name}\`, not \`${origin}\``)
  const bytes = fromBase64(key)
  if (bytes.length !== 1 + seedSizeBytes || bytes[0] !== ed25519Type)
    throw malformed(path, 'is no Ed25519 key')
  return bytes.subarray(1)
}

function signerKeyText(name: string, seed: Uint8Array): string {
  const key = toBase64(concatBytes(Uint8Array.of(ed25519Type), seed))
  return `PRIVATE+KEY+${name}+${keyIdOf(name, publicKeyOf(seed))}+${key}`
}

function verifierKeyText(name: string, seed: Uint8Array): string {
  const publicKey = publicKeyOf(seed)
  const key = toBase64(concatBytes(Uint8Array.of(ed25519Type), publicKey))
  return `${name}+${keyIdOf(name, publicKey)}+${key}`
}

/**
 * C2SP signed-note: the first four bytes of SHA-256(name ‖ LF ‖ type ‖ public key), in hexadecimal.
 */
function keyIdOf(name: string, publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(utf8(`${name}\n`))
  return hash.update(Uint8Array.of(ed25519Type)).update(publicKey).digest('hex').slice(0, 8)
}

function publicKeyOf(seed: Uint8Array): Uint8Array {
  const der = Buffer.from(concatBytes(ed25519Pkcs8Prefix, seed))
  const key = createPublicKey(createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }))
  return new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(-32))
}

function malformed(path: string, problem: string): OperatingError {
  return new OperatingError('key-malformed', `key file \`${path}\` ${problem}`)
}
