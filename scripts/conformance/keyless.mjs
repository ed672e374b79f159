// Keyless signatures with the real services of Sigstore: Fulcio (certificates), Rekor on tiles, and the time stamp authority,
// built from their Go modules. What we sign with them must verify offline for its signer and for nobody else, and not without
// each of the proofs. The identity provider and the certificate log, which these ask, are small servers of this script.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/keyless.mjs)
import { spawn, spawnSync } from 'node:child_process'
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
} from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const builds = {
  fulcio: 'github.com/sigstore/fulcio@v1.8.5',
  posix: 'github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix@v2.2.0',
  'timestamp-server': 'github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server@v2.0.3',
}
const programs = fileURLToPath(new URL('../../.peers/sigstore', import.meta.url))
const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
const startMaxMs = 60_000
const identity = 'ml@example.com'
const logName = 'rekor.example.com'
const folder = mkdtempSync(join(tmpdir(), 'proofhouse-keyless-'))
const at = (name) => join(folder, name)
const stops = []
let passed = 0
let failed = 0

function check(name, holds, seen = '') {
  if (holds) passed++
  else failed++
  if (!holds) console.log(`FAILED ${name} ${seen}`)
}

function build() {
  mkdirSync(programs, { recursive: true })
  for (const [name, module] of Object.entries(builds)) {
    if (existsSync(join(programs, name))) continue
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
async function serve(answer) {
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

async function startProgram(name, args, ready) {
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
async function startProvider() {
  const key = newKey()
  const jwk = {
    ...createPublicKey(key).export({ format: 'jwk' }),
    kid: 'k',
    use: 'sig',
    alg: 'ES256',
  }
  const issuer = await serve((path) =>
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
async function startCertificateLog() {
  const key = newKey()
  const id = sha256(spki(key))
  const url = await serve((_, body) => {
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

async function startServices() {
  const provider = await startProvider()
  const certificates = await startCertificateLog()
  const [port, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
  const fulcio = `http://127.0.0.1:${port}`
  writeFileSync(
    at('fulcio.yaml'),
    `oidc-issuers:\n  ${provider.issuer}:\n    issuer-url: ${provider.issuer}\n    client-id: sigstore\n    type: email\n`,
  )
  const bundle = await startProgram(
    'fulcio',
    ['serve', '--ca', 'ephemeralca', '--host', '127.0.0.1', '--port', port]
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
    'posix',
    ['serve', '--storage-dir', at('log'), '--signer-filepath', at('rekor.pem')]
      .concat(['--hostname', logName, '--http-port', logPort, '--grpc-port', await freePort()])
      .concat(['--http-metrics-port', await freePort(), '--checkpoint-interval', '1s']),
    `${rekor}/healthz`,
  )
  const stampPort = await freePort()
  const stamps = `http://127.0.0.1:${stampPort}/api/v1/timestamp`
  const stampChain = await startProgram(
    'timestamp-server',
    ['serve', '--timestamp-signer', 'memory', '--disable-ntp-monitoring'].concat([
      '--host',
      '127.0.0.1',
      '--port',
      stampPort,
    ]),
    `${stamps}/certchain`,
  )
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logInRoot(`https://${logName}`, logKey, sha256(spki(logKey)))],
    ctlogs: [logInRoot('https://ct.example.com', certificates.key, certificates.id)],
    certificateAuthorities: [authorityInRoot(fulcio, chain.certificates)],
    timestampAuthorities: [authorityInRoot(stamps, pemsIn(stampChain))],
  }
  return { ...provider, fulcio, rekor, stamps, trustedRoot }
}

/** Runs the program; what it prints, and how it ended. */
const proofhouse = (words, options) =>
  new Promise((resolve) => {
    const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    const child = spawn(process.execPath, [program, ...words, ...given])
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
    child.on('close', (status) => resolve({ status, said }))
  })

/** Signs as whom a token names, with the second interface of the log. */
function signAs(text, { model, signature }, { fulcio, rekor, stamps, trustedRoot }) {
  writeFileSync(at('token'), text, { mode: 0o600 })
  writeFileSync(at('root.json'), JSON.stringify(trustedRoot))
  return proofhouse(['sign', at(model), '--keyless'], {
    'identity-token-file': at('token'),
    fulcio,
    rekor,
    'rekor-api': '2',
    tsa: stamps,
    'trusted-root': at('root.json'),
    signature: at(signature),
  })
}

async function compare(services) {
  const { issuer, token, trustedRoot } = services
  mkdirSync(at('model'))
  writeFileSync(at('model/weights.bin'), 'weights')
  const verify = (name, from, root = trustedRoot) => {
    writeFileSync(at('asked-root.json'), JSON.stringify(root))
    return proofhouse(['verify', at('model')], {
      signature: at('model.sig'),
      'trusted-root': at('asked-root.json'),
      identity: name,
      issuer: from,
    })
  }
  const good = token({ email: identity, email_verified: true })
  const signed = await signAs(good, { model: 'model', signature: 'model.sig' }, services)
  check('signs', signed.status === 0, signed.said)
  check('tells as whom', signed.said.includes(`${identity} according to ${issuer}`), signed.said)
  check(
    'tells no token',
    !signed.said.includes(good) && !readFileSync(at('model.sig'), 'utf8').includes(good),
  )
  for (const stop of stops.splice(0)) stop()
  const verified = await verify(identity, issuer)
  check('verifies with every service gone', verified.status === 0, verified.said)
  check('not for another name', (await verify('eve@example.com', issuer)).status === 1)
  check('not for another provider', (await verify(identity, 'https://example.com')).status === 1)
  for (const part of ['tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities']) {
    const { status, said } = await verify(identity, issuer, { ...trustedRoot, [part]: [] })
    check(`not without ${part}`, status === 1, said)
  }
  writeFileSync(at('model/weights.bin'), 'Weights')
  check('not for another model', (await verify(identity, issuer)).status === 1)
}

/** Tokens that the real authority refuses; nothing may be written. */
async function compareRefusals(services) {
  writeFileSync(at('lone.bin'), 'weights')
  for (const [name, claims] of [
    ['another audience', { aud: 'elsewhere', email: identity, email_verified: true }],
    ['another issuer', { iss: 'https://example.com', email: identity, email_verified: true }],
  ]) {
    const text = services.token(claims)
    const { status, said } = await signAs(
      text,
      { model: 'lone.bin', signature: 'lone.sig' },
      services,
    )
    check(`${name}: refused`, status === 3 && said.includes('server-refused'), said)
    check(`${name}: nothing written`, !existsSync(at('lone.sig')))
  }
}

if (spawnSync('go', ['version']).status !== 0) {
  console.log('skipped: no `go` on the path to build the services with')
  process.exit(0)
}
try {
  build()
  const services = await startServices()
  await compareRefusals(services)
  await compare(services)
} finally {
  for (const stop of stops) stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
