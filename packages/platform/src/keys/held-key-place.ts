// Where a private key stands that its provider never hands out, as one text: what `--key` and the settings of a workspace take beside
// the path of a file. For a token it is a PKCS#11 URI (RFC 7512); the others are made alike. Secrets stand in files that it names, never in it.
//
//   pkcs11:token=T;object=NAME?module-path=/usr/lib/….so&pin-source=file:/run/secrets/pin
//   vault:NAME?address=https://…&token-file=/run/secrets/token[&mount=transit][&namespace=N][&version=V]
//   awskms:ID, alias/NAME or ARN[?region=R][&endpoint=URL]

import { OperatingError } from '@proofhouse/evidence'
import { nearestName } from '../nearest-name.ts'
import { isKeyId, isKeyVersion } from './key-binding.ts'

/** Where a private key is held. */
export type HeldKeyPlace =
  | {
      readonly provider: 'pkcs11'
      readonly library: string
      readonly token: string
      /** Label of the key. */
      readonly object: string
      readonly pinFile: string
    }
  | {
      readonly provider: 'vault'
      readonly address: string
      readonly mount: string
      readonly name: string
      readonly tokenFile: string
      readonly namespace: string | null
      /** Null for the newest when it is opened. */
      readonly version: number | null
    }
  | {
      readonly provider: 'aws-kms'
      /** Id, alias or ARN. */
      readonly key: string
      readonly region: string
      readonly endpoint: string | null
    }

type Attributes = ReadonlyMap<string, string>

const schemes = ['pkcs11', 'vault', 'awskms'] as const

/** An ARN of a key, with its region. */
const arnPattern = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/[A-Za-z0-9/_-]+$/
const kmsNamePattern = /^(?:alias\/)?[A-Za-z0-9/_-]{1,250}$/

/**
 * The place that a text names; null for a text that is the path of a file.
 * @param resolve the path that a file named in it stands for
 * @throws usage-invalid when it is no whole place; the message repeats no value
 */
export function readHeldKeyPlace(
  text: string,
  resolve: (path: string) => string,
): HeldKeyPlace | null {
  const scheme = schemes.find((each) => text.startsWith(`${each}:`))
  if (scheme === undefined) return null
  const [path = '', query, ...more] = text.slice(scheme.length + 1).split('?')
  if (more.length > 0) throw refused(scheme, 'it has two `?`')
  if (scheme === 'pkcs11') return onToken(path, query, resolve)
  const name = decoded(scheme, path)
  if (scheme === 'vault') return inVault(name, query, resolve)
  const given = attributesIn(scheme, query, { of: '&', known: ['region', 'endpoint'] })
  const region = arnPattern.exec(name)?.[1] ?? given.get('region')
  if (!arnPattern.test(name) && !kmsNamePattern.test(name))
    throw refused(scheme, 'it names no key: give its id, its `alias/…` or its ARN')
  if (region === undefined) throw refused(scheme, '`region` is missing')
  return { provider: 'aws-kms', key: name, region, endpoint: given.get('endpoint') ?? null }
}

function onToken(
  path: string,
  query: string | undefined,
  resolve: (path: string) => string,
): HeldKeyPlace {
  const scheme = 'pkcs11'
  const named = attributesIn(scheme, path, { of: ';', known: ['token', 'object', 'type'] })
  const given = attributesIn(scheme, query, { of: '&', known: ['module-path', 'pin-source'] })
  if ((named.get('type') ?? 'private') !== 'private')
    throw refused(scheme, '`type` is `private`, or left out')
  const source = needed(scheme, given, 'pin-source')
  return {
    provider: 'pkcs11',
    library: resolve(needed(scheme, given, 'module-path')),
    token: needed(scheme, named, 'token'),
    object: needed(scheme, named, 'object'),
    pinFile: resolve(source.replace(/^file:(?:\/\/(?=\/))?/, '')),
  }
}

function inVault(
  name: string,
  query: string | undefined,
  resolve: (path: string) => string,
): HeldKeyPlace {
  const scheme = 'vault'
  const known = ['address', 'token-file', 'mount', 'namespace', 'version']
  const given = attributesIn(scheme, query, { of: '&', known })
  const version = given.get('version')
  if (!isKeyId(name)) throw refused(scheme, 'it names no key of letters, digits, `.`, `_` and `-`')
  if (version !== undefined && !(/^[1-9]\d*$/.test(version) && isKeyVersion(Number(version))))
    throw refused(scheme, '`version` is a whole number from 1')
  return {
    provider: 'vault',
    name,
    address: needed(scheme, given, 'address'),
    tokenFile: resolve(needed(scheme, given, 'token-file')),
    mount: given.get('mount') ?? 'transit',
    namespace: given.get('namespace') ?? null,
    version: version === undefined ? null : Number(version),
  }
}

/** Names with values, each once. A secret in place of its file is refused by name. */
function attributesIn(
  scheme: string,
  text: string | undefined,
  { of, known }: { readonly of: ';' | '&'; readonly known: readonly string[] },
): Attributes {
  const found = new Map<string, string>()
  for (const part of (text ?? '').split(of).filter((each) => each !== '')) {
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at)
    if (/^(?:pin-value|pin|token-value|secret)$/.test(name))
      throw refused(
        scheme,
        `a secret does not stand in it: leave \`${name}\` out and name the file that holds it`,
      )
    if (!known.includes(name) || at < 0) {
      const near = nearestName(name, known)
      // A stray part may be a piece of a secret: it is not repeated.
      const hint = near === undefined ? '' : `; did you mean \`${near}\`?`
      throw refused(scheme, `it holds what is none of ${known.join(', ')}${hint}`)
    }
    if (found.has(name)) throw refused(scheme, `\`${name}\` is given twice`)
    const value = decoded(scheme, part.slice(at + 1))
    if (value === '') throw refused(scheme, `\`${name}\` is empty`)
    found.set(name, value)
  }
  return found
}

function needed(scheme: string, given: Attributes, name: string): string {
  const value = given.get(name)
  if (value === undefined) throw refused(scheme, `\`${name}\` is missing`)
  return value
}

function decoded(scheme: string, text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused(scheme, 'a `%` in it begins no escaped byte')
  }
}

function refused(scheme: string, problem: string): OperatingError {
  return new OperatingError('usage-invalid', `the key \`${scheme}:…\`: ${problem} (docs/keys.md)`)
}
