// Root keys in files of their own, one per version: `NAME.v1.key`, mode 0600, created whole or not
// at all and never replaced, so that
// two processes that rotate at once agree on one key. With a passphrase the key is sealed under
// argon2id (RFC 9106) of it; without,
// the file's mode is all that protects it. Form of the files: spec/key-wrapping.md.

import { argon2, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  assert,
  type Bytes,
  concatBytes,
  fromBase64,
  isJsonObject,
  OperatingError,
  parseJson,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import {
  gcmNonceSizeBytes,
  gcmTagSizeBytes,
  isKeyId,
  type KeyFiles,
  type KeyProvider,
  keySizeBytes,
  keyWrapper,
  openGcm,
  type RootKey,
  sealGcm,
  unwrapFailed,
  wrappedUnder,
} from '../keys/index.ts'

const format = 'proofhouse.dev/root-key-file/v1'
/** Memory and passes of the second choice that RFC 9106 §4 recommends; one lane, for one thread. */
const cost = { memoryKib: 65_536, passes: 3 } as const
const costMax = { memoryKib: 1_048_576, passes: 16 } as const
const saltSizeBytes = 16
/** Another process may be first this many times in a row. */
const attemptsMax = 10

const derive = promisify(argon2)

/** Where root keys lie, and what opens them. */
export interface FileKeyOptions {
  readonly folder: string
  readonly files: KeyFiles
  /** Null where the files' mode is all that protects them. */
  readonly passphrase: string | null
}

/**
 * The adapter of KeyProvider over files.
 * @param sealingCost of new files; less only in tests
 */
export function fileKeyProvider(
  options: FileKeyOptions,
  sealingCost: SealingCost = cost,
): KeyProvider {
  const { folder } = options
  const add = async (name: string, version: number): Promise<boolean> => {
    const key = randomBytes(keySizeBytes)
    const text = await sealFile({ name, version, key }, options.passphrase, sealingCost)
    key.fill(0)
    return options.files.createPrivate(pathOf(folder, name, version), text)
  }
  const open = async <T>(
    name: string,
    version: number,
    use: (wrapper: ReturnType<typeof keyWrapper>) => T,
  ): Promise<T> => {
    const path = pathOf(folder, name, version)
    const text = await options.files.readPrivate(path)
    if (text === null) throw missing(path)
    const key = await openFile({ name, version, path, text }, options.passphrase)
    const wrapper = keyWrapper({ key, version })
    key.fill(0)
    try {
      return use(wrapper)
    } finally {
      wrapper.drop()
    }
  }
  const newest = async (name: string) => {
    const version = (await versionsOf(folder, name)).at(-1)
    if (version === undefined) throw missing(pathOf(folder, name, 1))
    return version
  }
  const find = async (name: string): Promise<RootKey | null> => {
    const version = (await versionsOf(folder, name)).at(-1) ?? null
    return version === null ? null : { name, version, extractable: true }
  }
  return {
    kind: 'file',
    find,
    async create(name) {
      const there = await find(name)
      if (there !== null) return there
      // When somebody else is first, theirs is the key.
      await add(name, 1)
      return { name, version: await newest(name), extractable: true }
    },
    async rotate(name) {
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const version = (await newest(name)) + 1
        if (await add(name, version)) return { name, version, extractable: true }
      }
      throw new OperatingError('key-conflict', `others rotate \`${name}\` all the time; try again`)
    },
    async wrap(name, plain, binding) {
      const rootVersion = await newest(name)
      const bytes = await open(name, rootVersion, (wrapper) => wrapper.wrap(plain, binding))
      return { bytes, rootVersion }
    },
    async unwrap(name, wrapped, binding) {
      const versions = await versionsOf(folder, name)
      if (versions.length === 0) throw missing(pathOf(folder, name, 1))
      const version = wrappedUnder(wrapped)
      if (!versions.includes(version)) throw unwrapFailed(binding)
      return open(name, version, (wrapper) => wrapper.unwrap(wrapped, binding))
    },
  }
}

function pathOf(folder: string, name: string, version: number): string {
  return join(folder, `${name}.v${version}.key`)
}

