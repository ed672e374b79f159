import {
  appendLeaf,
  type Bytes,
  type Checkpoint,
  concatBytes,
  emptyFrontier,
  emptyRoot,
  formatAddCheckpoint,
  formatCheckpoint,
  frontierRoot,
  leafHash,
  nodeHash,
  openNote,
  parseVerifierKey,
  parseWitnessKey,
  proveConsistency,
  sha256Hex,
  signNote,
  textOf,
  utf8,
} from '@proofhouse/evidence'
import fc from 'fast-check'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileLockStore } from '../../adapters/file-lock-store.ts'
import { MemoryLockStore } from '../../adapters/memory-ledger.ts'
import { slotSizeBytes } from '../committed-slots.ts'
import { newLedgerKey } from '../fsck/fsck.fixture.ts'
import { committedPath } from '../layout.ts'
import { fixedSeconds, newWitnessKey, witnessOf } from './witness.fixture.ts'
import { Witness } from './witness.ts'

const key = newLedgerKey('log.example/a')
const other = newLedgerKey('log.example/b')

/** Trees by their leaves, hashed by the plain definition. */
const leavesOf = (size: number, name = 'entry') =>
  Array.from({ length: size }, (_, n) => leafHash(utf8(`${name} ${n}`)))
function nodeOf(leaves: readonly Uint8Array[], level: number, index: number): Uint8Array {
  return level === 0
    ? (leaves[index] ?? new Uint8Array(32))
    : nodeHash(nodeOf(leaves, level - 1, index * 2), nodeOf(leaves, level - 1, index * 2 + 1))
}
const rootOf = (size: number, name?: string): Bytes =>
  size === 0
    ? emptyRoot()
    : new Uint8Array(
        frontierRoot(leavesOf(size, name).reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier)),
      )
const proofOf = async (oldSize: number, size: number) =>
  oldSize === 0 || oldSize > size
    ? []
    : proveConsistency(oldSize, size, ({ level, index }) => nodeOf(leavesOf(size), level, index))
const noteOf = (head: Partial<Checkpoint> & { size: number }, by = key) =>
  signNote(formatCheckpoint({ origin: by.signer.name, root: rootOf(head.size), ...head }), [
    by.signer,
  ])
async function requestOf(oldSize: number, size: number): Promise<Bytes> {
  const proof = await proofOf(oldSize, size)
  return utf8(formatAddCheckpoint({ oldSize, proof, checkpoint: await noteOf({ size }) }))
}
const bare = (checkpoint: string, oldSize = 0) =>
  utf8(formatAddCheckpoint({ oldSize, proof: [], checkpoint }))

test('cosigns what continues what it saw, keeps it first, and shows it', async () => {
  const { witness, verifierKey, store } = await witnessOf(key.verifierKey)
  const id = sha256Hex(utf8('log.example/a'))
  expect(witness.latest(id).status).toBe(404)
  for (const [oldSize, size] of [
    [0, 0],
    [0, 3],
    [3, 3],
    [3, 300],
    [300, 512],
  ] as const) {
    const { status, body } = await witness.addCheckpoint(await requestOf(oldSize, size))
    expect(status).toBe(200)
    const verifier = parseWitnessKey(verifierKey)
    const { verified } = await openNote(`${(await noteOf({ size })).split('\n\n')[0]}\n\n${body}`, [
      verifier,
    ])
    expect(verified.map((one) => verifier.timeOf(one.signature))).toEqual([fixedSeconds])
    const latest = witness.latest(id)
    expect(latest).toMatchObject({ status: 200, body: await store.read() })
    await openNote(latest.body, [verifier, parseVerifierKey(key.verifierKey)])
  }
})

