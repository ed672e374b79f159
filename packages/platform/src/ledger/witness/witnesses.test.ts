import {
  type Bytes,
  checkTrust,
  OperatingError,
  parseNote,
  parseTrustPolicy,
  textOf,
  utf8,
  verifyTlogProof,
} from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { fsck } from '../fsck/fsck.ts'
import { checkpointPath } from '../layout.ts'
import type { WitnessReply, WitnessServer } from './ask-witness.ts'
import { newLog, newWitnessKey, witnessOf } from './witness.fixture.ts'
import { Witnesses } from './witnesses.ts'

const times = { roundMaxMs: 150, lingerMs: 30 }
const reply = (status: number, body = '', retryAfterMs: number | null = 0): WitnessReply => ({
  status,
  retryAfterMs,
  body: utf8(body),
})
/** A server that is no good, and how often it was asked. */
function badServer(answer: (n: number) => Promise<WitnessReply>) {
  const asked = { count: 0 }
  const server: WitnessServer = { addCheckpoint: () => answer(asked.count++) }
  return { server, asked }
}
const always = (given: WitnessReply) => () => Promise.resolve(given)

type Log = Awaited<ReturnType<typeof newLog>>
async function openWith(
  log: Log,
  witnesses: Readonly<Record<string, { verifierKey: string; server: WitnessServer }>>,
  quorum: string,
) {
  const ledger = await log.open()
  const lines = Object.entries(witnesses).map(([name, w]) => `witness ${name} ${w.verifierKey}`)
  const text = `log ${log.verifierKey}\n${lines.join('\n')}\n${quorum}\n`
  const policy = parseTrustPolicy(text)
  const servers = new Map(Object.entries(witnesses).map(([name, { server }]) => [name, server]))
  const source = {
    checkpoint: () => ledger.checkpoint(),
    cosigned: (note: string) => ledger.cosigned(note),
    tiles: log.stores.tiles,
  }
  return { ledger, policy, witnesses: new Witnesses(source, { policy, servers, times }) }
}
const appendMany = (ledger: { append(entry: Bytes): Promise<number> }, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => ledger.append(utf8(`entry ${n}`))))
const published = async ({ stores }: Log) =>
  textOf((await stores.tiles.read(checkpointPath)) ?? new Uint8Array())

test('a published head is witnessed when its quorum has cosigned it, and proofs then say so', async () => {
  const log = await newLog()
  const w1 = await witnessOf(log.verifierKey, { name: 'w.example/1' })
  const w2 = await witnessOf(log.verifierKey, { name: 'w.example/2' })
  const { ledger, policy, witnesses } = await openWith(
    log,
    { w1, w2 },
    'group g all w1 w2\nquorum g',
  )
  await appendMany(ledger, 300)
  await ledger.checkpoint()
  await expect(checkTrust(await published(log), policy)).rejects.toMatchObject({
    code: 'trust-not-met',
  })
  const first = await witnesses.witnessed()
  expect(first).toMatchObject({ witnessed: true, merged: true, checkpoint: { size: 300 } })
  expect((await checkTrust(await published(log), policy)).witnesses.length).toBe(2)
  const proof = await ledger.proof(7)
  await verifyTlogProof({ proof, entry: utf8('entry 7'), trust: policy })
  // A later head begins unwitnessed, and is asked about with the size that is known by now.
  await ledger.append(utf8('one more'))
  await ledger.checkpoint()
  expect(await published(log)).not.toContain('w.example')
  expect(await witnesses.witnessed()).toMatchObject({ witnessed: true, checkpoint: { size: 301 } })
  expect(w1.sent.map((body) => body.split('\n')[0])).toEqual(['old 0', 'old 300'])
  await ledger.close()
  expect((await fsck({ tiles: log.stores.tiles, trust: policy })).findings).toEqual([])
})

