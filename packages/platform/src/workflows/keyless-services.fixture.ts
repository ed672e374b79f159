// A little Sigstore on this machine: an authority that checks possession and enters certificates in a certificate log, and a
// transparency log that promises and proves inclusion. All signatures are real; the verifier is the real one.

// oxlint-disable typescript/no-unsafe-type-assertion -- what is asked comes from the code under test
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { canonicalJson, concatBytes, utf8 } from '@proofhouse/evidence'
import {
  codeSigning,
  der,
  digitalSignature,
  email,
  extension,
  issue,
  keyUsage,
  newRoot,
  purposes,
} from '../artifacts/certificates/certificates.fixture.ts'

/** What a service does wrong. */
export type Fault =
  | 'certificate-for-another-key'
  | 'no-certificate-log'
  | 'wrong-certificate-log'
  | 'certificate-of-yesterday'
  | 'wrong-promise'
  | 'wrong-root'
  | 'entry-of-another'
  | 'redirect'
  | 'no-json'

const minuteMs = 60_000
const issuer = 'https://accounts.example.com'
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const spkiOf = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'der' })
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const idOf = (key: KeyObject) => hash('sha256', spkiOf(key), 'buffer')
const bigEndian = (value: number, size: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes.subarray(8 - size)
}

/** A token as a provider of identities would sign it; nobody here checks its signature. */
export function newToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ iss: issuer, ...claims })}.c2lnbmF0dXJl`
}

/** The services, started; the caller closes them. */
export async function startKeylessServices(fault: Fault | null = null) {
  const [ctKey, logKey] = [newKey(), newKey()]
  const from = new Date(Date.now() - minuteMs).toISOString()
  const root = newRoot('authority', {
    from,
    to: new Date(Date.now() + 60 * minuteMs).toISOString(),
  })
  const asked: { readonly path: string; readonly body: string }[] = []
  const answer = (path: string, text: string): string => {
    const body: unknown = JSON.parse(text)
    if (path.endsWith('/signingCert'))
      return certify(body as SigningRequest, { root, ctKey, fault })
    return enter(body as LogRequest, { logKey, fault })
  }
  const server = createServer((request, response) => {
    const respond = (text: string) => {
      asked.push({ path: request.url ?? '', body: text })
      if (fault === 'redirect') response.writeHead(308, { location: 'http://127.0.0.1:9/' }).end()
      else {
        const said = fault === 'no-json' ? '<html>' : answer(request.url ?? '', text)
        response.writeHead(said === '' ? 400 : 201).end(said)
      }
    }
    textOf(request)
      .then(respond)
      .catch((error: unknown) => {
        response.writeHead(500).end()
        server.emit('error', error)
      })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const { port } = address
  const log = (baseUrl: string, key: KeyObject) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: base64(spkiOf(key)),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: from },
    },
    logId: { keyId: base64(idOf(key)) },
  })
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    trustedRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log('https://log.example.com', logKey)],
      ctlogs: [log('https://ct.example.com', ctKey)],
      certificateAuthorities: [
        {
          subject: { organization: 'example', commonName: 'authority' },
          uri: 'https://fulcio.example.com',
          certChain: { certificates: [{ rawBytes: base64(root.certificate.der) }] },
          validFor: { start: from },
        },
      ],
      timestampAuthorities: [],
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

interface SigningRequest {
  readonly credentials: { readonly oidcIdentityToken: string }
  readonly publicKeyRequest: {
    readonly publicKey: { readonly content: string }
    readonly proofOfPossession: string
  }
}

/** RFC 6962 §3.2 and §3.3: the certificate without its list is what the log signs, and the list then goes into it. */
function certify(
  { credentials, publicKeyRequest }: SigningRequest,
  {
    root,
    ctKey,
    fault,
  }: {
    readonly root: ReturnType<typeof newRoot>
    readonly ctKey: KeyObject
    readonly fault: Fault | null
  },
): string {
  const claims = JSON.parse(
    Buffer.from(credentials.oidcIdentityToken.split('.')[1] ?? '', 'base64url').toString(),
  ) as { readonly email?: string; readonly sub?: string }
  const name = claims.email ?? claims.sub ?? ''
  const key = createPublicKey(publicKeyRequest.publicKey.content)
  const proof = Buffer.from(publicKeyRequest.proofOfPossession, 'base64')
  if (!verify('sha256', utf8(name), key, proof)) return ''
  const age = fault === 'certificate-of-yesterday' ? 24 * 60 * minuteMs : 0
  const wanted = {
    subject: '',
    issuer: root,
    serial: 7,
    key: fault === 'certificate-for-another-key' ? newKey() : key,
    from: new Date(Date.now() - minuteMs - age).toISOString(),
    to: new Date(Date.now() + 9 * minuteMs - age).toISOString(),
  }
  const extensions = [
    keyUsage(digitalSignature),
    purposes(codeSigning),
    email(name),
    extension('1.3.6.1.4.1.57264.1.8', der(0x0c, utf8(issuer))),
  ]
  const bare = issue({ ...wanted, extensions }).certificate.der
  const list = certificateLogEntry(tbsOf(bare), { root, ctKey, fault })
  const { pem } = issue({
    ...wanted,
    extensions: fault === 'no-certificate-log' ? extensions : [...extensions, list],
  })
  return JSON.stringify({
    signedCertificateEmbeddedSct: { chain: { certificates: [pem, root.pem] } },
  })
}

/** The first member of a certificate. */
function tbsOf(certificate: Uint8Array): Uint8Array {
  const start = 4
  const size = ((certificate[start + 2] ?? 0) << 8) | (certificate[start + 3] ?? 0)
  return certificate.subarray(start, start + 4 + size)
}

function certificateLogEntry(
  tbs: Uint8Array,
  {
    root,
    ctKey,
    fault,
  }: {
    readonly root: ReturnType<typeof newRoot>
    readonly ctKey: KeyObject
    readonly fault: Fault | null
  },
): Uint8Array {
  const at = bigEndian(Date.now(), 8)
  const message = concatBytes(
    Uint8Array.of(0, 0),
    at,
    Uint8Array.of(0, 1),
    idOf(root.key),
    bigEndian(tbs.length, 3),
    tbs,
    Uint8Array.of(0, 0),
  )
  const signature = sign('sha256', message, fault === 'wrong-certificate-log' ? newKey() : ctKey)
  const entry = concatBytes(
    Uint8Array.of(0),
    idOf(ctKey),
    at,
    Uint8Array.of(0, 0, 4, 3),
    bigEndian(signature.length, 2),
    signature,
  )
  const list = concatBytes(bigEndian(entry.length + 2, 2), bigEndian(entry.length, 2), entry)
  return extension('1.3.6.1.4.1.11129.2.4.2', der(0x04, list))
}

interface LogRequest {
  readonly spec: {
    readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] }
  }
}

/** An entry of the type `dsse`, alone in its log. */
function enter(
  { spec }: LogRequest,
  { logKey, fault }: { readonly logKey: KeyObject; readonly fault: Fault | null },
): string {
  const envelope = JSON.parse(spec.proposedContent.envelope) as {
    readonly payload: string
    readonly signatures: readonly { readonly sig: string }[]
  }
  const payload = Buffer.from(fault === 'entry-of-another' ? 'AAAA' : envelope.payload, 'base64')
  const body = canonicalJson({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      payloadHash: { algorithm: 'sha256', value: hash('sha256', payload, 'hex') },
      signatures: [
        {
          signature: envelope.signatures[0]?.sig ?? '',
          verifier: spec.proposedContent.verifiers[0] ?? '',
        },
      ],
    },
  })
  const integratedTime = Math.floor(Date.now() / 1_000)
  const entry = {
    body: base64(body),
    integratedTime,
    logID: idOf(logKey).toString('hex'),
    logIndex: 0,
  }
  const promise = sign(
    'sha256',
    canonicalJson(entry),
    fault === 'wrong-promise' ? newKey() : logKey,
  )
  const leaf = createHash('sha256').update(Uint8Array.of(0)).update(body).digest()
  const rootHash = fault === 'wrong-root' ? Buffer.alloc(32) : leaf
  const note = `log.example.com\n1\n${base64(rootHash)}\n`
  const noted = concatBytes(idOf(logKey).subarray(0, 4), sign('sha256', utf8(note), logKey))
  return JSON.stringify({
    entry: {
      ...entry,
      verification: {
        signedEntryTimestamp: base64(promise),
        inclusionProof: {
          logIndex: 0,
          treeSize: 1,
          rootHash: rootHash.toString('hex'),
          hashes: [],
          checkpoint: `${note}\n— log.example.com ${base64(noted)}\n`,
        },
      },
    },
  })
}
