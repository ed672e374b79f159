// Witnesses over real connections: our server and our client with each other, and each with peers that misbehave.

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNote, sha256Hex, signNote, textOf, utf8 } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { newLedgerKey } from '../ledger/fsck/fsck.fixture.ts'
import { type ReadyWitness, runWitness, witnessHead } from '../workflows/index.ts'
import { openHeldKey } from './held-keys.ts'
import { diskKeyFiles } from './key-file.ts'
import { addCosignatures, openLedgerDirectory, openLedgerFiles } from './ledger-directory.ts'
import { localFiles } from './local-files.ts'
import { witnessServer } from './witness-client.ts'
import { listenAsWitness } from './witness-listener.ts'
import { openWitnessState } from './witness-state.ts'

const root = mkdtempSync(join(tmpdir(), 'proofhouse-witness-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let made = 0
const place = () => join(root, String(made++))

const services = {
  files: localFiles,
  keyFiles: diskKeyFiles,
  openHeldKey,
  now: () => new Date(1_700_000_000_000),
  openLedgerFiles,
  witnessing: {
    server: witnessServer,
    publishCosigned: addCosignatures,
    openState: openWitnessState,
    listen: listenAsWitness,
  },
}

const key = newLedgerKey('log.example/http')
async function append(folder: string, count: number): Promise<void> {
  const ledger = await openLedgerDirectory(folder, key)
  await Promise.all(Array.from({ length: count }, (_, n) => ledger.append(utf8(`entry ${n}`))))
  await ledger.close()
}

/** A witness as the command runs it. */
async function start(given: Partial<Parameters<typeof runWitness>[1]> = {}) {
  const stop = new AbortController()
  const logsPath = place()
  writeFileSync(logsPath, `# ours\nlog ${key.verifierKey}\n`)
  const ready = Promise.withResolvers<ReadyWitness>()
  const request = {
    listen: '127.0.0.1:0',
    beyondThisMachine: false,
    keyPath: place(),
    name: 'w.example/1',
    logsPath,
    stateFolder: place(),
    signal: stop.signal,
    ...given,
  }
  const done = runWitness(services, request, ready.resolve)
  await Promise.race([ready.promise, done])
  const end = async () => {
    stop.abort()
    await done
  }
  return { ...(await ready.promise), request, end }
}

function policyFor(witness: { verifierKey: string; url: string }): string {
  const path = place()
  writeFileSync(
    path,
    `log ${key.verifierKey}\nwitness w1 ${witness.verifierKey} ${witness.url}\nquorum w1\n`,
  )
  return path
}

test('a ledger on disk is witnessed over HTTP, again after it grew, and after the witness came back', async () => {
  const folder = place()
  const first = await start()
  await append(folder, 5)
  const ask = (policyPath: string) => witnessHead(services, { folder, policyPath })
  expect(await ask(policyFor(first))).toMatchObject({ witnessed: true, merged: true })
  await append(folder, 300)
  expect(await ask(policyFor(first))).toMatchObject({ checkpoint: { size: 305 }, witnessed: true })
  await first.end()
  const { keyPath, stateFolder } = first.request
  const again = await start({ keyPath, stateFolder, name: null })
  expect(again.verifierKey).toBe(first.verifierKey)
  await append(folder, 1)
  expect(await ask(policyFor(again))).toMatchObject({ checkpoint: { size: 306 }, witnessed: true })
  const note = readFileSync(join(folder, 'checkpoint'), 'utf8')
  expect(note).toContain('— w.example/1 ')
  // Anybody may ask for what was cosigned last.
  const path = `${again.url}/${sha256Hex(utf8('log.example/http'))}/checkpoint`
  expect(await (await fetch(path)).text()).toBe(note)
  // Another log under the same name and key, as after a rollback or a fork.
  const fork = place()
  await append(fork, 400)
  const forked = await witnessHead(services, { folder: fork, policyPath: policyFor(again) })
  expect(forked).toMatchObject({ witnessed: false, words: [{ outcome: 'disagrees' }] })
  await again.end()
  expect(await ask(policyFor(again))).toMatchObject({ witnessed: true })
})

test('cosignatures that come later are kept in the mirror too', async () => {
  const [folder, mirrorFolder] = [place(), place()]
  await append(folder, 2)
  const { signer } = newLedgerKey('witness.example/later')
  const { text } = parseNote(readFileSync(join(folder, 'checkpoint'), 'utf8'))
  const cosigned = await signNote(text, [signer])
  expect(await addCosignatures(folder, cosigned, { mirrorFolder })).toBe(true)
  const published = readFileSync(join(folder, 'checkpoint'), 'utf8')
  expect(published).toContain('witness.example/later')
  const files = globSync('**/*.checkpoint', { cwd: mirrorFolder })
  expect(files.map((file) => readFileSync(join(mirrorFolder, file), 'utf8'))).toEqual([published])
})

test('a head that has moved on is not overwritten', async () => {
  const folder = place()
  await append(folder, 2)
  const old = readFileSync(join(folder, 'checkpoint'), 'utf8')
  await append(folder, 2)
  const note = readFileSync(join(folder, 'checkpoint'), 'utf8')
  expect(await addCosignatures(folder, old)).toBe(false)
  expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toBe(note)
  const ledger = await openLedgerDirectory(folder, key)
  await expect(addCosignatures(folder, note, { waitMs: 0 })).rejects.toMatchObject({
    code: 'ledger-busy',
  })
  await ledger.close()
})

test('a witness refuses what it must not start with', async () => {
  const running = await start()
  const { request } = running
  const refused = async (given: Partial<typeof request>, code: string) => {
    await expect(start({ ...request, ...given }), code).rejects.toMatchObject({ code })
  }
  await refused({}, 'ledger-busy')
  await refused({ listen: '0.0.0.0:0' }, 'usage-invalid')
  await refused({ listen: '7380' }, 'usage-invalid')
  await refused({ listen: '127.0.0.1:99999' }, 'usage-invalid')
  await refused({ listen: new URL(running.url).host, stateFolder: place() }, 'usage-invalid')
  await refused({ name: 'w.example/2', stateFolder: place() }, 'key-malformed')
  await refused({ keyPath: place(), name: null }, 'file-missing')
  await refused({ keyPath: place(), name: 'a b' }, 'usage-invalid')
  for (const text of ['', '# none\n', 'witness x\n', `log ${key.verifierKey} a b\n`]) {
    writeFileSync(request.logsPath, text)
    await refused({ stateFolder: place() }, 'trust-malformed')
  }
  await running.end()
})

test('the server bounds what it is sent, and knows its routes', async () => {
  const { url, end } = await start()
  const post = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`${url}/add-checkpoint`, { method: 'POST', body })
  expect((await post(new Uint8Array(16_384))).status).toBe(400)
  expect((await post(new Uint8Array(16_385))).status).toBe(413)
  expect((await post(new Uint8Array(5_000_000)).catch(() => ({ status: 413 }))).status).toBe(413)
  for (const [path, status] of [
    ['/add-checkpoint', 405],
    ['/', 404],
    ['/x/checkpoint', 404],
    [`/${'0'.repeat(64)}/checkpoint`, 404],
  ] as const)
    expect((await fetch(`${url}${path}`)).status, path).toBe(status)
  await end()
})

test('a stopped witness does not wait for those who send nothing', async () => {
  const { url, end } = await start()
  const { hostname, port } = new URL(url)
  const idle = connect(Number(port), hostname)
  await new Promise((resolve) => idle.once('connect', resolve))
  const begun = performance.now()
  const closed = new Promise((resolve) => idle.once('close', resolve))
  idle.on('error', () => undefined)
  await end()
  await closed
  expect(performance.now() - begun).toBeLessThan(4_000)
})

const listening = async (server: Server | ReturnType<typeof createTcpServer>) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return `http://127.0.0.1:${port}/prefix/`
}

