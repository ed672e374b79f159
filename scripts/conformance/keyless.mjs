// Keyless signatures with the real services of Sigstore: Fulcio (certificates), Rekor on tiles, and the time stamp authority,
// built from their Go modules. What we sign with them must verify offline for its signer and for nobody else, and not without
// each of the proofs.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/keyless.mjs)
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildServices, startServices } from './keyless-services.mjs'

const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
const identity = 'ml@example.com'
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
  const [aud, iss] = ['elsewhere', 'https://example.com']
  for (const [name, claims] of Object.entries({
    'another audience': { aud },
    'another issuer': { iss },
  })) {
    const text = services.token({ email: identity, email_verified: true, ...claims })
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
  buildServices()
  const services = await startServices(folder, stops)
  await compareRefusals(services)
  await compare(services)
} finally {
  for (const stop of stops) stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
