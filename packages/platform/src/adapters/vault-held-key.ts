// Private keys in the transit engine of Vault or OpenBao that sign and stay there: types `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` and
// `ed25519`. One version signs for as long as a key is open, so that its public key and its signatures belong together.

import { createHash, createPublicKey } from 'node:crypto'
import { fromBase64, isJsonObject, OperatingError, toBase64 } from '@proofhouse/evidence'
import { type HeldKey, heldKeyKind } from '../keys/index.ts'
import { textIn, type TransitServer, transitServer, type VaultOptions } from './vault-transit.ts'

const ed25519SizeBytes = 32
const hashNames = { sha256: 'sha2-256', sha384: 'sha2-384', sha512: 'sha2-512' } as const

/** Which key of the engine; the newest version where none is named. */
export interface TransitKey {
  readonly name: string
  readonly version: number | null
}

/** Opens a key that signs. @throws key-missing, key-unsupported, key-provider-unavailable, key-provider-refused */
export async function vaultHeldKey(options: VaultOptions, key: TransitKey): Promise<HeldKey> {
  const server = transitServer(options)
  const { version, publicKeyPem } = await publicKeyOf(server, key)
  const name = `the transit key \`${key.name}\` version ${version}`
  const kind = heldKeyKind(name, publicKeyPem)
  return {
    name,
    publicKeyPem,
    async sign(message) {
      const how =
        kind.type === 'ed25519'
          ? { input: toBase64(message) }
          : {
              input: createHash(kind.hash).update(message).digest('base64'),
              prehashed: true,
              hash_algorithm: hashNames[kind.hash],
              marshaling_algorithm: 'asn1',
            }
      const path = `sign/${key.name}`
      const answer = await server.ask('POST', path, { ...how, key_version: version })
      if (answer.status === 400 && /not found/i.test(answer.errors)) throw missing(key.name)
      const signature = textIn(server.requireDone(answer, path).data['signature'])
      const [, told, bytes] = /^vault:v(\d{1,9}):([A-Za-z0-9+/]+=*)$/.exec(signature ?? '') ?? []
      if (bytes === undefined || Number(told) !== version)
        throw server.refused(`what it signed is not in the form \`vault:v${version}:…\``)
      return fromBase64(bytes)
    },
    close: () => undefined,
  }
}

async function publicKeyOf(
  server: TransitServer,
  { name, version: wanted }: TransitKey,
): Promise<{ readonly version: number; readonly publicKeyPem: string }> {
  const path = `keys/${name}`
  const answer = await server.ask('GET', path)
  if (answer.status === 404) throw missing(name)
  const { data } = server.requireDone(answer, path)
  if (data['exportable'] === true || data['allow_plaintext_backup'] === true)
    throw server.refused(`the transit key \`${name}\` can be handed out; make one that cannot`)
  const newest = data['latest_version']
  const version = wanted ?? (typeof newest === 'number' ? newest : 0)
  const versions = data['keys']
  const told = isJsonObject(versions) ? versions[String(version)] : undefined
  const text = isJsonObject(told) ? textIn(told['public_key']) : null
  if (text === null || text === '')
    throw wanted === null || told !== undefined
      ? new OperatingError('key-unsupported', `the transit key \`${name}\` does not sign`)
      : new OperatingError('key-missing', `the transit key \`${name}\` has no version ${wanted}`)
  return { version, publicKeyPem: data['type'] === 'ed25519' ? pemOfEd25519(text) : text }
}

/** These stand as bare bytes in base64, all others as PEM. */
function pemOfEd25519(text: string): string {
  const bytes = fromBase64(text)
  if (bytes.length !== ed25519SizeBytes)
    throw new OperatingError('key-malformed', 'a transit key tells a public key of another length')
  const key = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') }
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
}

function missing(name: string): OperatingError {
  return new OperatingError('key-missing', `the transit engine has no key \`${name}\``)
}
