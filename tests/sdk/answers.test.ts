// What stands between a client and its log answers for it: too busy, too large, nonsense. Nothing is lost, and nobody waits behind one.

import { afterEach, expect, test } from 'vitest'
import type { OperatingError } from '../../packages/sdk/src/index.ts'
import { newService, whenTold } from './client.fixture.ts'
import { decided } from './decided.fixture.ts'
import { type Instead, passOn } from './passing-server.fixture.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function behind(instead: (body: string) => Instead | null) {
  const at = await newService()
  const before = await passOn(at.url, instead)
  ends.push(
    () => before.close(),
    () => at.end(),
  )
  return { at, url: before.url }
}
const problem = (status: number, code: string): Instead => ({
  status,
  body: JSON.stringify({ type: `https://proofhouse.dev/errors#${code}`, title: code, status }),
  headers: { 'content-type': 'application/problem+json', 'retry-after': '0' },
})

test('one decision for which batches are not taken is found, and stands aside alone', async () => {
  let requests = 0
  const { at, url } = await behind((body) => {
    requests += 1
    return body.includes('poison') ? problem(400, 'decision-malformed') : null
  })
  const client = await at.client({ url })
  const subjects = Array.from({ length: 40 }, (_, n) => (n === 27 ? 'poison' : `p-${n}`))
  await Promise.all(subjects.map((subject) => client.record(decided(subject))))
  await client.flush()
  expect((await Array.fromAsync(client.refused())).map(({ sequence }) => sequence)).toEqual([27])
  expect(at.log.size).toBe(39)
  expect(at.log.sources.list()).toMatchObject([{ next: 40, gaps: [{ from: 27, to: 28 }] }])
  expect(requests).toBeLessThan(20)
})

test('who is too busy is asked again; an answer that is none settles nothing', async () => {
  const answers: Instead[] = [
    problem(429, 'ledger-overloaded'),
    { status: 200, body: '{"outcomes":[]}', headers: { 'content-type': 'application/json' } },
    { status: 413, body: 'too large' },
  ]
  const told: (string | undefined)[] = []
  const over = whenTold<null>()
  const { at, url } = await behind((body) =>
    body.startsWith('[') ? (answers.shift() ?? null) : null,
  )
  const onProblem = (error: OperatingError | null) => {
    told.push(error?.code)
    if (error === null) over.tell(null)
  }
  const client = await at.client({ url, onProblem })
  await client.record(decided('p-0'))
  await client.flush()
  expect([at.log.size, client.status.refused]).toEqual([1, 0])
  await over.told
  expect(told).toEqual(['server-unreachable', 'server-refused', 'server-refused', undefined])
})

test('what came and was not answered is sent again, and is one decision', async () => {
  const cut = whenTold<null>()
  const { at, url } = await behind((body) => {
    if (body.startsWith('[')) cut.tell(null)
    return null
  })
  const first = await at.client({ url })
  await first.record(decided('p-0'))
  await cut.told
  // Closed while its answer may be on the way.
  await first.close()
  const second = await at.client({ url })
  await second.record(decided('p-1'))
  await second.flush()
  expect(at.log.sources.list()).toEqual([{ source: 'gateway-1', next: 2, gaps: [] }])
  expect(at.log.size).toBe(2)
})
