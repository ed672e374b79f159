// The parts of a log by themselves: tables, gaps, key pages, contents, segments of the index.

import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryVaultFiles } from '../adapters/memory-vault-files.ts'
import { DecisionIndex } from './decision-index.ts'
import { place } from './decisions.fixture.ts'
import { type IndexRow, IndexSegment, segmentRows } from './index-segment.ts'
import { KeyPages, type SubjectKey } from './key-pages.ts'
import { gapsMax, Sources } from './sources.ts'
import { SubjectKeys, Tagger } from './subject-keys.ts'
import { SubjectTable } from './subject-table.ts'
import { type PlacedContent, Vault } from './vault.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const epoch = (number = 1) => ({ number, key: new Uint8Array(randomBytes(32)) })

test('a table of subjects is a map, whatever is taken out and put in again', () => {
  // Few tags that collide often, among thousands that do not.
  const tagOf = (n: number) => {
    const tag = Buffer.alloc(16)
    tag.writeUInt32LE(n % 3, 0)
    tag.writeUInt32LE(n, 12)
    return tag
  }
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 1_500 }))
  fc.assert(
    fc.property(fc.array(step, { minLength: 0, maxLength: 3_000, size: 'max' }), (steps) => {
      const [table, model] = [new SubjectTable(), new Map<number, number>()]
      for (const [number, [sets, n]] of steps.entries())
        if (sets) {
          table.set(tagOf(n), number)
          model.set(n, number)
        } else {
          table.delete(tagOf(n))
          model.delete(n)
        }
      expect(table.size).toBe(model.size)
      for (let n = 0; n <= 1_500; n++)
        if (table.get(tagOf(n)) !== (model.get(n) ?? -1)) return false
      const inOrder = (numbers: Iterable<number>) => [...numbers].toSorted((a, b) => a - b).join()
      return inOrder(table.numbers()) === inOrder(model.values())
    }),
    { numRuns: 10 },
  )
})

test('sources are a set of numbers, and gaps are what is missing of it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 }), (numbers) => {
      const [sources, model] = [new Sources(), new Set<number>()]
      for (const n of numbers) {
        expect(sources.has('s', n)).toBe(model.has(n))
        sources.add('s', n)
        model.add(n)
      }
      const [state] = sources.list()
      const next = Math.max(-1, ...model) + 1
      expect(state?.next ?? 0).toBe(next)
      const missing = (state?.gaps ?? []).flatMap(({ from, to }) =>
        Array.from({ length: to - from }, (_, n) => from + n),
      )
      expect(missing).toEqual(
        Array.from({ length: next }, (_, n) => n).filter((n) => !model.has(n)),
      )
    }),
    { numRuns: 200 },
  )
})

test('a source with as many gaps as are kept takes what makes no further one', () => {
  const sources = new Sources()
  for (let n = 0; n < gapsMax; n++) sources.add('s', 3 * n + 3)
  const beyond = (n: number) => sources.isBeyond('s', n)
  expect([3 * gapsMax + 1, 3 * gapsMax + 2, 0, 1, 2].map(beyond)).toEqual([
    false,
    true,
    false,
    true,
    false,
  ])
  expect(sources.isBeyond('t', 5)).toBe(false)
})

test('tags are HMAC-SHA256 of sized names, cut to 16 bytes', () => {
  const key = randomBytes(32)
  for (const [kind, name] of [
    ['subject', 'p-1'],
    ['deployment', ''],
    ['subject', 'ü'.repeat(200)],
  ] as const) {
    const sized = [kind, name].map((text) => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(Buffer.byteLength(text))
      return Buffer.concat([size, Buffer.from(text)])
    })
    const hmac = createHmac('sha256', key).update(Buffer.concat(sized)).digest()
    expect(new Tagger(key).tagOf(kind, name)).toEqual(hmac.subarray(0, 16))
  }
})

const keysOf = (from: number, count: number): SubjectKey[] =>
  Array.from({ length: count }, (_, n) => ({
    number: from + n,
    tag: randomBytes(16),
    key: randomBytes(32),
  }))

test('key pages: destroyed keys are in no page, the others in theirs, also after a half overwriting', async () => {
  const [files, one] = [new MemoryVaultFiles(), epoch()]
  const pages = new KeyPages(files, place, one)
  const keys = keysOf(1, 1_200)
  await pages.add(keys)
  const old = await files.read(pages.file, 0, 1_000_000)
  const gone = new Set([2, 700, 1_200])
  expect((await pages.destroy(gone, 1_201)).map(({ number }) => number)).toEqual([...gone])
  // As if it had been interrupted while it wrote over the first page: half of it is there again.
  await files.overwrite(pages.file, [
    { offset: 5_000, bytes: (old ?? new Uint8Array()).subarray(5_000, 9_000) },
  ])
  const again = new KeyPages(files, place, one)
  const [read, firsts]: [number[], number[]] = [[], []]
  await again.open((page, first) => {
    read.push(...page.map(({ number }) => number))
    firsts.push(first)
  })
  expect(read).toEqual(keys.map(({ number }) => number).filter((n) => !gone.has(n)))
  expect(firsts).toEqual([1, 501, 1_001, 1_201])
  expect(await again.keyOf(1_199)).toEqual(keys[1_198])
  for (const number of gone) expect(await again.keyOf(number)).toBeNull()
  expect((await files.read(pages.file, 5_000, 4_000))?.every((byte) => byte === 0)).toBe(true)
})

