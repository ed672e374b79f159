// The promises of a key provider, held against servers and tokens that others wrote: the transit engine of a real HashiCorp Vault, and
// SoftHSM2. Vault is built from its Go module into `.peers/vault` (20 minutes, 2 GB), once; OpenBao is no Go module that can be fetched, so a
// `bao` on the path is asked as well where there is one. AWS KMS is not here: nothing of it can be run.
// Run: node scripts/run.mjs scripts/conformance/keys.mjs
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { keyProviderContract } from '../../packages/platform/src/adapters/key-provider-contract.fixture.ts'
import {
  findSoftHsm,
  newSoftHsmToken,
} from '../../packages/platform/src/adapters/softhsm.fixture.ts'
import { vaultKeyProvider } from '../../packages/platform/src/adapters/vault-key-provider.ts'
import { compilePkcs11 } from '../pkcs11.mjs'

const vaultModule = 'github.com/hashicorp/vault'
const vaultVersion = 'v1.21.4'
const sdkVersion = 'v0.21.0'
const folder = join(import.meta.dirname, '../../.peers/vault')
const buildMaxMs = 40 * 60_000
const startMaxMs = 60_000

let passed = 0
let failed = 0
let skipped = 0

async function promise(name, holds) {
  try {
    await holds()
    passed++
    console.log(`ok     ${name}`)
  } catch (cause) {
    failed++
    console.log(`FAILED ${name}\n       ${cause?.message ?? cause}`)
  }
}

function skip(why) {
  skipped++
  console.log(`skipped: ${why}`)
}

async function contract(what, open) {
  for (const [n, { promise: text, holds }] of keyProviderContract.entries())
    await promise(`${what} ${text}`, () => holds({ provider: open(), name: `root-${n}` }))
}

/** Replaces a text that must be there once. */
function patch(path, from, to) {
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${path} is not as expected`)
  writeFileSync(path, text.replace(from, to))
}

function go(...args) {
  const env = { ...process.env, GOFLAGS: '-mod=mod' }
  const done = spawnSync('go', args, { cwd: folder, env, encoding: 'utf8', timeout: buildMaxMs })
  if (done.status !== 0) throw new Error(`go ${args[0]}: ${done.stderr ?? done.error?.message}`)
  return done.stdout.trim()
}

/**
 * Builds Vault. Its SDK is a module of its own, of which no published version is the one in Vault's tree: two functions have other
 * signatures there, of which neither encrypts or decrypts, and are changed in a copy.
 */
function buildVault() {
  const program = join(folder, `vault-${vaultVersion}`)
  if (existsSync(program)) return program
  if (spawnSync('go', ['version']).status !== 0) return null
  console.error(`building Vault ${vaultVersion}; this takes some twenty minutes, once …`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), 'module peers\n\ngo 1.26\n')
  go('get', `${vaultModule}@${vaultVersion}`)
  const sdk = JSON.parse(go('mod', 'download', '-json', `${vaultModule}/sdk@${sdkVersion}`)).Dir
  cpSync(sdk, join(folder, 'sdk'), { recursive: true })
  spawnSync('chmod', ['-R', 'u+w', join(folder, 'sdk')])
  const framework = join(folder, 'sdk/framework/backend.go')
  patch(framework, '*logical.Request, string) error', '*logical.Request) error')
  const locks = join(folder, 'sdk/helper/keysutil/lock_manager.go')
  patch(locks, 'func (lm *LockManager) RestorePolicy(', 'func (lm *LockManager) restorePolicy(')
  const restore =
    '\nfunc (lm *LockManager) RestorePolicy(ctx context.Context, storage logical.Storage, name, backup string, force bool) (string, error) {\n' +
    '\treturn name, lm.restorePolicy(ctx, storage, name, backup, force)\n}\n'
  writeFileSync(locks, readFileSync(locks, 'utf8') + restore)
  go('mod', 'edit', '-replace', `${vaultModule}/sdk=./sdk`)
  go('build', '-tags', 'minimal', '-o', program, vaultModule)
  return program
}

/** A port that was free a moment ago. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function withServer(program, work) {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const token = 'conformance-root'
  const args = ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${token}`]
  const server = spawn(program, [...args, `-dev-listen-address=127.0.0.1:${port}`], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, HOME: folder },
  })
  const ask = (method, path, body, as = token) =>
    fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': as },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  try {
    for (const until = Date.now() + startMaxMs; ; await delay(200)) {
      const health = await fetch(`${address}/v1/sys/health`).catch(() => null)
      if (health?.status === 200) break
      if (server.exitCode !== null || Date.now() > until)
        throw new Error('the server does not start')
    }
    await ask('POST', 'sys/mounts/transit', { type: 'transit' })
    await work({ address, token, ask })
  } finally {
    server.kill('SIGKILL')
  }
}

