// Commands on a workspace whose decision log a server holds, a process of its own: what they say, and what is left when it was killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, test } from 'vitest'
import { newFolder, programPath, proofhouse } from '../assess/run-program.fixture.ts'

// Deeper than the name of a socket may be long.
const folder = join(newFolder(), 'd'.repeat(120))
const work = join(folder, 'work')
const socket = join(work, 'run/decisions.sock')
const at = (name: string) => join(folder, name)
const decisions = (name: string, ...given: readonly string[]) =>
  proofhouse('decisions', name, ...given, '--out', work)
const erase = (...given: readonly string[]) =>
  proofhouse('subjects', 'erase', ...given, '--out', work)
const json = (name: string, ...given: readonly string[]): unknown =>
  JSON.parse(decisions(name, ...given, '--json').out)

const servers = new Set<ChildProcess>()
afterAll(() => servers.forEach((server) => server.kill('SIGKILL')))

const saidIn = (line: string): ReadonlyMap<string, unknown> => {
  const value: unknown = JSON.parse(line)
  return new Map(Object.entries(Object(value)))
}

/** Starts a server; what it said, and how to end it. */
async function serve(...given: readonly string[]) {
  const child = spawn(
    process.execPath,
    [programPath, 'decisions', 'serve', '--port', '0', '--json', '--out', work, ...given],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  servers.add(child)
  const lines = createInterface({ input: child.stdout })
  const [line = ''] = await new Promise<string[]>((told) =>
    lines.once('line', (text) => told([text])),
  )
  const said = saidIn(line)
  const address = String(said.get('address'))
  const token = readFileSync(String(said.get('tokenFile')), 'utf8').trim()
  return {
    token,
    operatorTokenFile: said.get('operatorTokenFile'),
    async post(path: string, body: string, shown: string) {
      const answer = await fetch(`${address}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${shown}` },
        body,
      })
      const value: unknown = await answer.json()
      return { status: answer.status, value }
    },
    async end(signal: NodeJS.Signals) {
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
      servers.delete(child)
      return child.exitCode
    },
  }
}

const decision = (sequence: number) => ({
  id: `d-${sequence}`,
  source: 'gateway',
  sequence,
  time: '2026-01-31T12:00:00Z',
  deployment: 'credit',
  subject: `p-${sequence % 3}`,
  input: { age: 30 },
  output: { label: sequence % 2 === 0 ? 'approved' : 'declined' },
})

const isRefused = () =>
  new Promise<boolean>((told) => {
    const tried = connect({ path: socket })
    tried.on('connect', () => told(false)).on('error', () => told(true))
  })

test('while a server takes decisions, people are erased, receipts made and epochs ended beside it', async () => {
  mkdirSync(folder)
  const fields = 'input: {age: {type: number}}\noutput: {label: {type: text}}\noutcome: label\n'
  writeFileSync(at('credit.yaml'), `id: credit\nmodel: ${'1e'.repeat(32)}\n${fields}`)
  expect(decisions('deploy', at('credit.yaml'))).toMatchObject({ status: 0 })
  const server = await serve()
  expect(server.operatorTokenFile).toBeNull()
  expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700)
  const sent = JSON.stringify(Array.from({ length: 9 }, (_, n) => decision(n)))
  const path = '/api/v1/decisions'
  expect(await server.post(path, sent, server.token)).toMatchObject({ status: 200 })

  expect(json('find', '--subject', 'p-0', '--outcome', 'declined')).toMatchObject([{ index: 3 }])
  expect(decisions('show', '3').out).toContain('subject  "p-0"')
  expect(decisions('receipt', '3', '--output', at('kept.json'))).toMatchObject({ status: 0 })
  expect(erase('--subject', 'p-0').out).toContain('3 decisions erased')
  expect(decisions('show', '3').out).toContain('its content was erased')
  expect(json('sources')).toEqual([{ source: 'gateway', next: 9, gaps: [] }])
  // The server goes on, and has forgotten them as well.
  const time = new Date(Date.now() + 60_000).toISOString()
  const more = JSON.stringify([decision(3), { ...decision(9), time }])
  expect(await server.post(path, more, server.token)).toMatchObject({
    value: {
      outcomes: [
        { status: 'repeated', index: 3 },
        { status: 'accepted', index: 9 },
      ],
    },
  })
  expect(json('find', '--subject', 'p-0')).toMatchObject([{ index: 9 }])
  expect(json('end-epoch')).toMatchObject({ epoch: 2, final: [{ reason: 'request' }] })
  expect(decisions('receipt', '3', '--output', at('final.json'))).toMatchObject({ status: 0 })
  for (const [name, said] of [
    ['kept.json', /^valid/],
    ['final.json', /^valid, content erased \(statement \d+, final\)/],
  ] as const)
    expect(proofhouse('verify', 'receipt', at(name)).out).toMatch(said)

  // A new version of a declaration counts at once, for small requests and for those that other threads prepare.
  const ranked = fields.replace('outcome: label', 'outcome: label\nmask: [input/age]')
  writeFileSync(at('credit.yaml'), `id: credit\nmodel: ${'1e'.repeat(32)}\n${ranked}`)
  const now = (sequence: number) => ({ ...decision(sequence), time })
  const large = (from: number) => Array.from({ length: 100 }, (_, n) => now(from + n))
  expect(await server.post(path, JSON.stringify(large(10)), server.token)).toMatchObject({
    status: 200,
  })
  expect(json('deploy', at('credit.yaml'))).toMatchObject({ version: 2 })
  const both = JSON.stringify([...large(10), ...large(110)])
  const { value: taken } = await server.post(path, both, server.token)
  expect(JSON.stringify(taken).match(/"repeated"/g)).toHaveLength(100)
  expect(JSON.stringify(taken).match(/"accepted"/g)).toHaveLength(100)
  const small = JSON.stringify([now(12), now(210)])
  expect(await server.post(path, small, server.token)).toMatchObject({
    value: {
      outcomes: [
        { status: 'repeated', index: 12 },
        { status: 'accepted', index: 210 },
      ],
    },
  })
  expect(json('show', '12')).toMatchObject({ groups: { input: { age: 30 } } })
  for (const index of ['150', '210'])
    expect(json('show', index)).toMatchObject({
      entry: { declaration: 2 },
      groups: { input: { age: '***' } },
    })

  // The same errors as without a server.
  const missing = decisions('show', '999')
  expect(missing).toMatchObject({ status: 2 })
  expect(missing.err).toContain('there is no decision 999; the log has 211 [usage-invalid]')
  expect(erase('--entry', '999').err).toContain('there is no decision 999 in this log')
  expect(decisions('receipt', '1', '--show', 'person').err).toContain('has no group `person`')

  // The senders' token opens nothing of what operators may, and nothing of it is here over HTTP.
  expect(await server.post('/api/v1/operator/show', '{"index":1}', server.token)).toMatchObject({
    status: 404,
  })
  expect(await server.end('SIGTERM')).toBe(0)
  expect(existsSync(socket)).toBe(false)
  expect(json('check')).toMatchObject({ entries: 211, opened: 208, erased: 3, findings: [] })
})

