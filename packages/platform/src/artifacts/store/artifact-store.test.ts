import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { OperatingError, utf8 } from '@proofhouse/evidence'
import { MemoryBlobs } from '../../adapters/memory-blobs.ts'
import { bytesOf, patterned, piecesOf, sortedOf } from './artifact-blobs.contract.fixture.ts'
import { decodeRecord, encodeRecord } from './artifact-record.ts'
import { ArtifactStore } from './artifact-store.ts'
import { FileKeyWrapper } from './file-key-wrapper.fixture.ts'
import type { ArtifactBlobs } from './ports.ts'

const chunkSizeBytes = 16_384
const folder = mkdtempSync(join(tmpdir(), 'artifact-store-'))
const sha256 = (bytes: Uint8Array) => hash('sha256', bytes, 'hex')

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A store in memory, its parts, and a clock that the test moves. */
function newStore(tenant = 'acme', wrapBlobs = (blobs: ArtifactBlobs) => blobs) {
  const clock = { nowMs: 1_000_000 }
  const nowMs = () => clock.nowMs
  const blobs = new MemoryBlobs(nowMs)
  const keys = new FileKeyWrapper(join(folder, 'kek'))
  const store = new ArtifactStore({ tenant, blobs: wrapBlobs(blobs), keys, nowMs })
  const names = (of: string) => sortedOf(blobs.list(`${tenant}/${of}`))
  return { clock, blobs, keys, store, names }
}

const putBytes = (store: ArtifactStore, bytes: Uint8Array) => store.put(piecesOf(bytes))

/** Changes a blob where it lies. */
async function change(blobs: ArtifactBlobs, name: string, edit: (bytes: Uint8Array) => Uint8Array) {
  const bytes = await bytesOf(blobs.read(name))
  await blobs.write(name, piecesOf(edit(bytes)))
}

const flip = (at: number) => (bytes: Uint8Array) => {
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

test('artifacts of every size and every range of them come back', async () => {
  const { store } = newStore()
  const sizes = fc
    .tuple(fc.nat({ max: 3 }), fc.integer({ min: -1, max: 1 }))
    .map(([chunks, off]) => Math.max(0, chunks * chunkSizeBytes + off))
  const property = fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (sizeBytes, a, b) => {
    const bytes = patterned(sizeBytes, a)
    const put = await store.put(piecesOf(bytes.subarray(0, 9), bytes.subarray(9)))
    expect(put).toEqual({ digest: sha256(bytes), sizeBytes })
    expect(await store.stat(put.digest)).toEqual(put)
    expect(Buffer.compare(await bytesOf(store.read(put.digest)), bytes)).toBe(0)
    const [start = 0, end = 0] = [a, b].map((n) => n % (sizeBytes + 2)).toSorted((x, y) => x - y)
    const part = await bytesOf(store.readRange(put.digest, { start, end }))
    expect(Buffer.compare(part, bytes.subarray(start, end))).toBe(0)
  })
  await fc.assert(property, { numRuns: 40 })
})

test('what is there already is neither stored twice nor, with its digest, read', async () => {
  const { store, names, keys } = newStore()
  const bytes = patterned(50_000)
  const { digest } = await putBytes(store, bytes)
  const before = await names('data')
  expect(await putBytes(store, bytes)).toEqual({ digest, sizeBytes: 50_000 })
  expect(await names('data')).toEqual(before)
  let isRead = false
  const watched = (async function* () {
    isRead = true
    yield* piecesOf(bytes)
  })()
  const asked = keys.asked.length
  expect(await store.put(watched, digest)).toEqual({ digest, sizeBytes: 50_000 })
  expect(isRead).toBe(false)
  expect(keys.asked.length).toBe(asked)
})

test('bytes of another digest than expected are refused, and nothing of them stays', async () => {
  const { store, names } = newStore()
  const expected = sha256(utf8('expected'))
  const refused = { code: 'artifact-corrupt' }
  await expect(store.put(piecesOf(utf8('other')), expected)).rejects.toMatchObject(refused)
  expect([await names('names'), await names('data')]).toEqual([[], []])
})

test('the same artifact of two tenants is two, and neither opens the other', async () => {
  const { blobs, keys, store, names } = newStore('acme')
  const nowMs = () => 0
  const other = new ArtifactStore({ tenant: 'umbrella', blobs, keys, nowMs })
  const bytes = patterned(20_000)
  const { digest } = await putBytes(store, bytes)
  expect(await other.stat(digest)).toBeNull()
  expect(await sortedOf(other.list())).toEqual([])
  await putBytes(other, bytes)
  const place = (tenant: string) => ({ tenant, kind: 'artifact', id: digest, version: 1 })
  expect(keys.asked).toEqual([place('acme'), place('umbrella')])
  expect(await sortedOf(other.list())).toEqual([digest])
  // The record and ciphertext of one tenant, moved to the other's place.
  for (const name of [...(await names('names')), ...(await names('data'))])
    await blobs.write(name.replace('acme', 'umbrella'), blobs.read(name))
  await expect(bytesOf(other.read(digest))).rejects.toMatchObject({ code: 'ciphertext-invalid' })
  await store.remove(digest)
  expect(await store.stat(digest)).toBeNull()
  expect(await sortedOf(other.list())).toEqual([digest])
})

