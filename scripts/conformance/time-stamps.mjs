// Time stamps of checkpoints with authorities that others wrote: OpenSSL's, over keys of RSA and two curves, and Sigstore's, built
// from its Go module. We ask, verify and keep; OpenSSL verifies what we keep; nothing holds under another root.
// With --write, renews the tokens that the tests verify.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/time-stamps.mjs)
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateKeyPairSync, sign } from 'node:crypto'
import { formatVerifierKey, keyIdOf, signatureType, utf8 } from '@proofhouse/evidence'
import { openLedgerDirectory } from '../../packages/platform/src/adapters/ledger-directory.ts'
import { buildServices, startStampAuthority } from './keyless-services.mjs'

const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
const folder = mkdtempSync(join(tmpdir(), 'proofhouse-stamps-'))
const at = (name) => join(folder, name)
const stops = []
let passed = 0
let failed = 0

function check(name, holds, seen = '') {
  if (holds) passed++
  else failed++
  if (!holds) console.log(`FAILED ${name} ${seen}`)
}

function openssl(...args) {
  const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder })
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`)
  return stdout
}

/** Runs the program; what it prints, and how it ended. */
const proofhouse = (...args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args])
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
    child.on('close', (status) => resolve({ status, said }))
  })

const keys = {
  'RSA 3072': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
}
const extensions = `[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[leaf]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
`

/** An authority of OpenSSL: its root, and how it answers a request. */
function opensslAuthority(name, algorithm) {
  const file = name.replaceAll(' ', '-')
  writeFileSync(at('extensions.cnf'), extensions)
  const issue = (kind, issuer) => {
    const own = `${file}-${kind}`
    openssl('genpkey', ...algorithm, '-out', `${own}.key`)
    openssl(
      'req',
      '-new',
      '-key',
      `${own}.key`,
      '-subj',
      `/CN=${name} ${kind}`,
      '-out',
      `${own}.csr`,
    )
    const by =
      issuer === null
        ? ['-signkey', `${own}.key`]
        : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial']
    const days = ['-days', '7300', '-extfile', 'extensions.cnf', '-extensions', kind]
    openssl('x509', '-req', '-in', `${own}.csr`, ...by, ...days, '-out', `${own}.pem`)
    return own
  }
  const root = issue('root', null)
  const leaf = issue('leaf', root)
  writeFileSync(
    at(`${file}.cnf`),
    `[tsa]
serial=${at(`${file}.serial`)}
crypto_device=builtin
signer_cert=${at(`${leaf}.pem`)}
certs=${at(`${root}.pem`)}
signer_key=${at(`${leaf}.key`)}
signer_digest=sha256
default_policy=1.3.6.1.4.1.99999.1
digests=sha256,sha384,sha512
accuracy=secs:1
ordering=yes
ess_cert_id_chain=no
ess_cert_id_alg=sha256
`,
  )
  writeFileSync(at(`${file}.serial`), '01\n')
  let asked = 0
  return {
    root: at(`${root}.pem`),
    answer: (request) => {
      const number = asked++
      writeFileSync(at(`${file}-${number}.tsq`), request)
      const config = ['-config', `${file}.cnf`, '-section', 'tsa']
      openssl(
        'ts',
        '-reply',
        ...config,
        '-queryfile',
        `${file}-${number}.tsq`,
        '-out',
        `${file}-${number}.tsr`,
      )
      return readFileSync(at(`${file}-${number}.tsr`))
    },
  }
}

const serve = (answer) =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => {
        response.setHeader('content-type', 'application/timestamp-reply')
        response.end(answer(Buffer.concat(parts)))
      })
    })
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/tsr`))
    stops.push(() => server.close())
  })

function newKey(name) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const bytes = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  const type = signatureType.ed25519
  return {
    verifierKey: formatVerifierKey({ name, type, publicKey: bytes }),
    signer: {
      name,
      keyId: keyIdOf(name, type, bytes),
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
    },
  }
}

