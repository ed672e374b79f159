// The promises of key providers and of keys that they hold, against servers and tokens that others wrote: the transit engine of a real HashiCorp Vault, and
// SoftHSM2. Vault is built from its Go module into `.peers/vault` (20 minutes, 2 GB), once; OpenBao is no Go module that can be fetched, so a
// `bao` on the path is asked as well where there is one. AWS KMS is not here: nothing of it can be run.
// Run: node scripts/run.mjs scripts/conformance/keys.mjs
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { heldKeyContract } from '../../packages/platform/src/adapters/held-key-contract.fixture.ts'
import { keyProviderContract } from '../../packages/platform/src/adapters/key-provider-contract.fixture.ts'
import {
  findSoftHsm,
  newSoftHsmToken,
} from '../../packages/platform/src/adapters/softhsm.fixture.ts'
import { vaultHeldKey } from '../../packages/platform/src/adapters/vault-held-key.ts'
import { vaultKeyProvider } from '../../packages/platform/src/adapters/vault-key-provider.ts'
import { compilePkcs11 } from '../pkcs11.mjs'
import { outages } from './keys-outage.mjs'
import { buildVault, withServer } from './vault-server.mjs'

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

async function heldContract(what, open) {
  for (const { promise: text, holds } of heldKeyContract)
    await promise(`${what} ${text}`, () => holds({ open }))
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
    const signing = {
      'P-256': 'ecdsa-p256',
      'P-384': 'ecdsa-p384',
      'P-521': 'ecdsa-p521',
      Ed25519: 'ed25519',
    }
    const held = (name, as = token) =>
      vaultHeldKey({ address, mount: 'transit', token: async () => as }, { name, version: null })
    for (const type of Object.values(signing)) await ask('POST', `transit/keys/${type}`, { type })
    await heldContract(`a key in ${what}`, (kind) => held(signing[kind]))
    await promise(
      `a key in ${what} signs under the policy of docs/keys.md, and no other`,
      async () => {
        const policy =
          'path "transit/keys/ecdsa-p256" { capabilities = ["read"] }\n' +
          'path "transit/sign/ecdsa-p256" { capabilities = ["update"] }\n'
        await ask('POST', 'sys/policies/acl/signer', { policy })
        const made = await ask('POST', 'auth/token/create', { policies: ['signer'] })
        const as = (await made.json()).auth.client_token
        await (await held('ecdsa-p256', as)).sign(key)
        await refusedAs('key-provider-refused', held('ed25519', as))
      },
    )
    await promise(`a key in ${what} that can be exported is refused`, async () => {
      await ask('POST', 'transit/keys/leaves', { type: 'ecdsa-p256', exportable: true })
      await refusedAs('key-provider-refused', held('leaves'))
      await refusedAs('key-unsupported', held('root'))
      await refusedAs('key-missing', held('nobody'))
    })
    const opened = await held('ed25519')
    await promise(`${what} is unavailable while it is sealed`, async () => {
      await ask('PUT', 'sys/seal')
      await refusedAs('key-provider-unavailable', open().wrap('root', key, binding))
      await refusedAs('key-provider-unavailable', opened.sign(key))
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
else {
  await transit('Vault', vault)
  await outages(promise, vault)
}
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
  for (const curve of ['P-256', 'P-384', 'P-521', 'Ed25519'])
    await token.newSigningKey({ object: curve, curve })
  await heldContract('a key on SoftHSM2', (kind) => token.openSigningKey(kind))
  token.remove()
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1
