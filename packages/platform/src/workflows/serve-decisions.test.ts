import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { composeServices } from '../compose.ts'
import { showDecision } from './answer-about-decisions.ts'
import { by } from './decisions-workspace.fixture.ts'
import { declareDeployment } from './declare-deployment.ts'
import { endEpoch, eraseDecisions } from './erase-decisions.ts'
import { recordDecisions } from './record-decisions.ts'
import { serveDecisions } from './serve-decisions.ts'
import type { Services } from './services.ts'

const base = mkdtempSync(join(tmpdir(), 'proofhouse-serve-'))
afterAll(() => rmSync(base, { recursive: true }))

test('an epoch with an erasure that has waited a day is ended when serving begins', async () => {
  const folder = join(base, 'work')
  const at = (time: string) => composeServices({ newId: () => 'e-1', now: () => new Date(time) })
  const services = at('2026-02-01T00:00:00Z')
  const [declared, file] = [join(base, 'pumps.json'), join(base, 'd.jsonl')]
  const kinds = { input: { a: { type: 'number' } }, output: { b: { type: 'number' } } }
  writeFileSync(declared, JSON.stringify({ id: 'd', model: 'ab'.repeat(32), ...kinds }))
  await declareDeployment({ file: declared, folder }, services)
  const decision = { id: 'x', source: 's', sequence: 0, time: '2026-01-31T12:00:00Z' }
  const about = { deployment: 'd', subject: 'p', input: { a: 1 }, output: { b: 2 } }
  writeFileSync(file, `${JSON.stringify({ ...decision, ...about })}\n`)
  expect(await recordDecisions({ file, folder }, services)).toMatchObject({ accepted: 1 })
  await eraseDecisions({ folder, what: { subject: 'p' }, reason: 'request' }, services)
  const serve = (time: string) => {
    const stop = new AbortController()
    // What is due has begun by then, and is waited for.
    const ready = () => {
      stop.abort()
    }
    const run = { signal: stop.signal, ready, note: () => undefined }
    return serveDecisions({ folder, host: '127.0.0.1', port: 0 }, at(time), run)
  }
  await serve('2026-02-01T23:59:00Z')
  cpSync(join(folder, 'decisions'), join(base, 'copy'), { recursive: true })
  await serve('2026-02-02T00:00:00Z')
  await serve('2026-02-04T00:00:00Z')
  // Two epochs were ended by then: by the second, and by this.
  expect((await endEpoch({ folder }, services)).epoch).toBe(3)
  // A copy of the log alone, from before, opens nothing any more.
  rmSync(join(folder, 'decisions'), { recursive: true })
  cpSync(join(base, 'copy'), join(folder, 'decisions'), { recursive: true })
  await expect(endEpoch({ folder }, services)).rejects.toMatchObject({ code: 'key-destroyed' })
})

test('an erasure that could not be stated ends the server, and is carried on when the log is opened', async () => {
  const folder = join(base, 'failing')
  const real = composeServices({ newId: () => 'e-2', now: () => new Date('2026-02-01T00:00:00Z') })
  await declareDeployment({ file: join(base, 'pumps.json'), folder }, real)
  expect(await recordDecisions({ file: join(base, 'd.jsonl'), folder }, real)).toMatchObject({
    accepted: 1,
  })
  let isFull = false
  const services: typeof real = {
    ...real,
    async openWorkspace(at) {
      const workspace = await real.openWorkspace(at)
      const record: typeof workspace.recorder.record = (statement) =>
        isFull
          ? Promise.reject(new OperatingError('storage-failed', 'the disk is full'))
          : workspace.recorder.record(statement)
      return { ...workspace, recorder: { ...workspace.recorder, record } }
    },
  }
  const stop = new AbortController()
  const { promise: listening, resolve: ready } = Promise.withResolvers<unknown>()
  const request = { folder, host: '127.0.0.1', port: 0 }
  const served = serveDecisions(request, services, {
    signal: stop.signal,
    ready,
    note: () => undefined,
  }).catch((error: unknown) => error)
  await listening
  const erasure = { folder, what: { subject: 'p' }, reason: 'request' } as const
  // What was asked wrongly, or can wait, ends nothing.
  await expect(eraseDecisions({ ...erasure, what: { indexes: [7] } }, real)).rejects.toMatchObject({
    code: 'usage-invalid',
  })
  isFull = true
  await expect(eraseDecisions(erasure, real)).rejects.toMatchObject({ code: 'storage-failed' })
  expect(await served).toMatchObject({ code: 'storage-failed' })
  expect(await showDecision({ folder, index: 0, by }, real)).toMatchObject({ groups: null })
  // It was stated by now: the same one is not stated again.
  expect(await endEpoch({ folder }, real)).toMatchObject({ final: [{ erasureId: 'e-2' }] })
})