async function compare(name, { url, roots, otherRoots }) {
  const ledger = at(`ledger-${name.replaceAll(' ', '-')}`)
  const open = await openLedgerDirectory(ledger, newKey('ledger.example/stamps'))
  await Promise.all(Array.from({ length: 5 }, (_, n) => open.append(utf8(`entry ${n}`))))
  await open.close()
  const asked = ['ledger', 'anchor', ledger, '--tsa', url, '--tsa-certs']
  const refused = await proofhouse(...asked, otherRoots)
  check(`${name}: not under another root`, refused.status === 3, refused.said)
  const anchored = await proofhouse(...asked, roots)
  check(`${name}: anchors`, anchored.status === 0, anchored.said)
  const shown = await proofhouse('ledger', 'anchors', ledger, '--tsa-certs', roots)
  check(
    `${name}: shows`,
    shown.status === 0 && shown.said.includes('5 entries existed'),
    shown.said,
  )
  const other = await proofhouse('ledger', 'anchors', ledger, '--tsa-certs', otherRoots)
  check(`${name}: shows none under another root`, other.status === 1, other.said)
  const fsck = await proofhouse('ledger', 'fsck', ledger)
  check(`${name}: fsck`, fsck.status === 0 && fsck.said.includes('1 time stamp'), fsck.said)
  const [file] = readdirSync(join(ledger, 'anchors'))
  // As spec/ledger.md says to take one apart.
  const lines = readFileSync(join(ledger, 'anchors', file), 'utf8').split('\n')
  writeFileSync(at('kept.checkpoint'), lines.slice(3).join('\n'))
  writeFileSync(at('kept.token'), Buffer.from(lines[1], 'base64'))
  const theirs = (data, certificates) =>
    spawnSync(
      'openssl',
      ['ts', '-verify', '-data', data, '-in', 'kept.token', '-token_in', '-CAfile', certificates],
      { cwd: folder },
    )
  const verified = theirs('kept.checkpoint', roots)
  check(`${name}: OpenSSL verifies what was kept`, verified.status === 0, String(verified.stderr))
  writeFileSync(at('other.checkpoint'), `${lines.slice(3).join('\n')}x`)
  check(`${name}: and nothing else by it`, theirs('other.checkpoint', roots).status !== 0)
}

try {
  const own = Object.entries(keys).map(([name, key]) => [name, opensslAuthority(name, key)])
  const [[, first], [, second]] = own
  for (const [name, { root, answer }] of own) {
    const otherRoots = root === first.root ? second.root : first.root
    await compare(name, { url: await serve(answer), roots: root, otherRoots })
  }
  buildServices(['timestamp-server'])
  const { stamps, chain } = await startStampAuthority(stops)
  // Its tokens hold its own certificate alone: the authorities above it are given.
  writeFileSync(
    at('sigstore.pem'),
    chain
      .split(/(?=-----BEGIN)/)
      .slice(1)
      .join(''),
  )
  const sigstore = { url: stamps, roots: at('sigstore.pem'), otherRoots: first.root }
  await compare('Sigstore', sigstore)
  if (process.argv.includes('--write')) {
    const message = 'stamped by OpenSSL'
    writeFileSync(at('message'), message)
    const tokens = own.map(([name, { root, answer }]) => {
      const request = openssl('ts', '-query', '-data', 'message', '-sha512', '-cert')
      writeFileSync(at('answer.tsr'), answer(request))
      openssl('ts', '-reply', '-in', 'answer.tsr', '-token_out', '-out', 'answer.token')
      const text = String(openssl('ts', '-reply', '-in', 'answer.tsr', '-text'))
      return {
        name,
        token: readFileSync(at('answer.token')).toString('base64'),
        certificates: readFileSync(root, 'utf8'),
        at: new Date(/Time stamp: (.*)/.exec(text)?.[1] ?? '').toISOString(),
      }
    })
    const about = `Tokens by ${String(openssl('version')).trim()}, and the roots of their authorities; scripts/conformance/time-stamps.mjs --write makes them.`
    writeFileSync(
      new URL(
        '../../packages/platform/src/artifacts/time-stamps/openssl.reference.json',
        import.meta.url,
      ),
      `${JSON.stringify({ about, message, tokens }, null, 2)}\n`,
    )
  }
} finally {
  for (const stop of stops) stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} checks passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