test('key pages: any changed byte of the file is found, and nothing wrong is told', async () => {
  const [files, one] = [new MemoryVaultFiles(), epoch()]
  const pages = new KeyPages(files, place, one)
  await pages.add(keysOf(1, 3))
  await pages.add(keysOf(4, 2))
  const whole = (await files.read(pages.file, 0, 1_000_000)) ?? new Uint8Array()
  let silent = 0
  for (let at = 0; at < whole.length; at++) {
    const changed = whole.slice()
    changed[at] = (changed[at] ?? 0) ^ 4
    const copy = new MemoryVaultFiles()
    await copy.append(pages.file, 0, changed)
    const keys = new SubjectKeys(new KeyPages(copy, place, one))
    const told = await keys.open().then(
      () => keys.next,
      (error: unknown) => String(error),
    )
    // A page whose length grew is one that was begun: its keys are missing, which opening the log finds.
    if (told === 4) silent += 1
    else expect(told).toMatch(/damaged at byte|does not open/)
  }
  expect(silent).toBeLessThan(4)
})

const sealedOf = (count: number, key: number, sizeBytes = 40) =>
  Array.from({ length: count }, () => {
    const sealed = randomBytes(sizeBytes)
    return { key, sealed, sizeBytes, writeTo: (into: Buffer) => void sealed.copy(into) }
  })

async function openVault(files: MemoryVaultFiles, key: Uint8Array<ArrayBuffer>, size: number) {
  const told: PlacedContent[] = []
  const vault = new Vault(files, key)
  await vault.open({ first: 0, file: 0, offset: 0 }, size, (contents) => {
    told.push(...contents)
    return Promise.resolve()
  })
  return { vault, told }
}

test('contents: a batch of which a part was committed is gone on from there', async () => {
  const [files, key] = [new MemoryVaultFiles(), new Uint8Array(randomBytes(32))]
  let { vault } = await openVault(files, key, 0)
  const places = await vault.append(0, sealedOf(10, 1))
  await vault.append(10, sealedOf(10, 2))
  const lost = places[7]
  ;({ vault } = await openVault(files, key, 6))
  expect(lost && (await vault.read(lost))).toBeNull()
  const second = sealedOf(5, 3)
  await vault.append(6, second)
  const { told, vault: last } = await openVault(files, key, 11)
  expect(told.map(({ index, key: number }) => [index, number])).toEqual(
    Array.from({ length: 11 }, (_, n) => [n, n < 6 ? 1 : 3]),
  )
  const [, , , , , , , eighth] = told
  expect(eighth && Buffer.from((await last.read(eighth)) ?? [])).toEqual(second[1]?.sealed)
})

test('contents: an older ledger, a cut file and a changed table are told, and nothing is removed', async () => {
  const [files, key] = [new MemoryVaultFiles(), new Uint8Array(randomBytes(32))]
  const { vault } = await openVault(files, key, 0)
  const many = sealedOf(4_096, 1, 1)
  for (let n = 0; n < 9; n++) await vault.append(n * 4_096, many)
  const size = (await files.list())[0]?.sizeBytes ?? 0
  await expect(openVault(files, key, 1)).rejects.toThrow('it is an older copy than they are')
  expect((await files.list())[0]?.sizeBytes).toBe(size)
  await expect(openVault(files, new Uint8Array(32), 5_000)).rejects.toThrow('does not open')
  await files.append('vault-00000000', size - 1, new Uint8Array())
  await expect(openVault(files, key, 9 * 4_096)).rejects.toThrow('contents of entry 32768')
})

const rowOf = (index: number, more: Partial<IndexRow> = {}): IndexRow => ({
  index,
  tag: Buffer.alloc(16, 7),
  timeMs: index,
  deployment: 'd',
  outcome: 'yes',
  source: 's',
  sequence: index,
  key: 1,
  file: 0,
  offset: index,
  sizeBytes: 1,
  ...more,
})
const batch = { first: 0, file: 0, offset: 0 }

test('a segment forgets an outcome that only erased rows had, in its file too', () => {
  const segment = new IndexSegment(0)
  segment.add(rowOf(0, { outcome: 'only theirs' }), batch)
  segment.add(rowOf(1), batch)
  segment.add(rowOf(2), { first: 2, file: 1, offset: 9 })
  segment.erase([0, 1])
  const key = randomBytes(32)
  const sealed = new Uint8Array(segment.seal(key, place))
  const read = IndexSegment.open(sealed, { key, place, number: 0, file: 'f' })
  expect(read.batch).toEqual({ first: 2, file: 1, offset: 9 })
  expect(read.row(0)).toEqual(rowOf(0, { outcome: '', key: 0, tag: Buffer.alloc(16) }))
  expect(read.find({ outcome: 'only theirs', limit: 9 })).toEqual([])
  expect(read.find({ outcome: 'yes', limit: 9 })).toEqual([2])
  expect(read.find({ tag: Buffer.alloc(16, 7), limit: 9 })).toEqual([2])
  expect(JSON.stringify(read)).not.toContain('only theirs')
  sealed[90] = (sealed[90] ?? 0) ^ 1
  expect(() => IndexSegment.open(sealed, { key, place, number: 0, file: 'f' })).toThrow(
    '`f` does not open',
  )
})

