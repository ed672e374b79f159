// A stand-in for a transit engine, on this machine: it shows that requests and answers have the shape of the interface, and encrypts for
// real. What Vault itself does is seen in the conformance run.

import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signatureOf } from './signatures.fixture.ts'

/** How the stand-in behaves; a test changes it while it runs. */
interface StandInMood {
  token: string
  sealed: boolean
  /** As old servers do. */
  ignoresAssociatedData: boolean
  silent: boolean
  /** Signs with another key than it tells. */
  signsWrongly: boolean
}

interface Body {
  readonly type?: string
  readonly plaintext?: string
  readonly ciphertext?: string
  readonly associated_data?: string
  readonly input?: string
  readonly key_version?: number
}

interface Reply {
  readonly status: number
  readonly body: unknown
}

const refuse = (status: number, ...errors: string[]): Reply => ({ status, body: { errors } })
const tell = (data: unknown): Reply => ({ status: 200, body: { data } })

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const isSigning = (type: string | undefined) => /^(ecdsa-p\d+|ed25519)$/.test(type ?? '')

function pairOf(type: string): Pair {
  return type === 'ed25519'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('ec', { namedCurve: `P-${type.slice('ecdsa-p'.length)}` })
}

/** PEM, and of Ed25519 the bare bytes in base64, as Vault tells them. */
function publicText(key: KeyObject): string {
  return key.asymmetricKeyType === 'ed25519'
    ? key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
    : key.export({ type: 'spki', format: 'pem' })
}

/** Starts it. */
export async function startVaultStandIn() {
  const keys = new Map<string, { readonly type: string; readonly versions: Buffer[] }>()
  const mood: StandInMood = {
    token: 'the token',
    sealed: false,
    ignoresAssociatedData: false,
    silent: false,
    signsWrongly: false,
  }
  const signing = new Map<string, { readonly type: string; readonly versions: Pair[] }>()
  const asked: string[] = []

  const aadOf = (body: Body) =>
    Buffer.from(mood.ignoresAssociatedData ? '' : (body.associated_data ?? ''), 'base64')
  const encrypt = (versions: readonly Buffer[], body: Body): Reply => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', nonce).setAAD(aadOf(body))
    const sealed = cipher.update(Buffer.from(body.plaintext ?? '', 'base64'))
    cipher.final()
    const bytes = Buffer.concat([nonce, sealed, cipher.getAuthTag()])
    return tell({ ciphertext: `vault:v${versions.length}:${bytes.toString('base64')}` })
  }
  const decrypt = (versions: readonly Buffer[], body: Body): Reply => {
    const [, version, text] = /^vault:v(\d+):(.*)$/.exec(body.ciphertext ?? '') ?? []
    const key = versions[Number(version) - 1]
    const bytes = Buffer.from(text ?? '', 'base64')
    if (key === undefined || bytes.length < 28) return refuse(400, 'invalid ciphertext')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAAD(aadOf(body)).setAuthTag(bytes.subarray(-16))
      const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
      return tell({ plaintext: plain.toString('base64') })
    } catch {
      return refuse(400, 'cipher: message authentication failed')
    }
  }
  const signed = (name: string, { input = '', key_version = 0 }: Body): Reply => {
    const { type = '', versions = [] } = signing.get(name) ?? {}
    const pair = mood.signsWrongly ? pairOf(type) : versions[key_version - 1]
    if (pair === undefined) return refuse(400, 'signing key not found')
    const bytes = signatureOf(pair.privateKey, Buffer.from(input, 'base64'))
    return tell({ signature: `vault:v${key_version}:${bytes.toString('base64')}` })
  }
  const toldOf = ({ type, versions }: { type: string; versions: readonly Pair[] }): Reply =>
    tell({
      type,
      latest_version: versions.length,
      exportable: false,
      allow_plaintext_backup: false,
      keys: Object.fromEntries(
        versions.map(({ publicKey }, n) => [String(n + 1), { public_key: publicText(publicKey) }]),
      ),
    })
  const answer = (method: string, path: string, body: Body): Reply => {
    const [, what, name = '', more] =
      /^\/v1\/transit\/(\w+)\/([\w.-]+)(\/rotate)?$/.exec(path) ?? []
    const key = keys.get(name)
    const signer = signing.get(name)
    if (what === 'sign') return signed(name, body)
    if (signer !== undefined && method === 'GET') return toldOf(signer)
    if (what === 'keys' && method === 'POST' && (signer ?? isSigning(body.type))) {
      const of = signer ?? { type: body.type ?? '', versions: [] }
      of.versions.push(pairOf(of.type))
      signing.set(name, of)
      return { status: 204, body: null }
    }
    if (what === 'keys' && method === 'POST' && more === undefined) {
      if (key === undefined) keys.set(name, { type: body.type ?? '', versions: [randomBytes(32)] })
      return { status: 204, body: null }
    }
    if (what === 'keys' && key === undefined) return refuse(404)
    if (key === undefined) return refuse(400, 'encryption key not found')
    if (what === 'keys' && method === 'GET')
      return tell({
        type: key.type,
        latest_version: key.versions.length,
        exportable: false,
        allow_plaintext_backup: false,
      })
    if (what === 'keys') key.versions.push(randomBytes(32))
    if (what === 'keys') return { status: 204, body: null }
    return what === 'encrypt' ? encrypt(key.versions, body) : decrypt(key.versions, body)
  }

  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      asked.push(`${request.method} ${request.url}`)
      if (mood.silent) return
      const { status, body: told } = mood.sealed
        ? refuse(503, 'Vault is sealed')
        : request.headers['x-vault-token'] === mood.token
          ? answer(request.method ?? '', request.url ?? '', body)
          : refuse(403, 'permission denied')
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(told === null ? undefined : JSON.stringify(told))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has one
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    mood,
    asked,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const text = Buffer.concat(parts).toString()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the test's own client sent
  return (text === '' ? {} : JSON.parse(text)) as Body
}
