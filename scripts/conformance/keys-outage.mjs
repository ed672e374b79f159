// A real Vault is killed while decisions are appended, and started again. It keeps the root key of the workspace: decisions go on being
// taken, what needs a key is refused, and nothing is lost. It holds the key that signs the log of decisions: then nothing more is
// acknowledged, the server ends, and what was acknowledged is there afterwards. Everything by the real program.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { persistentServer } from './vault-server.mjs'

const program = join(import.meta.dirname, '../../packages/platform/bin/proofhouse.mjs')
const batchSize = 50

/** Runs a command to its end. */
function run(...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        text += piece
      })
    child.once('close', (status) => resolve({ status, text }))
  })
}

/** Starts `decisions serve`; `ended` resolves with status and output. */
async function serve(workspace) {
  const args = ['decisions', 'serve', '--out', workspace, '--port', '0', '--json']
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const line = Promise.withResolvers()
  child.stdout.on('data', (piece) => {
    text += piece
    if (text.includes('\n')) line.resolve()
  })
  child.stderr.on('data', (piece) => {
    text += piece
  })
  const ended = new Promise((resolve) => {
    child.once('close', (status) => resolve({ status, text }))
  })
  await Promise.race([line.promise, ended])
  if (child.exitCode !== null) throw new Error(`serving did not begin: ${text}`)
  const { address, tokenFile } = JSON.parse(text.split('\n')[0])
  const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`
  const post = async (from) => {
    const answer = await fetch(`${address}/api/v1/decisions`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(Array.from({ length: batchSize }, (_, n) => decision(from + n))),
    })
    if (answer.status !== 200) throw new Error(`status ${answer.status}`)
    return answer.json()
  }
  return {
    post,
    ended,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const decision = (sequence) => ({
  id: `d-${sequence}`,
  source: 's',
  sequence,
  time: '2026-01-31T12:00:00Z',
  deployment: 'pumps',
  subject: `p-${sequence % 97}`,
  input: { pressure: sequence },
  output: { alarm: sequence % 2 === 0 },
})

function expect(what, holds, told = '') {
  if (!holds) throw new Error(`${what}: ${told}`)
}

/** A workspace whose settings name a Vault, with a deployment. */
async function newWorkspace(folder, settings) {
  const workspace = join(folder, 'work')
  mkdirSync(join(workspace, 'keys'), { recursive: true })
  writeFileSync(join(workspace, 'keys/provider.yaml'), settings)
  const declared = join(folder, 'pumps.json')
  const kinds = { input: { pressure: { type: 'number' } }, output: { alarm: { type: 'boolean' } } }
  writeFileSync(declared, JSON.stringify({ id: 'pumps', model: 'ab'.repeat(32), ...kinds }))
  const done = await run('decisions', 'deploy', declared, '--out', workspace)
  expect('deploying', done.status === 0, done.text)
  return workspace
}

/** Posts batches one after the other until `until` says so; the sequence number behind the last acknowledged one. */
async function postUntil(server, from, until) {
  let next = from
  while (!until(next)) {
    const told = await server.post(next)
    const outcomes = JSON.stringify(told)
    expect('a batch', !/refused/.test(outcomes), outcomes.slice(0, 200))
    next += batchSize
  }
  return next
}

async function everythingIsThere(workspace, count) {
  const checked = await run('decisions', 'check', '--out', workspace, '--json')
  expect('the check', checked.status === 0, checked.text)
  const { entries, opened } = JSON.parse(checked.text.trim().split('\n').at(-1))
  expect('entries', entries >= count && opened === entries, checked.text)
  const fsck = await run('ledger', 'fsck', join(workspace, 'decisions/ledger'))
  expect('fsck', fsck.status === 0, fsck.text)
  return entries
}

/** The promises of docs/keys.md about a provider that is away, with a Vault that is killed. */
export async function outages(promise, vaultProgram) {
  const folder = mkdtempSync(join(tmpdir(), 'proofhouse-outage-'))
  const vault = await persistentServer(vaultProgram, folder)
  const tokenFile = join(folder, 'token')
  try {
    await vault.start()
    writeFileSync(tokenFile, `${vault.token()}\n`, { mode: 0o600 })
    await promise(
      'a Vault that is killed while decisions come: they are taken, and nothing is lost',
      async () => {
        const settings = `provider: vault\naddress: ${vault.address}\ntoken_file: ${tokenFile}\n`
        const workspace = await newWorkspace(join(folder, 'root'), settings)
        const server = await serve(workspace)
        const before = await postUntil(server, 0, (next) => next >= 1_000)
        const [, during] = await Promise.all([
          vault.kill(),
          postUntil(server, before, (next) => next >= before + 1_000),
        ])
        const last = await postUntil(server, during, (next) => next >= during + 1_000)
        expect('stopping', (await server.stop()).status === 0)
        for (const command of [
          ['keys', 'list', '--out'],
          ['keys', 'rotate', '--out'],
          ['decisions', 'check', '--out'],
        ]) {
          const { status, text } = await run(...command, workspace)
          const saysSo = /cannot be used now/.test(text)
          expect(command.join(' '), status === 3 && saysSo, `${status} ${text}`)
        }
        await vault.start()
        const entries = await everythingIsThere(workspace, last)
        const rotated = await run('keys', 'rotate', '--out', workspace)
        expect('a rotation afterwards', rotated.status === 0, rotated.text)
        console.log(
          `       ${entries} decisions acknowledged, ${last - before} of them while Vault was killed or gone; all there`,
        )
      },
    )
    await promise(
      'a Vault that holds the key of the log, killed while decisions come: none is acknowledged unsigned, none lost',
      async () => {
        await vault.ask('POST', 'transit/keys/log', { type: 'ed25519' })
        const place = `vault:log?address=${vault.address}&token-file=${tokenFile}&version=1`
        const workspace = await newWorkspace(
          join(folder, 'log'),
          `provider: file\ndecisions_key: ${place}\n`,
        )
        const server = await serve(workspace)
        let acknowledged = await postUntil(server, 0, (next) => next >= 1_000)
        const killed = vault.kill()
        const failed = await (async () => {
          for (;;)
            acknowledged = await postUntil(server, acknowledged, (next) => next > acknowledged)
        })().catch((error) => error)
        await killed
        expect('an append without Vault', failed instanceof Error)
        const { status, text } = await server.ended
        expect(
          'the end of serving',
          status === 3 && /cannot be used now/.test(text),
          `${status} ${text}`,
        )
        await vault.start()
        const again = await serve(workspace)
        // Clients send again what was not acknowledged: nothing is there twice.
        const last = await postUntil(
          again,
          acknowledged - batchSize,
          (next) => next >= acknowledged + 500,
        )
        expect('stopping', (await again.stop()).status === 0)
        const entries = await everythingIsThere(workspace, last)
        expect('nothing twice', entries === last, `${entries} for ${last}`)
        console.log(`       ${acknowledged} acknowledged before, ${entries} in the end, each once`)
      },
    )
  } finally {
    await vault.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}
