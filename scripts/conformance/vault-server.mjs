// A real HashiCorp Vault for conformance runs: built from its Go module into `.peers/vault` (20 minutes, 2 GB; less where Go has built it
// before), once, and started on this machine, in memory or over a folder so that it can be killed and started again.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const vaultModule = 'github.com/hashicorp/vault'
const vaultVersion = 'v1.21.4'
const sdkVersion = 'v0.21.0'
const folder = join(import.meta.dirname, '../../.peers/vault')
const buildMaxMs = 40 * 60_000
const startMaxMs = 60_000

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

const built = join(folder, `vault-${vaultVersion}`)

/** Path of the built Vault; null where nobody has built it yet. */
export function builtVault() {
  return existsSync(built) ? built : null
}

/**
 * Path of the built Vault; null without Go. Its SDK is a module of its own, of which no published version is the one in Vault's tree: two functions have other
 * signatures there, of which neither encrypts or decrypts, and are changed in a copy.
 */
export function buildVault() {
  const there = builtVault()
  if (there !== null) return there
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
  go('build', '-tags', 'minimal', '-o', built, vaultModule)
  return built
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

/** Starts a server in memory, with a transit engine, for one piece of work. */
export async function withServer(program, work) {
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

/**
 * A server over a folder, sealed by one key: it can be killed and started again at the same address, with all its keys.
 * `start` resolves when it answers unsealed; `kill` when its process has ended.
 */
export async function persistentServer(program, dataFolder) {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const config = join(dataFolder, 'vault.hcl')
  mkdirSync(join(dataFolder, 'data'), { recursive: true })
  const lines = [
    'storage "raft" {',
    '  node_id = "one"',
    `  path = "${join(dataFolder, 'data')}"`,
    '}',
    'listener "tcp" {',
    `  address = "127.0.0.1:${port}"`,
    '  tls_disable = true',
    '}',
    'disable_mlock = true',
    `api_addr = "${address}"`,
    `cluster_addr = "http://127.0.0.1:${await freePort()}"`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  let server = null
  let secrets = null
  const ask = (method, path, body) =>
    fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': secrets?.root_token ?? '' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const start = async () => {
    server = spawn(program, ['server', `-config=${config}`], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: dataFolder },
    })
    for (const until = Date.now() + startMaxMs; ; await delay(200)) {
      const health = await fetch(`${address}/v1/sys/health?uninitcode=200&sealedcode=200`).catch(
        () => null,
      )
      if (health?.status === 200) break
      if (server.exitCode !== null || Date.now() > until)
        throw new Error('the server does not start')
    }
    const isNew = secrets === null
    if (isNew) {
      const made = await ask('PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 })
      secrets = await made.json()
    }
    await ask('PUT', 'sys/unseal', { key: secrets.keys_base64[0] })
    for (const until = Date.now() + startMaxMs; ; await delay(200)) {
      const health = await ask('GET', 'sys/health').catch(() => null)
      if (health?.status === 200) break
      if (Date.now() > until) throw new Error('the server stays sealed')
    }
    if (isNew) await ask('POST', 'sys/mounts/transit', { type: 'transit' })
  }
  const kill = () =>
    new Promise((resolve) => {
      if (server === null || server.exitCode !== null) return resolve()
      server.once('exit', () => resolve())
      server.kill('SIGKILL')
    })
  return { address, start, kill, ask, token: () => secrets.root_token }
}
