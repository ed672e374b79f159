// One contract per port of the ledger; every adapter of a port passes it.

import { type Bytes, textOf, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import type { LockStore, SharedLog, StagedBatch, StagingLog, TileStore } from '../ledger/index.ts'

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}

/** A store that a test makes, empty. */
type Making<T> = () => T | Promise<T>

/** What every tile store does. */
export function describeTileStore(name: string, make: Making<TileStore>): void {
  describe(`a tile store ${name}`, () => {
    const read = async (store: TileStore, path: string) => {
      const content = await store.read(path)
      return content === null ? null : textOf(content)
    }

    test('gives back what was written last, also empty content', async () => {
      const store = await make()
      expect(await read(store, 'tile/0/000')).toBeNull()
      await store.write('checkpoint', utf8('one'))
      await store.write('checkpoint', utf8('two'))
      // Of a tile there is only one content ever; it may be written again.
      await store.write('tile/0/000', utf8('tile'))
      await store.write('tile/0/000', utf8('tile'))
      await store.write('tile/0/001.p/3', new Uint8Array())
      await store.sync(['checkpoint', 'tile/0/000', 'tile/0/001.p/3'])
      expect(await read(store, 'checkpoint')).toBe('two')
      expect(await read(store, 'tile/0/000')).toBe('tile')
      expect(await read(store, 'tile/0/001.p/3')).toBe('')
    })

    test('keeps its own copy', async () => {
      const store = await make()
      const content = utf8('content')
      await store.write('checkpoint', content)
      content.fill(0)
      const given = await store.read('checkpoint')
      given?.fill(0)
      expect(await read(store, 'checkpoint')).toBe('content')
    })

    test('finds nothing at folders, below files and beside similar names', async () => {
      const store = await make()
      await store.write('tile/0/000', utf8('x'))
      for (const path of ['tile', 'tile/0', 'tile/0/000/1', 'tile/0/00', 'tile/0/0000'])
        expect(await read(store, path), path).toBeNull()
    })

    test('lists every file by its path', async () => {
      const store = await make()
      const paths = ['checkpoint', 'tile/0/000', 'tile/0/x001/234', 'tile/entries/000.p/1']
      expect(await collect(store.list())).toEqual([])
      for (const path of paths) await store.write(path, utf8(path))
      expect((await collect(store.list())).toSorted()).toEqual(paths)
    })

    test('removes files and folders, and writes them again', async () => {
      const store = await make()
      for (const path of ['tile/0/000.p/1', 'tile/0/000.p/2', 'tile/0/000']) {
        await store.write(path, utf8('x'))
      }
      await store.remove('tile/0/000.p')
      expect(await collect(store.list())).toEqual(['tile/0/000'])
      await store.remove('tile/0/000.p')
      await store.remove('tile/0/000')
      expect(await collect(store.list())).toEqual([])
      await store.write('tile/0/000.p/1', utf8('again'))
      expect(await read(store, 'tile/0/000.p/1')).toBe('again')
    })
  })
}

/** What every lock store does; `again` opens it as whoever comes next. */
export function describeLockStore(
  name: string,
  make: Making<{ store: LockStore; again: () => Promise<LockStore> }>,
): void {
  describe(`a lock store ${name}`, () => {
    test('swaps only what is expected', async () => {
      const { store } = await make()
      expect(await store.read()).toBeNull()
      await expect(store.swap('one', 'two')).rejects.toMatchObject({ code: 'ledger-conflict' })
      await store.swap(null, 'one')
      await expect(store.swap(null, 'two')).rejects.toMatchObject({ code: 'ledger-conflict' })
      await store.swap('one', 'two')
      await store.swap('two', 'two')
      expect(await store.read()).toBe('two')
      await store.release()
    })

    test('remembers for whoever comes next', async () => {
      const made = await make()
      let { store } = made
      let note: string | null = null
      for (let round = 0; round < 5; round++) {
        expect(await store.read()).toBe(note)
        const next = `note ${round}`
        await store.swap(note, next)
        note = next
        await store.release()
        await store.release()
        store = await made.again()
      }
      await store.release()
    })
  })
}

const batch = (firstIndex: number, count: number): StagedBatch => ({
  firstIndex,
  count,
  bundle: new Uint8Array(count * 12).fill(firstIndex),
})

async function append(log: StagingLog, from: number, to: number, width: number): Promise<void> {
  for (let first = from; first < to; first += width) await log.append(batch(first, width))
}

