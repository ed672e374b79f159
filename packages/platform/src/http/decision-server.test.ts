import { OperatingError } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { decisionServer } from './decision-server.ts'

const url = '/api/v1/decisions'
const authorization = 'Bearer a-token-of-some-length'

function serverOver(take: () => Promise<never>) {
  const failures: unknown[] = []
  const server = decisionServer({ take }, 'a-token-of-some-length', (error) => failures.push(error))
  const post = () =>
    server.inject({ method: 'POST', url, headers: { authorization }, payload: [{ id: 'a' }] })
  const health = async () => (await server.inject('/healthz')).statusCode
  return { post, health, failures }
}

test('a log that has failed is told, and so is its keeper; where it lies is not', async () => {
  const error = new OperatingError('storage-failed', 'ledger file `/srv/x/vault-0`: disk full')
  const { post, health, failures } = serverOver(() => Promise.reject(error))
  expect(await health()).toBe(200)
  const answer = await post()
  expect(answer.statusCode).toBe(507)
  expect(answer.body).not.toContain('/srv/x')
  expect(failures).toEqual([error])
  expect(await health()).toBe(503)
})

test('a log with too much to do says when to come again, and goes on', async () => {
  const { post, health, failures } = serverOver(() =>
    Promise.reject(new OperatingError('ledger-overloaded', '65536 decisions wait already')),
  )
  const answer = await post()
  expect(answer.statusCode).toBe(429)
  expect(answer.headers['retry-after']).toBe('1')
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(await health()).toBe(200)
  expect(failures).toEqual([])
})

test('an address that is none is told as a problem, too', async () => {
  const server = decisionServer({ take: () => Promise.resolve([]) }, 'token', () => undefined)
  const answer = await server.inject('/%zz')
  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.body).toContain('"title":"usage-invalid"')
})