test('what is removed is gone with its key and its ciphertext', async () => {
  const { store, names } = newStore()
  const { digest } = await putBytes(store, patterned(40_000))
  await putBytes(store, utf8('kept'))
  await store.remove(digest)
  await store.remove(digest)
  expect([(await names('names')).length, (await names('data')).length]).toEqual([1, 1])
  const missing = { code: 'artifact-missing' }
  await expect(bytesOf(store.read(digest))).rejects.toMatchObject(missing)
  await expect(bytesOf(store.readRange(digest, { start: 0, end: 1 }))).rejects.toMatchObject(
    missing,
  )
  await expect(store.rewrap(digest)).rejects.toMatchObject(missing)
})

test('a key is wrapped anew while its ciphertext stays', async () => {
  const { store, names, blobs, keys } = newStore()
  const bytes = patterned(30_000)
  const { digest } = await putBytes(store, bytes)
  const [record = ''] = await names('names')
  const [data = ''] = await names('data')
  const before = await bytesOf(blobs.read(record))
  const ciphertext = await bytesOf(blobs.read(data))
  expect(await store.rewrap(digest)).toBe(false)
  expect(await bytesOf(blobs.read(record))).toEqual(before)
  keys.version = 2
  expect(await store.rewrap(digest)).toBe(true)
  expect(await bytesOf(blobs.read(record))).not.toEqual(before)
  expect(await names('data')).toEqual([data])
  expect(await bytesOf(blobs.read(data))).toEqual(ciphertext)
  expect(await bytesOf(store.read(digest))).toEqual(bytes)
})

test('a re-wrap of all that was stopped goes on where it was', async () => {
  const { store, keys } = newStore()
  const digests: string[] = []
  for (let n = 0; n < 5; n++) digests.push((await putBytes(store, utf8(`artifact ${n}`))).digest)
  keys.version = 2
  const done: string[] = []
  for await (const digest of store.rewrapAll()) if (done.push(digest) === 2) break
  for await (const digest of store.rewrapAll()) done.push(digest)
  expect(done.toSorted()).toEqual(digests.toSorted())
  expect(await sortedOf(store.rewrapAll())).toEqual([])
  for (const digest of digests) expect(sha256(await bytesOf(store.read(digest)))).toBe(digest)
})

test.each([
  ['rewrap', 'remove'],
  ['remove', 'rewrap'],
] as const)('%s and %s at once leave neither key nor ciphertext', async (first, second) => {
  const callsMax = 8
  for (let before = 0; before < callsMax; before++)
    for (let between = 0; between < callsMax; between++) {
      const { keys, blobs, names } = newStore()
      const open = (place: ArtifactBlobs) =>
        new ArtifactStore({ tenant: 'acme', blobs: place, keys, nowMs: () => 0 })
      const { digest } = await putBytes(open(blobs), utf8('to be gone'))
      keys.version = 2
      const [one, other] = [new Stepper(), new Stepper()]
      await one.start(() => open(one.slowed(blobs))[first](digest))
      await one.steps(before)
      await other.start(() => open(other.slowed(blobs))[second](digest))
      await other.steps(between)
      await one.steps(callsMax)
      await other.steps(callsMax)
      const left = [...(await names('names')), ...(await names('data'))]
      expect(left, `${before} calls, ${between} of the other`).toEqual([])
    }
})

test('a put that finds no key service leaves nothing, and a read fails closed', async () => {
  const { store, names, keys } = newStore()
  const { digest } = await putBytes(store, utf8('before'))
  keys.isDown = true
  const unreachable = { code: 'server-unreachable' }
  await expect(putBytes(store, utf8('meanwhile'))).rejects.toMatchObject(unreachable)
  await expect(bytesOf(store.read(digest))).rejects.toMatchObject(unreachable)
  expect((await names('data')).length).toBe(1)
  expect(await store.stat(digest)).toEqual({ digest, sizeBytes: 6 })
  keys.isDown = false
  expect(await bytesOf(store.read(digest))).toEqual(utf8('before'))
})