/** What every staging log does; `again` opens it as whoever comes next. */
export function describeStagingLog(
  name: string,
  make: Making<{ log: StagingLog; again: Making<StagingLog> }>,
): void {
  describe(`a staging log ${name}`, () => {
    const firsts = async (log: StagingLog) =>
      (await collect(log.batches())).map(({ firstIndex }) => firstIndex)

    test('gives its batches to whoever comes next, in order', async () => {
      const { log, again } = await make()
      await append(log, 10, 100, 3)
      await log.close()
      const found = await collect((await again()).batches())
      expect(found).toEqual(Array.from({ length: 30 }, (_, n) => batch(10 + 3 * n, 3)))
    })

    test('keeps its own copy', async () => {
      const { log, again } = await make()
      const given = batch(0, 2)
      await log.append(given)
      given.bundle.fill(9)
      await log.close()
      expect(await collect((await again()).batches())).toEqual([batch(0, 2)])
    })

    test('forgets batches that end by a size, and never one that reaches beyond it', async () => {
      const { log, again } = await make()
      await append(log, 0, 90, 3)
      await log.forget(46)
      await log.close()
      const left = await firsts(await again())
      expect(left.at(-1)).toBe(87)
      expect(left[0]).toBeLessThanOrEqual(45)
      expect(left[0]).toBeGreaterThan(0)
      expect(left).toEqual(left.map((_, n) => (left[0] ?? 0) + 3 * n))
    })

    test('forgets everything at its end, and takes more', async () => {
      const { log, again } = await make()
      await append(log, 0, 90, 3)
      await log.close()
      const next = await again()
      await next.forget(Number.MAX_SAFE_INTEGER)
      expect(await firsts(await again())).toEqual([])
      await append(next, 90, 96, 3)
      await next.close()
      expect(await firsts(await again())).toEqual([90, 93])
    })

    test('holds large batches', async () => {
      const { log, again } = await make()
      const bundle: Bytes = new Uint8Array(300_000).map((_, n) => n % 251)
      await log.append({ firstIndex: 0, count: 7, bundle })
      await log.close()
      const [found] = await collect((await again()).batches())
      expect(found).toEqual({ firstIndex: 0, count: 7, bundle })
    })
  })
}

/** Adds a batch of a width after whatever is there; gives its first index. */
async function commitNext(log: SharedLog, width: number, from = 0): Promise<number> {
  let first = from
  await log.commit(from, async ({ note, batches }) => {
    for await (const { firstIndex, count } of batches) first = firstIndex + count
    return {
      batch: batch(first, width),
      note: () => Promise.resolve(`${note ?? 'note'} ${first + width}`),
    }
  })
  return first
}

/** What a shared log holds from a size on. */
async function stateOf(log: SharedLog, from = 0) {
  let state: { note: string | null; batches: readonly StagedBatch[] } = { note: null, batches: [] }
  await log.commit(from, async ({ note, batches }) => {
    state = { note, batches: await collect(batches) }
    return null
  })
  return state
}

/** What every shared log does; `beside` opens it for another writer. */
export function describeSharedLog(
  name: string,
  make: Making<{ log: SharedLog; beside: () => Promise<SharedLog> }>,
): void {
  describe(`a shared log ${name}`, () => {
    test('shows each writer what all have committed, from where it asks', async () => {
      const { log, beside } = await make()
      expect(await stateOf(log)).toEqual({ note: null, batches: [] })
      await log.commit(0, () =>
        Promise.resolve({ batch: null, note: () => Promise.resolve('first') }),
      )
      const other = await beside()
      for (let n = 0; n < 10; n++) await commitNext(n % 2 === 0 ? log : other, 3)
      const { note, batches } = await stateOf(other)
      expect(note).toBe('first 3 6 9 12 15 18 21 24 27 30')
      expect(batches).toEqual(Array.from({ length: 10 }, (_, n) => batch(3 * n, 3)))
      expect((await stateOf(log, 21)).batches.map(({ firstIndex }) => firstIndex)).toEqual([
        21, 24, 27,
      ])
      await Promise.all([log.release(), other.release()])
      await Promise.all([log.release(), other.release()])
    })

    test('lets one writer commit at a time', async () => {
      const { log, beside } = await make()
      const other = await beside()
      const firsts = await Promise.all(
        [log, other].map(async (writer) => {
          const found: number[] = []
          for (let n = 0; n < 20; n++) found.push(await commitNext(writer, 2))
          return found
        }),
      )
      expect(firsts.flat().toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, n) => 2 * n),
      )
      await Promise.all([log.release(), other.release()])
    })

    test('changes nothing when the writer finds that it must not go on', async () => {
      const { log, beside } = await make()
      await commitNext(log, 2)
      const before = await stateOf(log)
      const stop = new Error('stop')
      await expect(log.commit(0, () => Promise.reject(stop))).rejects.toBe(stop)
      const late = log.commit(0, () =>
        Promise.resolve({ batch: batch(2, 5), note: () => Promise.reject(stop) }),
      )
      await expect(late).rejects.toBe(stop)
      const other = await beside()
      expect(await stateOf(other)).toEqual(before)
      expect(await commitNext(log, 2)).toBe(2)
      await Promise.all([log.release(), other.release()])
    })

    test('forgets batches that end by a size, and lets one publish at a time', async () => {
      const { log, beside } = await make()
      const other = await beside()
      for (let n = 0; n < 5; n++) await commitNext(log, 3)
      const steps: string[] = []
      await Promise.all(
        [log, other].map((writer) =>
          writer.publishing(async () => {
            steps.push('begins')
            // Commits go on meanwhile.
            await commitNext(writer, 1)
            await writer.forget(8)
            steps.push('ends')
          }),
        ),
      )
      expect(steps).toEqual(['begins', 'ends', 'begins', 'ends'])
      const { batches } = await stateOf(other)
      expect(batches.map(({ firstIndex }) => firstIndex)).toEqual([6, 9, 12, 15, 16])
      await Promise.all([log.release(), other.release()])
    })
  })
}