test('each refusal has its status, and changes nothing', async () => {
  const { witness, store } = await witnessOf(key.verifierKey)
  await witness.addCheckpoint(await requestOf(0, 5))
  const before = await store.read()
  const good = await noteOf({ size: 7 })
  const forked = await noteOf({ size: 5, root: rootOf(5, 'other') })
  const altered = good.replace('\n7\n', '\n8\n')
  const stranger = good.replace(/— .*\n/, '— stranger AAAAAAAA\n')
  const answers: readonly (readonly [number, string, Bytes])[] = [
    [400, 'nothing', new Uint8Array()],
    [400, 'no UTF-8', Uint8Array.of(0xff)],
    [400, 'no size', utf8(`\n${good}`)],
    [400, 'a size with a zero before it', utf8(`old 05\n\n${good}`)],
    [400, 'a size below 0', utf8(`old -1\n\n${good}`)],
    [400, 'a hash that is none', utf8(`old 5\nAAAA\n\n${good}`)],
    [400, '64 hashes', utf8(`old 5\n${`${btoa('x'.repeat(32))}\n`.repeat(64)}\n${good}`)],
    [400, 'no signature', utf8(`old 5\n\n${good.split('\n\n')[0]}\n`)],
    [400, 'no checkpoint', bare(await signNote('log.example/a\nx\n', [key.signer]), 5)],
    [400, 'the old size beyond the checkpoint', bare(good, 8)],
    [413, 'too much', concatBytes(bare(good, 5), new Uint8Array(16_384))],
    [404, 'another log', bare(await noteOf({ size: 7 }, other), 5)],
    [403, 'an altered checkpoint', bare(altered, 5)],
    [403, 'a key that is not known', bare(stranger, 5)],
    [409, 'another old size', await requestOf(4, 7)],
    [409, 'no old size', await requestOf(0, 7)],
    [422, 'no proof', bare(good, 5)],
    [422, 'another root of the same size', bare(forked, 5)],
  ]
  for (const [status, name, body] of answers) {
    const answer = await witness.addCheckpoint(body)
    expect([answer.status, await store.read()], name).toEqual([status, before])
    if (status === 409)
      expect(answer).toMatchObject({ body: '5\n', headers: { 'content-type': 'text/x.tlog.size' } })
  }
  expect((await witness.addCheckpoint(await requestOf(5, 7))).status).toBe(200)
})

test('a log without entries has one root, and needs no proof', async () => {
  const { witness } = await witnessOf(key.verifierKey)
  expect(
    (await witness.addCheckpoint(bare(await noteOf({ size: 0, root: rootOf(1) })))).status,
  ).toBe(422)
  const proof = [rootOf(1)]
  const checkpoint = await noteOf({ size: 2 })
  const padded = utf8(formatAddCheckpoint({ oldSize: 0, proof, checkpoint }))
  expect((await witness.addCheckpoint(padded)).status).toBe(422)
})

test('property: of heads sent at once one at most is cosigned for each size seen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { minLength: 2, maxLength: 12 }), async (sizes) => {
      const { witness, store } = await witnessOf(key.verifierKey)
      const answers = await Promise.all(
        sizes.map(async (size) => witness.addCheckpoint(await requestOf(0, size))),
      )
      // From an empty log on only heads of size 0 leave the size as it was.
      const grown = answers.filter(({ status }, n) => status === 200 && (sizes[n] ?? 0) > 0)
      expect(grown.length).toBe(sizes.some((size) => size > 0) ? 1 : 0)
      const kept = Number((await store.read())?.split('\n')[1])
      for (const { status, body } of answers) if (status === 409) expect(Number(body)).toBe(kept)
    }),
    { numRuns: 30 },
  )
})

test('negative space: no changed byte of a request is cosigned as something else', async () => {
  const request = await requestOf(3, 7)
  const { witness, store } = await witnessOf(key.verifierKey)
  await witness.addCheckpoint(await requestOf(0, 3))
  const before = await store.read()
  for (let n = 0; n < request.length; n++) {
    const changed = request.slice()
    changed[n] = (changed[n] ?? 0) ^ 1
    const { status } = await witness.addCheckpoint(changed)
    expect([status >= 400, await store.read()], `byte ${n}`).toEqual([true, before])
  }
})