test('nobody is asked twice about a head, and it keeps its cosignatures over a restart', async () => {
  const log = await newLog()
  const w1 = await witnessOf(log.verifierKey)
  const before = await openWith(log, { w1 }, 'quorum w1')
  await before.ledger.append(utf8('entry'))
  await before.witnesses.witnessed()
  await before.ledger.close()
  const note = await published(log)
  const after = await openWith(log, { w1 }, 'quorum w1')
  expect(await published(log)).toBe(note)
  expect(await after.witnesses.witnessed()).toMatchObject({ witnessed: true, note })
  expect(w1.sent.length).toBe(1)
  await after.ledger.close()
  expect(await published(log)).toBe(note)
})

test('a witness that has seen more than it is told first names its size, and gets a proof from there', async () => {
  const log = await newLog()
  const w1 = await witnessOf(log.verifierKey)
  for (const count of [3, 400]) {
    const { ledger, witnesses } = await openWith(log, { w1 }, 'quorum w1')
    await appendMany(ledger, count)
    expect(await witnesses.witnessed()).toMatchObject({ witnessed: true })
    await ledger.close()
  }
  expect(w1.sent.map((body) => body.split('\n')[0])).toEqual(['old 0', 'old 0', 'old 3'])
})

const wrongKey = newWitnessKey('w.example/1')
const bad: Readonly<
  Record<string, { answer: (n: number) => Promise<WitnessReply>; kind: string; asked: number }>
> = {
  'never answers': { answer: () => new Promise(() => {}), kind: 'unavailable', asked: 1 },
  'cannot be reached': {
    answer: () => Promise.reject(new OperatingError('server-unreachable', 'no connection')),
    kind: 'unavailable',
    asked: 1,
  },
  'is overloaded for ever': { answer: always(reply(429)), kind: 'unavailable', asked: 3 },
  'is broken': { answer: always(reply(500, 'oops')), kind: 'unavailable', asked: 3 },
  'asks for an hour of patience': {
    answer: always(reply(503, '', 3_600_000)),
    kind: 'unavailable',
    asked: 1,
  },
  'does not know the log': { answer: always(reply(404)), kind: 'refused', asked: 1 },
  'knows another key': { answer: always(reply(403)), kind: 'refused', asked: 1 },
  'answers with nothing': { answer: always(reply(200)), kind: 'refused', asked: 1 },
  'answers with noise': { answer: always(reply(200, '<html>\n\n')), kind: 'refused', asked: 1 },
  'leads elsewhere': { answer: always(reply(302)), kind: 'refused', asked: 1 },
  'conflicts without a word': { answer: always(reply(409)), kind: 'refused', asked: 1 },
  'conflicts with the size it was told': {
    answer: always(reply(409, '0\n')),
    kind: 'refused',
    asked: 1,
  },
  'names another size each time': {
    answer: (n) => Promise.resolve(reply(409, `${n + 1}\n`)),
    kind: 'unavailable',
    asked: 3,
  },
  'has seen a longer log': { answer: always(reply(409, '99\n')), kind: 'disagrees', asked: 1 },
  'has seen another beginning': {
    answer: (n) => Promise.resolve(n === 0 ? reply(409, '3\n') : reply(422)),
    kind: 'disagrees',
    asked: 2,
  },
  'has seen another tree of this size': {
    answer: (n) => Promise.resolve(n === 0 ? reply(409, '5\n') : reply(409)),
    kind: 'disagrees',
    asked: 2,
  },
}

test.each(Object.entries(bad))(
  'a witness that %s delays and breaks nothing, and is told apart',
  async (_, { answer, kind, asked }) => {
    const log = await newLog()
    const good = await witnessOf(log.verifierKey, { name: 'w.example/good' })
    const { server, asked: times_ } = badServer(answer)
    const { ledger, policy, witnesses } = await openWith(
      log,
      { good, bad: { ...wrongKey, server } },
      'group g any good bad\nquorum g',
    )
    for (let n = 0; n < 5; n++) await ledger.append(utf8(`entry ${n}`))
    const asking = witnesses.witnessed()
    // While it is asked, appends and publication go on.
    const { words, witnessed } = await asking
    expect(witnessed).toBe(true)
    expect(words.map(({ outcome }) => outcome)).toEqual(['cosigned', kind])
    expect(words[1]?.problem).toMatch(/\w/)
    expect(times_.count).toBe(asked)
    await checkTrust(await published(log), policy)
    await ledger.close()
  },
)

