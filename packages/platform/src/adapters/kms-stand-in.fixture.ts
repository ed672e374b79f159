// A stand-in for AWS KMS, on this machine: it checks every signature (Signature Version 4, written
// here from its description and not
// taken from the SDK), and shows that requests and answers have the shape of the interface. It says
// nothing of what AWS does.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signatureOf } from './signatures.fixture.ts'

interface Request {
  readonly KeyId?: string
  readonly AliasName?: string
  readonly TargetKeyId?: string
  readonly Plaintext?: string
  readonly CiphertextBlob?: string
  readonly EncryptionContext?: Readonly<Record<string, string>>
  readonly Message?: string
  readonly MessageType?: string
  readonly SigningAlgorithm?: string
}

interface Reply {
  readonly status: number
  readonly body: unknown
}

/** The one who may ask. */
export const standInCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the secret' }

const refuse = (type: string, status = 400): Reply => ({
  status,
  body: { __type: type, message: 'no' },
})
const tell = (body: unknown): Reply => ({ status: 200, body })
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()

/** Whether a request is signed as Signature Version 4 asks, by the one who may ask. */
function isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const [, id, date, region, signed, signature] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/kms\/aws4_request, SignedHeaders=([\w;-]+), Signature=(\w{64})$/.exec(
      headers.authorization ?? '',
    ) ?? []
  if (id !== standInCredentials.accessKeyId || signed === undefined) return false
  const names = signed.split(';')
  if (!['host', 'x-amz-date', 'x-amz-target'].every((name) => names.includes(name))) return false
  const lines = names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('')
  const canonical = ['POST', '/', '', lines, signed, sha256(body)].join('\n')
  const scope = `${date}/${region}/kms/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const key = [date, region, 'kms', 'aws4_request'].reduce<Buffer | string>(
    (of, text) => hmac(of, text ?? ''),
    `AWS4${standInCredentials.secretAccessKey}`,
  )
  return hmac(key, toSign).toString('hex') === signature
}

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

function pairOf(algorithm: string): Pair {
  const curve = new Map([
    ['ECDSA_SHA_256', 'P-256'],
    ['ECDSA_SHA_384', 'P-384'],
    ['ECDSA_SHA_512', 'P-521'],
  ]).get(algorithm)
  return curve === undefined
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('ec', { namedCurve: curve })
}

const nothing: string | null = null

/** Starts it. */
export async function startKmsStandIn() {
  const keys = new Map<string, Buffer[]>()
  const aliases = new Map<string, string>()
  const mood = { state: 'Enabled', fails: nothing, status: 500, signsWrongly: false }
  const asked: { readonly action: string; readonly signed: boolean; readonly body: Request }[] = []
  const idOf = (given = '') => aliases.get(given) ?? (keys.has(given) ? given : undefined)
  const aadOf = ({ EncryptionContext = {} }: Request) =>
    Buffer.from(
      JSON.stringify(Object.entries(EncryptionContext).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    )

  const encrypt = (id: string, body: Request): Reply => {
    const versions = keys.get(id) ?? []
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', nonce).setAAD(aadOf(body))
    const sealed = cipher.update(Buffer.from(body.Plaintext ?? '', 'base64'))
    cipher.final()
    const head = Buffer.concat([Buffer.from(id), Buffer.of(versions.length)])
    const blob = Buffer.concat([head, nonce, sealed, cipher.getAuthTag()])
    return tell({ CiphertextBlob: blob.toString('base64'), KeyId: id })
  }
  const decrypt = (id: string, body: Request): Reply => {
    const blob = Buffer.from(body.CiphertextBlob ?? '', 'base64')
    const of = blob.subarray(0, 36).toString()
    if (!keys.has(of) || blob.length < 65) return refuse('InvalidCiphertextException')
    if (of !== id) return refuse('IncorrectKeyException')
    const key = keys.get(of)?.[(blob[36] ?? 0) - 1]
    if (key === undefined) return refuse('InvalidCiphertextException')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(37, 49))
      decipher.setAAD(aadOf(body)).setAuthTag(blob.subarray(-16))
      const plain = Buffer.concat([decipher.update(blob.subarray(49, -16)), decipher.final()])
      return tell({ Plaintext: plain.toString('base64'), KeyId: id })
    } catch {
      return refuse('InvalidCiphertextException')
    }
  }
  const signing = new Map<string, Pair & { readonly algorithm: string }>()
  const signer = (action: string, id: string, body: Request): Reply => {
    const key = signing.get(id)
    if (key === undefined) return refuse('NotFoundException')
    const { publicKey, privateKey, algorithm } = key
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    if (action === 'GetPublicKey')
      return tell({ KeyId: id, PublicKey: spki.toString('base64'), KeyUsage: 'SIGN_VERIFY' })
    const type = algorithm === 'ED25519_SHA_512' ? 'RAW' : 'DIGEST'
    if (body.SigningAlgorithm !== algorithm || body.MessageType !== type)
      return refuse('ValidationException')
    const by = mood.signsWrongly ? pairOf(algorithm).privateKey : privateKey
    const signature = signatureOf(by, Buffer.from(body.Message ?? '', 'base64'))
    return tell({ KeyId: id, Signature: signature.toString('base64') })
  }
  /** Makes a key that signs with an algorithm; gives its id. */
  const newSigningKey = (algorithm: string): string => {
    const id = randomUUID()
    signing.set(id, { ...pairOf(algorithm), algorithm })
    return id
  }
  const answer = (action: string, body: Request): Reply => {
    if (mood.fails !== null) return refuse(mood.fails, mood.status)
    if (action === 'CreateKey') {
      const id = randomUUID()
      keys.set(id, [randomBytes(32)])
      return tell({ KeyMetadata: { KeyId: id } })
    }
    if (action === 'CreateAlias') {
      if (aliases.has(body.AliasName ?? '')) return refuse('AlreadyExistsException')
      aliases.set(body.AliasName ?? '', body.TargetKeyId ?? '')
      return tell({})
    }
    if (action === 'GetPublicKey' || action === 'Sign')
      return signer(action, body.KeyId ?? '', body)
    const id = idOf(body.KeyId)
    if (id === undefined) return refuse('NotFoundException')
    if (action === 'Encrypt') return encrypt(id, body)
    if (action === 'Decrypt') return decrypt(id, body)
    if (action === 'RotateKeyOnDemand' && body.KeyId !== id) return refuse('InvalidArnException')
    if (action === 'RotateKeyOnDemand') keys.get(id)?.push(randomBytes(32))
    const KeyMetadata = {
      KeyId: id,
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: mood.state,
    }
    return tell(action === 'DescribeKey' ? { KeyMetadata } : { KeyId: id })
  }

  const server = createServer((request, response) => {
    void (async () => {
      const bytes = await bytesOf(request)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the test's own client sent
      const body = JSON.parse(bytes.toString()) as Request
      const action = String(request.headers['x-amz-target']).replace('TrentService.', '')
      const signed = isSigned(request.headers, bytes)
      asked.push({ action, signed, body })
      const { status, body: told } = signed
        ? answer(action, body)
        : refuse('InvalidSignatureException')
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(told))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has one
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { endpoint: `http://127.0.0.1:${port}`, mood, asked, newSigningKey, stop }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}
