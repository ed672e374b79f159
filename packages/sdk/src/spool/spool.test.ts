import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import vectors from '../../../../spec/vectors/client-spool.json' with { type: 'json' }
import { heldIn, newSpool } from './spool.fixture.ts'
import { RefusedDecisions } from './refused-decisions.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(dirname(folder), { recursive: true })
})
const spoolOf = () => {
  const at = newSpool()
  made.push(at.folder)
  return at
}
const segmentsIn = (folder: string) =>
  readdirSync(folder).filter((name) => name.startsWith('segment-'))
const textsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `{"n":${from + n},"name":"erika-mustermann"}`)
const numbered = (texts: readonly string[], first = 0) =>
  texts.map((text, n) => [first + n, text] as const)

test('what is appended is read back in order, over segments and openings; numbers go on when all is settled', async () => {
  const at = spoolOf()
  let { spool, append, close } = await at.open(2_000)
  const all = textsOf(0, 100)
  expect(await append(...all.slice(0, 3))).toBe(0)
  for (const text of all.slice(3, 60)) await append(text)
  expect(await append(...all.slice(60))).toBe(60)
  expect(segmentsIn(at.folder).length).toBeGreaterThan(3)
  expect(await heldIn(spool)).toEqual(numbered(all))
  await spool.settle(31)
  expect(await heldIn(spool)).toEqual(numbered(all.slice(31), 31))
  await close()
  ;({ spool, append, close } = await at.open(2_000, 31))
  expect([spool.next, await heldIn(spool)]).toEqual([100, numbered(all.slice(31), 31)])
  await append('{}')
  await spool.settle(101)
  await spool.compact()
  expect(segmentsIn(at.folder)).toEqual(['segment-0000000000000101-000000'])
  await close()
  ;({ spool, append, close } = await at.open())
  expect([spool.next, await heldIn(spool), await append('{}')]).toEqual([101, [], 101])
  await close()
})

test('one process has a spool open; nobody else may read it; nothing in it is in the clear', async () => {
  const at = spoolOf()
  const { append, close, files, secret } = await at.open()
  await expect(at.open()).rejects.toMatchObject({ code: 'ledger-busy' })
  await append(...textsOf(0, 3))
  const refused = new RefusedDecisions(files, secret)
  await refused.put({ sequence: 7, problem: 'no erika', text: '{"a":"erika-mustermann"}' })
  expect(await refused.get(7)).toMatchObject({ problem: 'no erika' })
  await close()
  expect(statSync(at.folder).mode & 0o077).toBe(0)
  for (const name of readdirSync(at.folder)) {
    const path = join(at.folder, name)
    if (name !== '.lock') expect(statSync(path).mode & 0o077, name).toBe(0)
    expect(readFileSync(path).includes('erika'), name).toBe(false)
  }
})

test('another key, another source and a damaged identity are told', async () => {
  const at = spoolOf()
  await (await at.open()).close()
  at.key.fill(0)
  await expect(at.open()).rejects.toMatchObject({ code: 'key-malformed' })
  const identity = join(at.folder, 'spool.json')
  const text = readFileSync(identity, 'utf8')
  writeFileSync(identity, text.replace('gateway', 'another'))
  await expect(at.open()).rejects.toMatchObject({ code: 'usage-invalid' })
  rmSync(identity)
  await expect(at.open()).rejects.toMatchObject({ code: 'spool-corrupt' })
})

test('what a crash left of the last write is cut off, wherever it was cut, and its numbers are given anew', async () => {
  const at = spoolOf()
  const { append, close } = await at.open()
  await append(...textsOf(0, 2))
  const name = segmentsIn(at.folder)[0] ?? ''
  const whole = statSync(join(at.folder, name)).size
  await append(...textsOf(2, 5))
  const end = statSync(join(at.folder, name)).size
  await close()
  for (let size = whole; size <= end; size += size === whole || size > end - 9 ? 1 : 23) {
    const copy = spoolOf()
    cpSync(at.folder, copy.folder, { recursive: true })
    copy.key.set(at.key)
    truncateSync(join(copy.folder, name), Math.min(size, end))
    const again = await copy.open()
    const kept = size >= end ? 5 : 2
    expect(await heldIn(again.spool)).toEqual(numbered(textsOf(0, kept)))
    expect(await again.append('{}')).toBe(kept)
    await again.close()
  }
})

test('a changed byte is told, or was in what nobody may have been told of; nothing else is given out', async () => {
  const at = spoolOf()
  const { append, close } = await at.open()
  for (const text of textsOf(0, 4)) await append(text)
  await close()
  const name = segmentsIn(at.folder)[0] ?? ''
  const bytes = readFileSync(join(at.folder, name))
  const lastAt = bytes.lastIndexOf('PHSB')
  let told = 0
  for (let n = 0; n < bytes.length; n += n < 90 ? 3 : 13) {
    const copy = spoolOf()
    cpSync(at.folder, copy.folder, { recursive: true })
    copy.key.set(at.key)
    const changed = Buffer.from(bytes)
    changed[n] = (changed[n] ?? 0) ^ 1
    writeFileSync(join(copy.folder, name), changed)
    const again = await copy.open().catch((error: unknown) => {
      expect(error, `byte ${n}`).toMatchObject({ code: 'spool-corrupt' })
      return null
    })
    if (again === null) {
      told += 1
      continue
    }
    expect(n, 'only the last write may have been unfinished').toBeGreaterThanOrEqual(lastAt)
    expect(await heldIn(again.spool)).toEqual(numbered(textsOf(0, 3)))
    await again.close()
  }
  expect(told).toBeGreaterThan(20)
})

test('a segment that is missing is told, and so is a spool that ends before what was settled', async () => {
  const at = spoolOf()
  const { append, close } = await at.open(300)
  for (const text of textsOf(0, 9)) await append(text)
  await close()
  await expect(at.open(300, 99)).rejects.toMatchObject({ code: 'spool-corrupt' })
  rmSync(join(at.folder, segmentsIn(at.folder)[1] ?? ''))
  await expect(at.open()).rejects.toThrow(/numbers \d+ to \d+ are missing/)
})

test('texts are replaced in every segment, durable, and the old ones are gone from the disk', async () => {
  const at = spoolOf()
  let { spool, append, close } = await at.open(1_000)
  const all = textsOf(0, 40)
  await append(...all.slice(0, 20))
  await append(...all.slice(20))
  await spool.settle(3)
  const before = segmentsIn(at.folder)
  const replaced = await spool.replace((text) => (text.includes('5') ? 'gone' : null))
  expect(replaced).toBe(4)
  const after = all.map((text) => (text.includes('5') ? 'gone' : text))
  expect(await heldIn(spool)).toEqual(numbered(after.slice(3), 3))
  expect(segmentsIn(at.folder)).not.toContain(before[0])
  await close()
  ;({ spool, append, close } = await at.open())
  expect(await heldIn(spool)).toEqual(numbered(after))
  expect(await append('{}')).toBe(40)
  await close()
})

test('the spool of the vectors opens', async () => {
  const at = spoolOf()
  mkdirSync(at.folder)
  at.key.set(Buffer.from(vectors.key, 'hex'))
  for (const [name, bytes] of Object.entries(vectors.files))
    writeFileSync(join(at.folder, name), Buffer.from(bytes, 'base64'))
  const { close, files, secret, spool } = await at.open()
  expect(await spool.read(9, 1e9)).toEqual(vectors.records)
  const refused = new RefusedDecisions(files, secret)
  await refused.open()
  expect(await Promise.all(refused.sequences.map((n) => refused.get(n)))).toEqual(vectors.refused)
  await close()
})