test('appends and publication go on while a witness is silent, and its late word is not written over a newer head', async () => {
  const log = await newLog()
  const w1 = await witnessOf(log.verifierKey)
  const gate = Promise.withResolvers<void>()
  const server: WitnessServer = {
    addCheckpoint: async (body, signal) => {
      await gate.promise
      return w1.server.addCheckpoint(body, signal)
    },
  }
  const { ledger, witnesses } = await openWith(log, { w1: { ...w1, server } }, 'quorum w1')
  await ledger.append(utf8('a'))
  await ledger.checkpoint()
  const asking = witnesses.witnessed()
  for (let n = 0; n < 20; n++) await ledger.append(utf8(`entry ${n}`))
  const { note } = await ledger.checkpoint()
  expect(parseNote(await published(log)).text).toContain('\n21\n')
  gate.resolve()
  expect(await asking).toMatchObject({ checkpoint: { size: 1 }, witnessed: true, merged: false })
  expect(await published(log)).toBe(note)
  expect(await witnesses.witnessed()).toMatchObject({ checkpoint: { size: 21 }, merged: true })
  await ledger.close()
})

test('a cosignature by another key, or of another head, does not count', async () => {
  const log = await newLog()
  const w1 = await witnessOf(log.verifierKey)
  const stranger = await witnessOf(log.verifierKey)
  const forged = await openWith(log, { w1: { ...w1, server: stranger.server } }, 'quorum w1')
  await forged.ledger.append(utf8('a'))
  const { note } = await forged.ledger.checkpoint()
  const result = await forged.witnesses.witnessed()
  expect(result).toMatchObject({ witnessed: false, words: [{ outcome: 'refused' }] })
  expect(await published(log)).toBe(note)
  const older: string[] = []
  const replay: WitnessServer = {
    addCheckpoint: async (body, signal) => {
      const answer = await w1.server.addCheckpoint(body, signal)
      older.push(textOf(answer.body))
      return { ...answer, body: utf8(older[0] ?? '') }
    },
  }
  await forged.ledger.close()
  const { ledger, witnesses } = await openWith(log, { w1: { ...w1, server: replay } }, 'quorum w1')
  expect((await witnesses.witnessed()).witnessed).toBe(true)
  await ledger.append(utf8('b'))
  expect(await witnesses.witnessed()).toMatchObject({ witnessed: false })
  await ledger.close()
})

test('a round ends when it is closed, and a failed write of its cosignatures is its own', async () => {
  const log = await newLog()
  const w1 = await witnessOf(log.verifierKey)
  const silent = {
    ...newWitnessKey('w.example/silent'),
    server: badServer(() => new Promise(() => {})).server,
  }
  const { ledger, witnesses } = await openWith(log, { silent }, 'quorum silent')
  await ledger.append(utf8('a'))
  const asking = witnesses.witnessed()
  witnesses.close()
  expect(await asking).toMatchObject({ witnessed: false, words: [{ outcome: 'unavailable' }] })
  const { tiles } = log.stores
  const write = tiles.write.bind(tiles)
  tiles.write = () => Promise.reject(new Error('disk'))
  const policy = parseTrustPolicy(
    `log ${log.verifierKey}\nwitness w1 ${w1.verifierKey}\nquorum w1\n`,
  )
  const source = {
    checkpoint: () => ledger.checkpoint(),
    cosigned: (note: string) => ledger.cosigned(note),
    tiles: log.stores.tiles,
  }
  const failing = new Witnesses(source, { policy, servers: new Map([['w1', w1.server]]), times })
  await expect(failing.witnessed()).rejects.toThrow('disk')
  tiles.write = write
  expect(await ledger.append(utf8('b'))).toBe(1)
  expect(await failing.witnessed()).toMatchObject({ witnessed: true })
  await ledger.close()
})