test('a source is named in a segment however many outcomes there are', () => {
  const segment = new IndexSegment(0)
  for (let n = 0; n < segmentRows; n++)
    segment.add(rowOf(n, { outcome: `o-${n}`, source: `s-${n % 50_000}` }), batch)
  expect(segment.isFull).toBe(true)
  expect(segment.placeOf('s-49999', 49_999)).toBe(49_999)
  expect([...segment.sequences()].every(([source]) => source !== '')).toBe(true)
})

test('full segments are in files, whichever epoch, and the next one begins within a batch', async () => {
  const [files, key] = [new MemoryVaultFiles(), new Uint8Array(randomBytes(32))]
  const { vault } = await openVault(files, key, 0)
  const first = epoch()
  const index = new DecisionIndex(files, place, first)
  const count = 66_000
  for (let from = 0; from < count; from += 500)
    for (const at of await vault.append(from, sealedOf(500, 1, 1)))
      index.add(rowOf(at.index, { ...at, sequence: at.index }), at.batch)
  await index.settle()
  await index.erase([5, 65_999])
  const second = epoch(2)
  await index.copyTo(second)
  index.follow(second)
  const again = new DecisionIndex(files, place, second)
  let from = batch
  await again.open((segment) => {
    from = segment.batch
  })
  expect(again.size).toBe(segmentRows)
  expect(from.first).toBe(65_500)
  const told: number[] = []
  await vault.open(from, count, (contents) => {
    told.push(...contents.map(({ index: at }) => at))
    return Promise.resolve()
  })
  expect([told[0], told.at(-1)]).toEqual([65_500, 65_999])
  expect((await again.row(5))?.key).toBe(0)
  expect((await again.rowOf('s', 1_000))?.index).toBe(1_000)
  expect(
    (await index.find({ fromMs: 65_530, toMs: 65_540, limit: 5, after: 65_531 })).map(
      (row) => row.index,
    ),
  ).toEqual([65_532, 65_533, 65_534, 65_535, 65_536])
  await expect(
    new DecisionIndex(files, place, { ...second, key: first.key }).open(() => undefined),
  ).rejects.toThrow(code('ledger-corrupt'))
})

test('the last segment is kept at the end where that spares work, and forgets whom is erased', async () => {
  const [files, first] = [new MemoryVaultFiles(), epoch()]
  const names = async () => (await files.list()).map(({ name }) => name)
  let index = new DecisionIndex(files, place, first)
  const fill = (to: number) => {
    while (index.size < to) index.add(rowOf(index.size, { source: `s-${index.size}` }), batch)
  }
  const openAgain = async () => {
    index = new DecisionIndex(files, place, first)
    await index.open(() => undefined)
    return index.size
  }
  fill(999)
  await index.keep()
  expect(await names()).toEqual([])
  fill(1_500)
  await index.keep()
  expect(await names()).toHaveLength(1)
  // Somebody who is erased after it was kept is gone from the file at once, whatever becomes of the process.
  await index.erase([7])
  expect(await openAgain()).toBe(1_500)
  expect(await index.row(7)).toMatchObject({ key: 0, outcome: '' })
  expect(await index.rowOf('s-8', 8)).toMatchObject({ index: 8, key: 1 })
  fill(segmentRows + 20)
  await index.settle()
  expect(await openAgain()).toBe(segmentRows)
  fill(segmentRows + 1_200)
  await index.keep()
  expect(await openAgain()).toBe(segmentRows + 1_200)
  // Another epoch has no copy of it.
  const second = epoch(2)
  await index.copyTo(second)
  index.follow(second)
  await index.erase([segmentRows + 1])
  const again = new DecisionIndex(files, place, second)
  await again.open(() => undefined)
  expect(again.size).toBe(segmentRows)
})

test('small batches are told together, each content where it lies', async () => {
  const [files, key] = [new MemoryVaultFiles(), new Uint8Array(randomBytes(32))]
  const { vault } = await openVault(files, key, 0)
  const placed: PlacedContent[] = []
  for (let n = 0; n < 2_500; n++) placed.push(...(await vault.append(n, sealedOf(1, n + 1, 100))))
  const calls: number[] = []
  const told: PlacedContent[] = []
  const opened = new Vault(files, key)
  await opened.open({ first: 0, file: 0, offset: 0 }, 2_500, (contents) => {
    calls.push(contents.length)
    told.push(...contents)
    return Promise.resolve()
  })
  expect(calls).toEqual([1_024, 1_024, 452])
  expect(told).toEqual(placed)
})