test('answers nothing that is not kept, and nothing more after a failed write', async () => {
  const store = new MemoryLockStore()
  let fails = true
  const failing = {
    read: () => store.read(),
    swap: (expected: string | null, next: string) =>
      fails ? Promise.reject(new Error('disk')) : store.swap(expected, next),
    release: () => store.release(),
  }
  const { witness } = await witnessOf(key.verifierKey, { store: failing })
  expect((await witness.addCheckpoint(await requestOf(0, 3))).status).toBe(500)
  fails = false
  expect((await witness.addCheckpoint(await requestOf(0, 3))).status).toBe(500)
  expect(await store.read()).toBe(null)
  await witness.close()
})

test('remembers over a restart, and takes no state of another log', async () => {
  const { witness, store } = await witnessOf(key.verifierKey)
  await witness.addCheckpoint(await requestOf(0, 3))
  await witness.close()
  const again = await witnessOf(key.verifierKey, { store })
  expect(await again.witness.addCheckpoint(await requestOf(0, 7))).toMatchObject({
    status: 409,
    body: '3\n',
  })
  expect((await again.witness.addCheckpoint(await requestOf(3, 7))).status).toBe(200)
  const log = parseVerifierKey(other.verifierKey)
  await expect(
    Witness.open({
      logs: [{ origin: log.name, keys: [log], store }],
      signer: newWitnessKey('w').signer,
      nowSeconds: () => 0,
    }),
  ).rejects.toMatchObject({ code: 'ledger-corrupt' })
})

test('goes on from no state of which the newest part is damaged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'witness-state-'))
  const open = async () => {
    const store = await FileLockStore.open(folder, 0)
    return witnessOf(key.verifierKey, { store }).catch(async (error: unknown) => {
      await store.release()
      throw error
    })
  }
  const { witness } = await open()
  await witness.addCheckpoint(await requestOf(0, 3))
  await witness.addCheckpoint(await requestOf(3, 7))
  await witness.close()
  const whole = readFileSync(join(folder, committedPath))
  const flip = (slot: number) => {
    const changed = Buffer.from(whole)
    const at = slot * slotSizeBytes + 60
    writeFileSync(join(folder, committedPath), changed.fill((changed[at] ?? 0) ^ 4, at, at + 1))
  }
  // The second commit is in slot 0.
  flip(0)
  await expect(open()).rejects.toMatchObject({ code: 'ledger-corrupt' })
  flip(1)
  const again = await open()
  expect((await again.witness.addCheckpoint(await requestOf(3, 7))).status).toBe(409)
  await again.witness.close()
  rmSync(folder, { recursive: true })
})

test('behind a slow disk requests wait within a bound; the rest are told to come back', async () => {
  const store = new MemoryLockStore()
  const disk = Promise.withResolvers<void>()
  const slow = {
    read: () => store.read(),
    swap: (...given: Parameters<typeof store.swap>) =>
      disk.promise.then(() => store.swap(...given)),
    release: () => store.release(),
  }
  const { witness } = await witnessOf(key.verifierKey, { store: slow })
  const request = await requestOf(0, 3)
  const asked = Array.from({ length: 60 }, () => witness.addCheckpoint(request))
  const refused = Promise.withResolvers<void>()
  let count = 0
  const watch = async (one: (typeof asked)[number]) => {
    if ((await one).status === 429 && ++count === 28) refused.resolve()
  }
  const watched = Promise.all(asked.map(watch))
  await refused.promise
  const first = await Promise.race(asked)
  expect(first).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  disk.resolve()
  await watched
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect([200, 409, 429].map((one) => statuses.filter((status) => status === one).length)).toEqual([
    1, 31, 28,
  ])
  expect((await witness.addCheckpoint(await requestOf(3, 5))).status).toBe(200)
})

test('keeps one signature of each of the keys of a log, and none of strangers', async () => {
  const { witness, store } = await witnessOf(key.verifierKey)
  const note = await noteOf({ size: 3 })
  const line = note.split('\n\n')[1] ?? ''
  const crowded = `${note}${line.repeat(20)}— stranger AAAAAAAA\n`
  const { body } = await witness.addCheckpoint(bare(crowded))
  expect(await store.read()).toBe(`${note}${body}`)
  expect(textOf(bare(crowded)).length).toBeLessThan(16_384)
})
