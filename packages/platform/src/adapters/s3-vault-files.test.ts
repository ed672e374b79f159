// Vault files in a bucket of a real S3-compatible server; `npm run conformance` builds that. Skipped without it. What counts among the objects of
// several servers is tried without one.

import { randomBytes } from 'node:crypto'
import { textOf, utf8 } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import vectors from '../../../../spec/vectors/vault-objects.json' with { type: 'json' }
import { tellErasureStory } from '../decisions/erasure-elsewhere.fixture.ts'
import { placesOf, rawFiles } from '../decisions/erasure-story.fixture.ts'
import { S3Bucket } from './s3-bucket.ts'
import { startBuckets } from './s3.fixture.ts'
import { S3VaultFiles } from './s3-vault-files.ts'
import { decodeHolder, encodeHolder, filesOf, partPath } from './s3-vault-objects.ts'
import { describeVaultFiles } from './vault-files-contract.fixture.ts'

const server = await startBuckets()
const buckets: S3Bucket[] = []
afterAll(async () => {
  for (const bucket of buckets) bucket.close()
  await server?.stop()
})

async function newBucket(options: { readonly lock?: boolean; readonly versions?: boolean } = {}) {
  if (server === null) throw new Error('assertion failed: there is a server')
  const bucket = new S3Bucket(await server.newBucket(options))
  buckets.push(bucket)
  return bucket
}

const bytesOf = (value: unknown) => utf8(JSON.stringify(value))
const conflict: unknown = expect.objectContaining({ code: 'ledger-conflict' })
const textIn = async (files: S3VaultFiles, name: string) => {
  const bytes = await files.read(name, 0, 100)
  return bytes === null ? null : textOf(bytes)
}
const found = ['a page of keys', 'content of 3']

describe.skipIf(server === null)('with an S3 server', () => {
  for (const versions of [false, true]) {
    const where = versions ? 'in a bucket that keeps versions' : 'in a bucket'
    describeVaultFiles(where, async () => {
      const bucket = await newBucket({ versions })
      return { files: await S3VaultFiles.open(bucket), again: () => S3VaultFiles.open(bucket) }
    })

    test(`${where}, an erased person is in no byte of the server's folder, not even sealed`, async () => {
      const story = await tellErasureStory({
        files: await S3VaultFiles.open(await newBucket({ versions })),
        serverFolder: server?.dataFolder ?? '',
        flush: () => Promise.resolve(),
      })
      const sealed = (there: boolean) => ({ content: there, page: there })
      expect(story.before).toEqual({ values: found, inOlderCopy: found, sealed: sealed(true) })
      expect(story.pending).toEqual({ values: [], inOlderCopy: found, sealed: sealed(false) })
      expect(story.final).toEqual({ values: [], inOlderCopy: [], sealed: sealed(false) })
    })
  }

  test('what a crash left of a change in a bucket that keeps versions is removed when it opens', async () => {
    const bucket = await newBucket({ versions: true })
    const secret = randomBytes(40)
    const files = await S3VaultFiles.open(bucket)
    await files.append('a', 0, secret)
    const old = await bucket.read(partPath('a', 1, 0, 1), 100)
    const settings = { contentType: 'text/plain', cacheControl: 'no-store', retainUntil: null }
    // As overwriting does, up to the moment when the old version would go.
    const expected = old?.etag ?? null
    await bucket.put(partPath('a', 1, 0, 1), new Uint8Array(40), { expected, settings })
    const isThere = () => placesOf(rawFiles(server?.dataFolder ?? ''), [secret]).length > 0
    expect(isThere()).toBe(true)
    const next = await S3VaultFiles.open(bucket)
    expect(isThere()).toBe(false)
    expect(await next.read('a', 0, 100)).toEqual(new Uint8Array(40))
  })

  test('a bucket that can lock objects is refused', async () => {
    await expect(S3VaultFiles.open(await newBucket({ lock: true }))).rejects.toMatchObject({
      code: 'config-invalid',
    })
  })

  test('a server that was overtaken acknowledges nothing, and what it puts does not count', async () => {
    const bucket = await newBucket()
    const first = await S3VaultFiles.open(bucket)
    await first.append('a', 0, utf8('one '))
    await first.replace('b', utf8('b'))
    const second = await S3VaultFiles.open(bucket)
    for (const write of [
      () => first.append('a', 4, utf8('of the first')),
      () => first.replace('b', utf8('of the first')),
      () => first.replace('c', utf8('of the first')),
    ])
      await expect(write()).rejects.toThrow(conflict)
    // The first one has failed; a third knows no more than it did.
    await second.append('a', 4, utf8('two'))
    const third = await S3VaultFiles.open(bucket)
    for (const [name, content] of [
      ['a', 'one two'],
      ['b', 'b'],
      ['c', null],
    ] as const) {
      expect(await textIn(second, name)).toBe(content)
      expect(await textIn(third, name)).toBe(content)
    }
    for (const write of [
      () => second.overwrite('a', [{ offset: 0, bytes: utf8('x') }]),
      () => second.replace('a', null),
      () => second.append('a', 2, new Uint8Array()),
    ])
      await expect(write()).rejects.toThrow(conflict)
    expect(await textIn(third, 'a')).toBe('one two')
  })
})

describe('objects of a vault', () => {
  test.each(vectors.cases)('$why', ({ holder, objects, ...expected }) => {
    const { files, strays, nextGeneration } = filesOf(objects, decodeHolder(bytesOf(holder)))
    const sizes = Object.fromEntries([...files].map(([name, { sizeBytes }]) => [name, sizeBytes]))
    expect(sizes).toEqual(expected.files)
    expect(new Set(strays)).toEqual(new Set(expected.strays))
    expect(nextGeneration).toBe(expected.nextGeneration)
  })

  test.each(vectors.invalid)('no holder: $why', ({ holder }) => {
    expect(() => decodeHolder(bytesOf(holder))).toThrow(
      expect.objectContaining({ code: 'ledger-corrupt' }),
    )
  })

  test('a holder is read as it was written', () => {
    for (const { holder } of vectors.cases) {
      const read = decodeHolder(bytesOf(holder))
      expect(decodeHolder(encodeHolder(read))).toEqual(read)
    }
  })
})