test('beside a server decisions are corrected, exported, held and kept as without one', async () => {
  const server = await serve()
  writeFileSync(at('changes.json'), JSON.stringify({ input: { age: 31 } }))
  const why = ['--reason', 'case 12'] as const
  expect(decisions('correct', '1', at('changes.json'), ...why).out).toContain(
    'entry 211 supersedes entry 1',
  )
  const [, id = ''] = /^hold (\S+) stands/.exec(decisions('hold', '--entry', '1', ...why).out) ?? []
  const refused = erase('--subject', 'p-1')
  expect(refused).toMatchObject({ status: 3, out: '' })
  expect(refused.err).toContain(
    `1 of these decisions must be kept (hold ${id}): nothing was erased`,
  )
  const asked = ['--subject', 'p-1', '--output', at('p-1.json'), ...why]
  const exported = proofhouse('subjects', 'export', ...asked, '--out', work)
  expect(exported.out).toContain('71 decisions written')
  expect(proofhouse('verify', 'export', at('p-1.json')).out).toContain('71 shown, 0 erased')
  expect(decisions('release', id, ...why)).toMatchObject({ status: 0 })
  expect(await server.end('SIGTERM')).toBe(0)
})

test('over HTTP operators show a token of their own; without it nothing is told', async () => {
  const server = await serve('--operator')
  const operatorToken = readFileSync(String(server.operatorTokenFile), 'utf8').trim()
  expect(statSync(String(server.operatorTokenFile)).mode & 0o077).toBe(0)
  expect(operatorToken).not.toBe(server.token)
  const ask = (name: string, body: string, token = operatorToken) =>
    server.post(`/api/v1/operator/${name}`, body, token)
  for (const token of [server.token, '', `${operatorToken}x`])
    expect(await ask('show', '{"index":1}', token)).toMatchObject({ status: 401 })
  expect(await server.post('/api/v1/decisions', '[]', operatorToken)).toMatchObject({ status: 401 })
  const by = { user: 'console', as: 'ana', reason: null }
  expect(await ask('show', JSON.stringify({ index: 1, by }))).toMatchObject({
    status: 200,
    value: { result: { index: 1, groups: { subject: 'p-1' } } },
  })
  for (const [name, body] of [
    ['show', '{"index":-1}'],
    ['show', '{"index":1,"index":2}'],
    ['show', JSON.stringify({ index: 1, by, more: 2 })],
    ['show', '{"index":1}'],
    ['find', '[]'],
    ['toString', '{}'],
  ] as const)
    expect(await ask(name, body)).toMatchObject({ status: 400, value: { title: 'usage-invalid' } })
  expect(await ask('show', JSON.stringify({ index: 'x'.repeat(2_000_000) }))).toMatchObject({
    status: 413,
  })
  await server.end('SIGKILL')
  // What it left behind stops nobody.
  expect(existsSync(socket)).toBe(true)
  expect(decisions('show', '1')).toMatchObject({ status: 0 })
})

test('a socket that others could have put there is not spoken to', async () => {
  chmodSync(dirname(socket), 0o755)
  const told = erase('--subject', 'p-1')
  expect(told.err).toContain('lets other users in')
  expect(told.status).toBe(2)
  const server = await serve()
  expect(erase('--subject', 'p-1').out).toContain('71 decisions erased')
  expect(await server.end('SIGINT')).toBe(0)
  expect(await isRefused()).toBe(true)
  // The operator's token is never the senders'.
  writeFileSync(join(work, 'keys/operator.token'), `${server.token}\n`)
  expect(decisions('serve', '--operator').err).toContain('the token of those who send decisions')
})
