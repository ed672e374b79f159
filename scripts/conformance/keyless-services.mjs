// The real services of Sigstore on this machine, and small servers for what these ask themselves: a provider of identities and
// a certificate log.
import { spawn, spawnSync } from 'node:child_process'
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
} from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const builds = {
  fulcio: 'github.com/sigstore/fulcio@v1.8.5',
  posix: 'github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix@v2.2.0',
  'timestamp-server': 'github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server@v2.0.3',
}
const programs = fileURLToPath(new URL('../../.peers/sigstore', import.meta.url))
const startMaxMs = 60_000
const logName = 'rekor.example.com'

/** Builds what is not there yet. */
export function buildServices(wanted = Object.keys(builds)) {
  mkdirSync(programs, { recursive: true })
  for (const [name, module] of Object.entries(builds)) {
    if (!wanted.includes(name) || existsSync(join(programs, name))) continue
    process.stderr.write(`building ${module} …\n`)
    const { status } = spawnSync('go', ['install', module], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, GOBIN: programs },
    })
    if (status !== 0) throw new Error(`\`go install ${module}\` failed`)
  }
}

const spki = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' })
const pemOf = (key) => key.export({ type: 'pkcs8', format: 'pem' })
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const sha256 = (bytes) => createHash('sha256').update(bytes).digest()

/** An HTTP server of this script; `answer` is given the path and the body. */
async function serve(stops, answer) {
  const server = createServer((request, response) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer(request.url, Buffer.concat(parts).toString())))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => server.close())
  return `http://127.0.0.1:${server.address().port}`
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