const binding = { tenant: 'acme', kind: 'tenant', id: 'kek', version: 1 }
const key = new Uint8Array(32).fill(7)
const codeOf = (cause) => cause?.code ?? String(cause)
async function refusedAs(code, asked) {
  const came = await asked.then(() => 'no refusal', codeOf)
  if (came !== code) throw new Error(`expected ${code}, came ${came}`)
}

async function transit(what, program) {
  await withServer(program, async ({ address, token, ask }) => {
    const open = (as = token) =>
      vaultKeyProvider({ address, mount: 'transit', token: async () => as })
    await contract(what, open)
    await promise(
      `${what} re-wraps nothing that has associated data, which is why nobody asks it to`,
      async () => {
        await open().create('rewrap')
        const { bytes } = await open().wrap('rewrap', key, binding)
        const ciphertext = Buffer.from(bytes).toString()
        const answer = await ask('POST', 'transit/rewrap/rewrap', { ciphertext })
        if (answer.status !== 400) throw new Error(`it answered ${answer.status}`)
      },
    )
    await promise(`${what} keeps versions that are below its minimum shut`, async () => {
      await open().create('minimum')
      const { bytes } = await open().wrap('minimum', key, binding)
      await open().rotate('minimum')
      await ask('POST', 'transit/keys/minimum/config', { min_decryption_version: 2 })
      await refusedAs('key-unwrap-failed', open().unwrap('minimum', bytes, binding))
    })
    await promise(`${what} does not hand the key out`, async () => {
      await open().create('export')
      const answer = await ask('GET', 'transit/export/encryption-key/export')
      if (answer.status !== 400) throw new Error(`it answered ${answer.status}`)
    })
    await promise(`${what} makes do with the policy of docs/keys.md, and no more`, async () => {
      const policy =
        'path "transit/keys/root" { capabilities = ["create", "read", "update"] }\n' +
        'path "transit/keys/root/rotate" { capabilities = ["update"] }\n' +
        'path "transit/encrypt/root" { capabilities = ["update"] }\n' +
        'path "transit/decrypt/root" { capabilities = ["update"] }\n'
      await ask('POST', 'sys/policies/acl/proofhouse', { policy })
      const made = await ask('POST', 'auth/token/create', { policies: ['proofhouse'] })
      const as = (await made.json()).auth.client_token
      await open(as).create('root')
      const { bytes } = await open(as).wrap('root', key, binding)
      await open(as).rotate('root')
      const opened = await open(as).unwrap('root', bytes, binding)
      if (!Buffer.from(opened).equals(key)) throw new Error('another key came back')
      await refusedAs('key-provider-refused', open(as).wrap('minimum', key, binding))
      await refusedAs('key-provider-refused', open('a wrong token').wrap('root', key, binding))
    })
    await promise(`${what} is unavailable while it is sealed`, async () => {
      await ask('PUT', 'sys/seal')
      await refusedAs('key-provider-unavailable', open().wrap('root', key, binding))
    })
  })
}

function installSoftHsm() {
  if (findSoftHsm() !== null || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'softhsm2'],
  ])
    spawnSync('/usr/bin/apt-get', args, { env, stdio: 'ignore' })
}

const vault = buildVault()
if (vault === null) skip('no `go` on the path to build Vault with')
else await transit('Vault', vault)
if (spawnSync('bao', ['version']).status === 0) await transit('OpenBao', 'bao')
else skip('no `bao` on the path')
if (compilePkcs11() !== null) installSoftHsm()
const softHsm = findSoftHsm()
if (softHsm === null) skip('no SoftHSM2, or the PKCS#11 driver is not compiled')
else {
  const token = newSoftHsmToken(softHsm)
  const provider = token.open()
  await contract('SoftHSM2', () => provider)
  provider.close()
  token.remove()
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1