test('the client takes every status as an answer, under the prefix, and follows nowhere', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const status = [200, 302, 409, 429][asked.length - 1] ?? 500
    const location = status === 302 ? { location: 'http://127.0.0.1:1/' } : {}
    response.writeHead(status, { ...location, 'retry-after': '7' }).end(`${status}\n`)
  })
  const client = witnessServer(await listening(server))
  const { signal } = new AbortController()
  for (const status of [200, 302, 409, 429]) {
    const { body, ...answer } = await client.addCheckpoint(utf8('x'), signal)
    expect([answer, textOf(body)]).toEqual([{ status, retryAfterMs: 7_000 }, `${status}\n`])
  }
  expect(new Set(asked)).toEqual(new Set(['POST /prefix/add-checkpoint']))
  server.close()
})

test('the client is held up by no server', async () => {
  const drip = createServer((_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 10)
    response.on('close', () => {
      clearInterval(timer)
    })
  })
  const flood = createServer((_, response) => response.writeHead(200).end('x'.repeat(100_000)))
  const silent = createTcpServer(() => undefined)
  const ask = async (server: Server | ReturnType<typeof createTcpServer>) =>
    witnessServer(await listening(server)).addCheckpoint(utf8('x'), AbortSignal.timeout(200))
  await expect(ask(drip)).rejects.toMatchObject({ code: 'server-unreachable' })
  await expect(ask(silent)).rejects.toMatchObject({ code: 'server-unreachable' })
  await expect(ask(flood)).rejects.toMatchObject({ code: 'limit-exceeded' })
  const gone = await listening(silent.close())
  silent.close()
  await expect(
    witnessServer(gone).addCheckpoint(utf8('x'), AbortSignal.timeout(2_000)),
  ).rejects.toMatchObject({ code: 'server-unreachable' })
  for (const server of [drip, flood]) {
    server.closeAllConnections()
    server.close()
  }
  for (const url of ['http://witness.example/', 'ftp://127.0.0.1/', 'https://a:b@witness.example/'])
    expect(() => witnessServer(url), url).toThrow(
      expect.objectContaining({ code: 'usage-invalid' }),
    )
})