async function startProgram(stops, [name, ...args], ready) {
  const child = spawn(join(programs, name), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = []
  child.stderr.on('data', (part) => said.push(part))
  stops.push(() => child.kill())
  for (let waited = 0; waited < startMaxMs; waited += 250) {
    const answer = await fetch(ready).catch(() => null)
    if (answer !== null && answer.status < 500) return answer.text()
    await sleep(250)
  }
  throw new Error(`${name} did not start: ${Buffer.concat(said).toString().slice(-2_000)}`)
}

/** A provider of identities: its address, and tokens of it. */
async function startProvider(stops) {
  const key = newKey()
  const jwk = {
    ...createPublicKey(key).export({ format: 'jwk' }),
    kid: 'k',
    use: 'sig',
    alg: 'ES256',
  }
  const issuer = await serve(stops, (path) =>
    path.endsWith('/keys')
      ? { keys: [jwk] }
      : {
          issuer,
          jwks_uri: `${issuer}/keys`,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
        },
  )
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = (claims) => {
    const now = Math.floor(Date.now() / 1_000)
    const whole = {
      iss: issuer,
      aud: 'sigstore',
      sub: 'someone',
      iat: now,
      exp: now + 300,
      ...claims,
    }
    const text = `${part({ alg: 'ES256', kid: 'k', typ: 'JWT' })}.${part(whole)}`
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
    return `${text}.${signature.toString('base64url')}`
  }
  return { issuer, token }
}

/** A value in DER: its tag, where its content begins, and where it ends. */
function derAt(bytes, offset) {
  const first = bytes[offset + 1]
  const more = first < 0x80 ? 0 : first & 0x7f
  let size = first < 0x80 ? first : 0
  for (let i = 0; i < more; i++) size = size * 256 + bytes[offset + 2 + i]
  const content = offset + 2 + more
  return { tag: bytes[offset], start: offset, content, end: content + size }
}

function membersOf(bytes, { content, end }) {
  const members = []
  for (let offset = content; offset < end; offset = members.at(-1).end)
    members.push(derAt(bytes, offset))
  return members
}

function derOf(tag, content) {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

/** What a certificate log signs of a precertificate: its content without the poison (RFC 6962 §3.2). */
function withoutPoison(certificate) {
  const poison = Buffer.from('060a2b06010401d679020403', 'hex')
  const [tbs] = membersOf(certificate, derAt(certificate, 0))
  const parts = membersOf(certificate, tbs).map((member) => {
    const bytes = certificate.subarray(member.start, member.end)
    if (member.tag !== 0xa3) return bytes
    const [list] = membersOf(certificate, member)
    const kept = membersOf(certificate, list)
      .map(({ start, end }) => certificate.subarray(start, end))
      .filter((extension) => !extension.includes(poison))
    return derOf(0xa3, derOf(0x30, Buffer.concat(kept)))
  })
  return derOf(0x30, Buffer.concat(parts))
}

/** A certificate log, as far as an authority asks it: a promise to enter a precertificate. */
async function startCertificateLog(stops) {
  const key = newKey()
  const id = sha256(spki(key))
  const url = await serve(stops, (_, body) => {
    const [leaf, issuer] = JSON.parse(body).chain.map((each) => Buffer.from(each, 'base64'))
    const tbs = withoutPoison(leaf)
    const timestamp = Date.now()
    const head = Buffer.alloc(12)
    head.writeBigUInt64BE(BigInt(timestamp), 2)
    head.writeUInt16BE(1, 10)
    const length = Buffer.from([tbs.length >> 16, (tbs.length >> 8) & 0xff, tbs.length & 0xff])
    const issuerId = sha256(
      new X509Certificate(issuer).publicKey.export({ type: 'spki', format: 'der' }),
    )
    const message = Buffer.concat([head, issuerId, length, tbs, Buffer.alloc(2)])
    const signature = sign('sha256', message, key)
    const signed = Buffer.concat([Buffer.from([4, 3, 0, signature.length]), signature])
    return {
      sct_version: 0,
      id: id.toString('base64'),
      timestamp,
      extensions: '',
      signature: signed.toString('base64'),
    }
  })
  return { url, key, id }
}

const validFor = { start: new Date(Date.now() - 3_600_000).toISOString() }
const logInRoot = (baseUrl, key, keyId) => ({
  baseUrl,
  hashAlgorithm: 'SHA2_256',
  publicKey: {
    rawBytes: spki(key).toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor,
  },
  logId: { keyId: keyId.toString('base64') },
})
const authorityInRoot = (uri, pems) => ({
  subject: { organization: 'example', commonName: 'example' },
  uri,
  certChain: {
    certificates: pems.map((pem) => ({
      rawBytes: new X509Certificate(pem).raw.toString('base64'),
    })),
  },
  validFor,
})
const pemsIn = (text) =>
  text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []

/** A time stamp authority: its address, and its certificates in PEM, the root last. */
export async function startStampAuthority(stops) {
  const port = await freePort()
  const stamps = `http://127.0.0.1:${port}/api/v1/timestamp`
  const chain = await startProgram(
    stops,
    ['timestamp-server', 'serve', '--timestamp-signer', 'memory', '--disable-ntp-monitoring']
      .concat(['--host', '127.0.0.1'])
      .concat(['--port', port]),
    `${stamps}/certchain`,
  )
  return { stamps, chain }
}

/** Everything that a keyless signature needs, started; each that was started adds how to stop it. */
export async function startServices(folder, stops) {
  const at = (name) => join(folder, name)
  const provider = await startProvider(stops)
  const certificates = await startCertificateLog(stops)
  const [port, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
  const fulcio = `http://127.0.0.1:${port}`
  writeFileSync(
    at('fulcio.yaml'),
    `oidc-issuers:\n  ${provider.issuer}:\n    issuer-url: ${provider.issuer}\n    client-id: sigstore\n    type: email\n`,
  )
  const bundle = await startProgram(
    stops,
    ['fulcio', 'serve', '--ca', 'ephemeralca', '--host', '127.0.0.1', '--port', port]
      .concat(['--grpc-host', '127.0.0.1', '--grpc-port', grpc, '--metrics-port', metrics])
      .concat(['--config-path', at('fulcio.yaml'), '--ct-log-url', certificates.url])
      .concat(['--legacy-unix-domain-socket', at('fulcio.sock')]),
    `${fulcio}/api/v2/trustBundle`,
  )
  const [chain] = JSON.parse(bundle).chains
  const logKey = newKey()
  writeFileSync(at('rekor.pem'), pemOf(logKey), { mode: 0o600 })
  const logPort = await freePort()
  const rekor = `http://127.0.0.1:${logPort}`
  await startProgram(
    stops,
    ['posix', 'serve', '--storage-dir', at('log'), '--signer-filepath', at('rekor.pem')]
      .concat(['--hostname', logName, '--http-port', logPort, '--grpc-port', await freePort()])
      .concat(['--http-metrics-port', await freePort(), '--checkpoint-interval', '1s']),
    `${rekor}/healthz`,
  )
  const { stamps, chain: stampChain } = await startStampAuthority(stops)
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logInRoot(`https://${logName}`, logKey, sha256(spki(logKey)))],
    ctlogs: [logInRoot('https://ct.example.com', certificates.key, certificates.id)],
    certificateAuthorities: [authorityInRoot(fulcio, chain.certificates)],
    timestampAuthorities: [authorityInRoot(stamps, pemsIn(stampChain))],
  }
  return { ...provider, fulcio, rekor, stamps, trustedRoot }
}