test('a provider of keys that is away delays the end of an epoch, and decisions are taken meanwhile', async () => {
  const folder = join(base, 'away')
  let isAway = false
  const at = (time: string): Services => {
    const services = composeServices({ newId: () => 'e-1', now: () => new Date(time) })
    return {
      ...services,
      openDecisions: (workspace, { wrapper, ...keys }) =>
        services.openDecisions(workspace, {
          ...keys,
          wrapper: {
            ...wrapper,
            async wrap(...given) {
              if (isAway) throw new OperatingError('key-provider-unavailable', 'it is away')
              return wrapper.wrap(...given)
            },
          },
        }),
    }
  }
  const services = at('2026-02-01T00:00:00Z')
  await declareDeployment({ file: join(base, 'pumps.json'), folder }, services)
  await recordDecisions({ file: join(base, 'd.jsonl'), folder }, services)
  await eraseDecisions({ folder, what: { subject: 'p' }, reason: 'request' }, services)
  isAway = true
  const stop = new AbortController()
  const told = Promise.withResolvers<string>()
  const ready = Promise.withResolvers<readonly [address: string, tokenFile: string]>()
  const served = serveDecisions(
    { folder, host: '127.0.0.1', port: 0 },
    at('2026-02-03T00:00:00Z'),
    {
      signal: stop.signal,
      ready: ({ address, tokenFile }) => ready.resolve([address, tokenFile]),
      note: (text) => told.resolve(text),
    },
  )
  expect(await told.promise).toBe('the epoch of keys goes on: it is away')
  const [address, token] = await ready.promise
  const decision = readFileSync(join(base, 'd.jsonl'), 'utf8')
  const answer = await fetch(`${address}/api/v1/decisions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${readFileSync(token, 'utf8').trim()}`,
      'content-type': 'application/json',
    },
    body: `[${decision.replace('"sequence":0', '"sequence":1')}]`,
  })
  expect(answer.status).toBe(200)
  stop.abort()
  expect(await served).toEqual({ size: 2 })
  isAway = false
  expect(await endEpoch({ folder }, services)).toMatchObject({
    epoch: 2,
    final: [{ erasureId: 'e-1' }],
  })
})

test.each([
  ['2026-04-19T00:00:00Z', 'is due on 2026-05-02'],
  ['2026-05-02T00:00:00Z', 'has been overdue since 2026-05-02'],
])('serving at %s says that the rotation of the key %s', async (time, said) => {
  const folder = join(base, `alarm-${time.slice(5, 7)}`)
  const at = (now: string) => composeServices({ newId: () => 'e-1', now: () => new Date(now) })
  await declareDeployment({ file: join(base, 'pumps.json'), folder }, at('2026-02-01T00:00:00Z'))
  await recordDecisions({ file: join(base, 'd.jsonl'), folder }, at('2026-02-01T00:00:00Z'))
  const stop = new AbortController()
  const notes: string[] = []
  await serveDecisions({ folder, host: '127.0.0.1', port: 0 }, at(time), {
    signal: stop.signal,
    ready: () => undefined,
    note(text) {
      notes.push(text)
      stop.abort()
    },
  })
  expect(notes).toEqual([expect.stringContaining(said)])
})