test('what interrupted puts left is swept once it is old, and nothing else', async () => {
  const { store, names, blobs, clock } = newStore()
  const { digest } = await putBytes(store, utf8('named'))
  await blobs.write(`acme/data/ab/${'ab'.repeat(16)}`, piecesOf(utf8('left behind')))
  expect(await store.sweep(1_000)).toBe(0)
  clock.nowMs += 1_000
  expect(await store.sweep(1_000)).toBe(1)
  expect((await names('data')).length).toBe(1)
  expect(await bytesOf(store.read(digest))).toEqual(utf8('named'))
  // While one record cannot be read, nobody knows what it names.
  await blobs.write(`acme/data/ab/${'ab'.repeat(16)}`, piecesOf(utf8('left behind')))
  const [record = ''] = await names('names')
  await change(blobs, record, flip(0))
  clock.nowMs += 1_000
  await expect(store.sweep(1_000)).rejects.toMatchObject({ code: 'artifact-corrupt' })
  expect((await names('data')).length).toBe(2)
})

describe('what somebody changed in the place is refused', () => {
  test('every changed byte of a record', async () => {
    const { store, names, blobs } = newStore()
    const { digest } = await putBytes(store, utf8('x'))
    const [record = ''] = await names('names')
    const whole = await bytesOf(blobs.read(record))
    for (let at = 0; at < whole.length; at++) {
      await blobs.write(record, piecesOf(flip(at)(whole)))
      await expect(bytesOf(store.read(digest)), `byte ${at}`).rejects.toBeInstanceOf(OperatingError)
    }
  })

  test('every kind of change to a ciphertext, whole and by ranges', async () => {
    const { store, names, blobs } = newStore()
    const bytes = patterned(2 * chunkSizeBytes + 5)
    const { digest } = await putBytes(store, bytes)
    const [data = ''] = await names('data')
    const whole = await bytesOf(blobs.read(data))
    const changes: readonly ((b: Uint8Array) => Uint8Array)[] = [
      ...[0, 30, 60, 20_000, whole.length - 1].map(flip),
      (b) => b.subarray(0, -1),
      (b) => b.subarray(0, 56 + 16_400),
      (b) => b.subarray(0, 56 + 16_400 + 20),
      () => new Uint8Array(),
    ]
    const everything = { start: 0, end: bytes.length }
    for (const edit of changes) {
      await blobs.write(data, piecesOf(edit(whole)))
      const refused = { code: 'ciphertext-invalid' }
      await expect(bytesOf(store.read(digest))).rejects.toMatchObject(refused)
      await expect(bytesOf(store.readRange(digest, everything))).rejects.toMatchObject(refused)
    }
  })

  test('the record of another artifact, under this one’s name', async () => {
    const { store, names, blobs } = newStore()
    const { digest } = await putBytes(store, utf8('one'))
    const before = await names('names')
    await putBytes(store, utf8('two'))
    const [two = ''] = (await names('names')).filter((name) => !before.includes(name))
    await blobs.write(before[0] ?? '', blobs.read(two))
    await expect(bytesOf(store.read(digest))).rejects.toMatchObject({ code: 'ciphertext-invalid' })
  })

  test('a broken record or a lost ciphertext is mended by putting the bytes again', async () => {
    const { store, names, blobs } = newStore()
    const bytes = utf8('mended')
    const { digest } = await putBytes(store, bytes)
    const [record = ''] = await names('names')
    await change(blobs, record, (b) => b.subarray(1))
    await expect(bytesOf(store.read(digest))).rejects.toMatchObject({ code: 'artifact-corrupt' })
    expect(await store.stat(digest)).toBeNull()
    await store.put(piecesOf(bytes), digest)
    expect(await bytesOf(store.read(digest))).toEqual(bytes)
    for (const name of await names('data')) await blobs.remove(name)
    await expect(bytesOf(store.read(digest))).rejects.toMatchObject({ code: 'artifact-corrupt' })
    await store.put(piecesOf(bytes), digest)
    expect(await bytesOf(store.read(digest))).toEqual(bytes)
  })

  test('bytes that a holder of the keys put under another name', async () => {
    const { store, keys, blobs } = newStore()
    const digest = sha256(utf8('promised'))
    const { digest: real } = await putBytes(store, utf8('delivered'))
    const nameOf = (of: string) => `acme/names/${of.slice(0, 2)}/${of}`
    const record = decodeRecord(await bytesOf(blobs.read(nameOf(real))), real)
    const place = (id: string) => ({ tenant: 'acme', kind: 'artifact', id, version: 1 }) as const
    const key = await keys.unwrap(record.wrappedKey, place(real))
    const forged = { ...record, wrappedKey: await keys.wrap(key, place(digest)) }
    await blobs.write(nameOf(digest), piecesOf(encodeRecord(forged)))
    const read: Uint8Array[] = []
    const reading = async () => {
      for await (const piece of store.read(digest)) read.push(piece)
    }
    await expect(reading()).rejects.toMatchObject({ code: 'artifact-corrupt' })
    expect(read).toEqual([])
  })
})

