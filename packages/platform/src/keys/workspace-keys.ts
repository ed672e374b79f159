// The two keys of a workspace, made on first use: ECDSA P-256 that signs statements and models, and
// Ed25519 that signs the ledger's checkpoints. They live outside the ledger, and each has its
// public half beside it. Two processes that start at once agree on one key, because a private key's
// file is created whole or not at all and never replaced.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { join } from 'node:path'
import {
  assert,
  concatBytes,
  formatSignerKey,
  formatVerifierKey,
  isKeyName,
  type NoteSigner,
  OperatingError,
  parseSignerKey,
  signatureType,
} from '@proofhouse/evidence'
import { type HeldKey, heldLedgerKey, heldSigningKey } from './held-key.ts'
import type { KeyFiles } from './ports.ts'
import { type LedgerKey, type SigningKey, signingKeyFromPem } from './signing-key.ts'

/** Names of the files in a workspace's key folder. */
export const keyFileNames = {
  signing: 'signing.key',
  signingPublic: 'signing.pub',
  ledger: 'ledger.key',
  ledgerPublic: 'ledger.vkey',
} as const

/** Where keys lie in a workspace. */
export const keyFolders = {
  keys: 'keys',
  /** Root keys in files. */
  root: 'keys/root',
  /** All other keys, wrapped. */
  wrapped: 'keys/wrapped',
} as const

/** DER of a PKCS#8 Ed25519 key up to its 32-byte seed (RFC 8410 §7). */
const ed25519Pkcs8Prefix = Uint8Array.fromHex('302e020100300506032b657004220420')
/** Of the seed, and of the public key. */
const seedSizeBytes = 32

/**
 * The workspace's signing key: the one that a provider holds, or one in a file, made on first use.
 * @throws key-malformed, key-unsupported, file-unreadable, file-unwritable
 */
export async function openSigningKey(
  files: KeyFiles,
  folder: string,
  held: HeldKey | null = null,
): Promise<SigningKey> {
  const key = held === null ? await signingKeyInFile(files, folder) : await heldSigningKey(held)
  await files.writePublic(join(folder, keyFileNames.signingPublic), key.publicKeyPem)
  return key
}

async function signingKeyInFile(files: KeyFiles, folder: string): Promise<SigningKey> {
  const pem = await readOrCreate(files, join(folder, keyFileNames.signing), () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  )
  return signingKeyFromPem(pem.text)
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
  assert(isKeyName(origin), 'an origin is a key name')
  const path = join(folder, keyFileNames.ledger)
  const { text } = await readOrCreate(files, path, () => newSignerKeyLine(origin))
  const { name, signer, verifierKey } = ledgerKeyOf(text, path)
  if (name !== origin) throw malformed(path, `belongs to the log \`${name}\`, not \`${origin}\``)
  await files.writePublic(join(folder, keyFileNames.ledgerPublic), `${verifierKey}\n`)
  return { signer, verifierKey }
}

/**
 * The ledger's key where a provider holds it. A log keeps the key it began with: one that has a key in a file is refused.
 * @throws config-invalid, key-unsupported, key-malformed, file-unreadable, file-unwritable
 */
export async function openHeldLedgerKey(
  files: KeyFiles,
  folder: string,
  { origin, held }: { readonly origin: string; readonly held: HeldKey },
): Promise<LedgerKey> {
  const path = join(folder, keyFileNames.ledger)
  if ((await files.readPrivate(path)) !== null)
    throw new OperatingError(
      'config-invalid',
      `the log \`${origin}\` signs with the key in \`${path}\`, and the settings name another; a log keeps the key it began with`,
    )
  const key = heldLedgerKey(held, origin)
  await files.writePublic(join(folder, keyFileNames.ledgerPublic), `${key.verifierKey}\n`)
  return key
}

/**
 * The ledger's key in a file that is there already.
 * @throws file-missing, key-malformed, key-unsupported, file-unreadable
 */
export async function readLedgerKey(
  files: Pick<KeyFiles, 'readPrivate'>,
  path: string,
): Promise<LedgerKey> {
  const text = await files.readPrivate(path)
  if (text === null)
    throw new OperatingError(
      'file-missing',
      `no file at \`${path}\`; name the private key of the ledger with --key`,
    )
  const { signer, verifierKey } = ledgerKeyOf(text, path)
  return { signer, verifierKey }
}

function ledgerKeyOf(text: string, path: string): LedgerKey & { readonly name: string } {
  const { name, keyId, seed } = parseSignerKey(text.trimEnd())
  if (text !== signerKeyLine(name, seed)) throw malformed(path, 'has a key id that is not its own')
  const { privateKey, publicKey } = keyPairOf(seed)
  const signer: NoteSigner = {
    name,
    keyId,
    sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
  }
  const verifierKey = formatVerifierKey({ name, type: signatureType.ed25519, publicKey })
  return { name, signer, verifierKey }
}

/** A new Ed25519 key in the file's form. */
export function newSignerKeyLine(name: string): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const der = privateKey.export({ type: 'pkcs8', format: 'der' })
  return signerKeyLine(name, new Uint8Array(der.subarray(-seedSizeBytes)))
}

/** The text of a private key's file, made when there is none. @throws what KeyFiles throws, key-malformed */
export async function readOrCreate(
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

/** The content of a file with an Ed25519 key that signs notes. */
export function signerKeyLine(name: string, seed: Uint8Array): string {
  return `${formatSignerKey({ name, seed, publicKey: keyPairOf(seed).publicKey })}\n`
}

/** Both halves of an Ed25519 key. */
export function keyPairOf(seed: Uint8Array): {
  readonly privateKey: KeyObject
  readonly publicKey: Uint8Array
} {
  const der = Buffer.from(concatBytes(ed25519Pkcs8Prefix, seed))
  const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return { privateKey, publicKey: new Uint8Array(spki.subarray(-seedSizeBytes)) }
}

function malformed(path: string, problem: string): OperatingError {
  return new OperatingError('key-malformed', `key file \`${path}\` ${problem}`)
}