/** The versions there are of a key, in order. */
async function versionsOf(folder: string, name: string): Promise<number[]> {
  assert(isKeyId(name), 'a root key has a name of letters and digits')
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    if (code === 'ENOENT') return []
    throw new OperatingError(
      'key-provider-unavailable',
      `cannot read the folder of root keys \`${folder}\` (${code}); check that you own it`,
      { cause },
    )
  }
  return names
    .filter((file) => file.startsWith(`${name}.v`) && file.endsWith('.key'))
    .map((file) => file.slice(name.length + 2, -'.key'.length))
    .filter((digits) => /^[1-9]\d{0,8}$/.test(digits))
    .map(Number)
    .toSorted((a, b) => a - b)
}

interface SealingCost {
  readonly memoryKib: number
  readonly passes: number
}

interface FileOfKey {
  readonly name: string
  readonly version: number
}

function associatedData({ name, version }: FileOfKey): Bytes {
  return utf8(`${format}\0${name}\0${version}`)
}

async function sealFile(
  { key, ...of }: FileOfKey & { readonly key: Uint8Array },
  passphrase: string | null,
  sealingCost: SealingCost,
): Promise<string> {
  const plain = { format, ...of, sealing: 'none', key: toBase64(key) }
  if (passphrase === null) return `${JSON.stringify(plain, null, 2)}\n`
  const salt = randomBytes(saltSizeBytes)
  const nonce = randomBytes(gcmNonceSizeBytes)
  const sealing = await sealingKey(passphrase, { ...sealingCost, salt })
  const message = { key: sealing, nonce, associatedData: associatedData(of) }
  const sealed = concatBytes(nonce, sealGcm(key, message))
  sealing.fill(0)
  const file = {
    ...plain,
    sealing: 'argon2id',
    ...sealingCost,
    salt: toBase64(salt),
    key: toBase64(sealed),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

async function openFile(
  { path, text, ...of }: FileOfKey & { readonly path: string; readonly text: string },
  passphrase: string | null,
): Promise<Bytes> {
  const file = parseJson(utf8(text), 'key-malformed')
  const refuse = (problem: string): never => {
    throw new OperatingError('key-malformed', `root key file \`${path}\` ${problem}`)
  }
  if (!isJsonObject(file) || file['format'] !== format) return refuse('is none of this form')
  if (file['name'] !== of.name || file['version'] !== of.version)
    return refuse('holds another key than its name says; give it its own name back')
  if (file['sealing'] === 'none') {
    // Whoever gives a passphrase believes the key to be locked, and should hear that it is not.
    if (passphrase !== null) return refuse('is not sealed, but a passphrase was given')
    return keyOfSize(bytesIn(file['key']), keySizeBytes) ?? refuse('holds no key of 32 bytes')
  }
  if (file['sealing'] !== 'argon2id') return refuse('is sealed in a way that is not known here')
  if (passphrase === null) return refuse('is sealed; give the file with its passphrase')
  const { memoryKib, passes } = file
  const salt = keyOfSize(bytesIn(file['salt']), saltSizeBytes)
  const sealed = keyOfSize(bytesIn(file['key']), gcmNonceSizeBytes + keySizeBytes + gcmTagSizeBytes)
  if (!isWithin(memoryKib, costMax.memoryKib) || !isWithin(passes, costMax.passes))
    return refuse('asks for more memory or passes than a key file may')
  if (salt === null || sealed === null) return refuse('holds no sealed key')
  const sealing = await sealingKey(passphrase, { memoryKib, passes, salt })
  try {
    return openGcm(sealed.subarray(gcmNonceSizeBytes), {
      key: sealing,
      nonce: sealed.subarray(0, gcmNonceSizeBytes),
      associatedData: associatedData(of),
    })
  } catch {
    return refuse('does not open with this passphrase; check it, and that the file is whole')
  } finally {
    sealing.fill(0)
  }
}

function bytesIn(value: unknown): Bytes | null {
  if (typeof value !== 'string') return null
  try {
    return fromBase64(value)
  } catch {
    return null
  }
}

function keyOfSize(bytes: Bytes | null, sizeBytes: number): Bytes | null {
  return bytes !== null && bytes.length === sizeBytes ? bytes : null
}

function isWithin(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= max
}

async function sealingKey(
  passphrase: string,
  given: SealingCost & { readonly salt: Uint8Array },
): Promise<Buffer> {
  return derive('argon2id', {
    message: utf8(passphrase.normalize('NFC')),
    nonce: given.salt,
    parallelism: 1,
    memory: Math.max(8, given.memoryKib),
    passes: given.passes,
    tagLength: keySizeBytes,
  })
}

function missing(path: string): OperatingError {
  return new OperatingError('key-missing', `no root key at \`${path}\`; restore it from its backup`)
}