test('names that are none are refused', async () => {
  for (const tenant of ['', 'Acme', '../x', 'a/b', '-a', '.a', 'a'.repeat(129)])
    expect(() => newStore(tenant), tenant).toThrow('is no name')
  const { store } = newStore()
  for (const digest of ['', 'ab', 'AB'.repeat(32), `${'ab'.repeat(31)}/.`])
    await expect(store.stat(digest), digest).rejects.toMatchObject({ code: 'usage-invalid' })
})

/** Lets pass that an artifact is gone. */
function unlessGone(error: unknown): void {
  const codes: readonly unknown[] = ['artifact-missing', 'artifact-corrupt']
  if (!(error instanceof OperatingError && codes.includes(error.code))) throw error
}

/** Something that runs only as far as it is let, call by call of its blobs. */
class Stepper {
  #waits = Promise.withResolvers<void>()
  #goes = Promise.withResolvers<void>()
  #isDone = false

  /** Runs it up to its first call. */
  async start(run: () => Promise<unknown>): Promise<void> {
    void this.#run(run)
    await this.#waits.promise
  }

  /** Lets it make so many calls, or as many as it has left. */
  async steps(count: number): Promise<void> {
    for (let n = 0; n < count && !this.#isDone; n++) {
      this.#waits = Promise.withResolvers<void>()
      this.#goes.resolve()
      await this.#waits.promise
    }
  }

  async #run(run: () => Promise<unknown>): Promise<void> {
    try {
      await run().catch(unlessGone)
      this.#isDone = true
      this.#waits.resolve()
    } catch (error) {
      this.#waits.reject(error)
    }
  }

  /** Blobs of which each call waits to be let. */
  slowed(blobs: ArtifactBlobs): ArtifactBlobs {
    const turn = async () => {
      this.#goes = Promise.withResolvers<void>()
      this.#waits.resolve()
      await this.#goes.promise
    }
    return {
      write: (name, source) => turn().then(() => blobs.write(name, source)),
      stat: (name) => turn().then(() => blobs.stat(name)),
      remove: (name) => turn().then(() => blobs.remove(name)),
      list: (name) => blobs.list(name),
      read: async function* (name, range) {
        await turn()
        yield* blobs.read(name, range)
      },
    }
  }
}

/** Blobs of which one call fails: without effect, or after it. */
function failingAt(blobs: ArtifactBlobs, at: number, isKept: boolean) {
  let calls = 0
  const fated = async <T>(call: () => Promise<T>): Promise<T> => {
    if (calls++ !== at) return call()
    if (isKept) await call()
    throw new OperatingError('storage-failed', 'injected')
  }
  const failing: ArtifactBlobs = {
    write: (name, source) => fated(() => blobs.write(name, source)),
    stat: (name) => fated(() => blobs.stat(name)),
    remove: (name) => fated(() => blobs.remove(name)),
    list: (name) => blobs.list(name),
    read: async function* (name, range) {
      yield await fated(() => bytesOf(blobs.read(name, range)))
    },
  }
  return { failing, calls: () => calls }
}

test('whichever call fails, what is named can be read, and the next try succeeds', async () => {
  let failures = 0
  for (const isKept of [false, true])
    for (let at = 0; ; at++) {
      let calls = () => 0
      const { store, names, clock, blobs, keys } = newStore('acme', (whole) => {
        const { failing, calls: counted } = failingAt(whole, at, isKept)
        calls = counted
        return failing
      })
      const healthy = new ArtifactStore({ tenant: 'acme', blobs, keys, nowMs: () => clock.nowMs })
      const [first, second] = [utf8('the first'), utf8('the second')]
      const steps = [
        () => putBytes(store, first),
        () => putBytes(store, first),
        () => {
          keys.version = 2
          return store.rewrap(sha256(first))
        },
        () => putBytes(store, second),
        () => store.remove(sha256(second)),
        () => store.put(piecesOf(first), sha256(first)),
      ]
      for (const step of steps) {
        // Tried until it works: one call in all fails.
        const once = async () => step()
        await once().catch(async (error: unknown) => {
          expect(error).toMatchObject({ code: 'storage-failed' })
          failures++
          for await (const digest of healthy.list())
            expect(sha256(await bytesOf(healthy.read(digest)))).toBe(digest)
          await once()
        })
      }
      expect(await sortedOf(healthy.list())).toEqual([sha256(first)])
      clock.nowMs += 10
      await healthy.sweep(10)
      expect((await names('data')).length).toBe(1)
      expect(await bytesOf(healthy.read(sha256(first)))).toEqual(first)
      if (calls() <= at) break
    }
  expect(failures).toBeGreaterThan(20)
})
