// Root keys in the transit engine of HashiCorp Vault or OpenBao, over its HTTP interface. The key
// never leaves the server; what is wrapped
// is bound by `associated_data`. Neither server's `rewrap` takes associated data, so nothing here
// asks for it. A server that would
// ignore associated data, as old ones do, is refused before anything is wrapped with it.

import { randomBytes } from 'node:crypto'
import {
  assert,
  type Bytes,
  fromBase64,
  OperatingError,
  textOf,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import {
  encodeKeyBinding,
  isKeyId,
  type KeyBinding,
  type KeyProvider,
  keySizeBytes,
  type RootKey,
  unwrapFailed,
} from '../keys/index.ts'
import { textIn, type TransitServer, transitServer, type VaultOptions } from './vault-transit.ts'

/** The one kind of transit key that is used here. */
const keyType = 'aes256-gcm96'

/** The three requests that keys are read and used by. */
function transitKeys(server: TransitServer) {
  const find = async (name: string): Promise<RootKey | null> => {
    assert(isKeyId(name), 'a root key has a name of letters and digits')
    const answer = await server.ask('GET', `keys/${name}`)
    if (answer.status === 404) return null
    const { data } = server.requireDone(answer, `keys/${name}`)
    if (data['type'] !== keyType)
      throw server.refused(`the transit key \`${name}\` is not of the type \`${keyType}\``)
    const version = data['latest_version']
    if (typeof version !== 'number') throw server.refused('what it tells of a key has no version')
    const extractable = data['exportable'] === true || data['allow_plaintext_backup'] === true
    return { name, version, extractable }
  }
  const seal = async (name: string, plain: Uint8Array, binding: KeyBinding) => {
    const path = `encrypt/${name}`
    const answer = await server.ask('POST', path, {
      plaintext: toBase64(plain),
      associated_data: toBase64(encodeKeyBinding(binding)),
    })
    const { data } = server.requireDone(answer, path)
    const ciphertext = textIn(data['ciphertext'])
    const rootVersion = versionIn(ciphertext)
    if (ciphertext === null || rootVersion === null)
      throw server.refused('what it wrapped is not in the form `vault:vN:…`')
    return { bytes: utf8(ciphertext), rootVersion }
  }
  const unseal = async (name: string, wrapped: Uint8Array, binding: KeyBinding): Promise<Bytes> => {
    const ciphertext = wrappedText(wrapped)
    if (versionIn(ciphertext) === null || ciphertext === null) throw unwrapFailed(binding)
    const path = `decrypt/${name}`
    const answer = await server.ask('POST', path, {
      ciphertext,
      associated_data: toBase64(encodeKeyBinding(binding)),
    })
    if (answer.status === 400) throw unwrapFailed(binding)
    const { data } = server.requireDone(answer, path)
    const plaintext = textIn(data['plaintext'])
    if (plaintext === null) throw server.refused('what it unwrapped holds no key')
    return fromBase64(plaintext)
  }
  return { find, seal, unseal }
}

/** The adapter of KeyProvider over a transit engine. */
export function vaultKeyProvider(options: VaultOptions): KeyProvider {
  const server = transitServer(options)
  const { find, seal, unseal } = transitKeys(server)
  const proved = new Set<string>()
  /** Once per key: that it exists, because `encrypt` would create it, and that bindings bind. */
  const prove = async (name: string): Promise<void> => {
    if (proved.has(name)) return
    if ((await find(name)) === null) throw missing(name)
    const binding: KeyBinding = { tenant: 'probe', kind: 'tenant', id: 'probe', version: 1 }
    const { bytes } = await seal(name, randomBytes(keySizeBytes), binding)
    const opened = await unseal(name, bytes, { ...binding, version: 2 }).catch((cause: unknown) => {
      if (cause instanceof OperatingError && cause.code === 'key-unwrap-failed') return null
      throw cause
    })
    if (opened !== null)
      throw server.refused('it ignores associated data; upgrade it (Vault 1.13, OpenBao 2.0)')
    proved.add(name)
  }
  return {
    kind: 'vault',
    find,
    async create(name) {
      const there = await find(name)
      if (there !== null) return there
      const path = `keys/${name}`
      const settings = { type: keyType, exportable: false, allow_plaintext_backup: false }
      server.requireDone(await server.ask('POST', path, settings), path)
      return (await find(name)) ?? raiseMissing(name)
    },
    async rotate(name) {
      if ((await find(name)) === null) throw missing(name)
      const path = `keys/${name}/rotate`
      server.requireDone(await server.ask('POST', path, {}), path)
      return (await find(name)) ?? raiseMissing(name)
    },
    async wrap(name, plain, binding) {
      await prove(name)
      return seal(name, plain, binding)
    },
    async unwrap(name, wrapped, binding) {
      await prove(name)
      return unseal(name, wrapped, binding)
    },
  }
}

function wrappedText(wrapped: Uint8Array): string | null {
  try {
    return textOf(wrapped)
  } catch {
    return null
  }
}

/** The version of the root key in a ciphertext of either server; null when it is none. */
function versionIn(ciphertext: string | null): number | null {
  const [, digits, sealed] =
    /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]+=*)$/.exec(ciphertext ?? '') ?? []
  if (digits === undefined || sealed === undefined) return null
  try {
    // The servers read base64 leniently: two spellings of one ciphertext would both open.
    fromBase64(sealed)
    return Number(digits)
  } catch {
    return null
  }
}

function missing(name: string): OperatingError {
  return new OperatingError('key-missing', `the transit engine has no key \`${name}\``)
}

function raiseMissing(name: string): never {
  throw missing(name)
}
