// Whoever answers on a workspace's socket and does not do it as it should: said for what it is, and never taken for nobody.

import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { askOperator, socketOf } from './operator-socket.ts'

const folder = mkdtempSync(join(tmpdir(), 'proofhouse-socket-'))
const socket = socketOf(folder)
mkdirSync(dirname(socket), { mode: 0o700 })
let server: Server | undefined

afterEach(async () => {
  const closing = server
  await new Promise((done) => (closing === undefined ? done(null) : closing.close(done)))
  rmSync(socket, { force: true })
})

async function listen(answer: (server: Server) => void): Promise<void> {
  server = createServer()
  answer(server)
  await new Promise<void>((listening) => server?.listen(socket, () => listening()))
}

const ask = () => askOperator({ folder, version: '1.0.0' }, 'show', { index: 1 })

test('nobody listens: no folder, no socket, one that was left behind', async () => {
  expect(await askOperator({ folder: join(folder, 'no'), version: '1' }, 'show', {})).toBeNull()
  expect(await ask()).toBeNull()
})

test('a server that ends before it answers, or in the middle, may have done what it was asked', async () => {
  await listen((of) => of.on('request', (request) => request.socket.destroy()))
  await expect(ask()).rejects.toMatchObject({ code: 'server-unreachable' })
  server?.removeAllListeners('request').on('request', (request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"result":')
    setImmediate(() => request.socket.destroy())
  })
  await expect(ask()).rejects.toMatchObject({ code: 'server-unreachable' })
})

test.each([
  ['another version', 200, '0.9.0', '{"result":1}', 'is of version 0.9.0'],
  ['no version', 200, undefined, '{"result":1}', 'is of version unknown'],
  ['an error that is none of ours', 500, '1.0.0', '{"title":"boom"}', 'an answer that is none'],
  ['what is no JSON', 502, '1.0.0', '<html>', 'an answer that is none'],
])('%s is refused', async (_, status, version, body, problem) => {
  const headers = version === undefined ? {} : { 'proofhouse-version': version }
  await listen((of) =>
    of.on('request', (__, response) => response.writeHead(status, headers).end(body)),
  )
  const told = await ask().catch((error: unknown) => error)
  expect(told).toMatchObject({ code: 'server-refused' })
  expect(String(told)).toContain(problem)
})

test('an error is the one that was thrown there', async () => {
  const body = '{"title":"limit-exceeded","detail":"too many","details":{"most":3}}'
  const headers = { 'proofhouse-version': '1.0.0' }
  await listen((of) =>
    of.on('request', (_, response) => response.writeHead(413, headers).end(body)),
  )
  await expect(ask()).rejects.toMatchObject({
    code: 'limit-exceeded',
    message: 'too many',
    details: { most: 3 },
  })
})

test('a folder that others may enter is no place to ask', async () => {
  chmodSync(dirname(socket), 0o750)
  await expect(ask()).rejects.toMatchObject({ code: 'file-unreadable' })
  chmodSync(dirname(socket), 0o700)
})
