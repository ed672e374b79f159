// The artifact store by the real program: files kept, given back, listed and removed, stated in the ledger, through a rotation of keys; in a
// bucket where there is a server (`npm run conformance`).

import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { startBuckets } from '../../packages/platform/src/adapters/s3.fixture.ts'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

const server = await startBuckets()
afterAll(() => server?.stop())

const folder = newFolder()
const at = (name: string) => join(folder, name)
const bytes = Buffer.concat([Buffer.from('a text that stands out'), randomBytes(3_000_000)])
writeFileSync(at('model.onnx'), bytes)
const digest = createHash('sha256').update(bytes).digest('hex')

/** The commands on one workspace. */
const on = (work: string) => ({
  run: (name: string, ...given: readonly string[]) =>
    proofhouse('artifacts', name, ...given, '--out', work),
  json: (name: string, ...given: readonly string[]): unknown =>
    JSON.parse(proofhouse('artifacts', name, ...given, '--out', work, '--json').out),
})

describe('in the workspace', () => {
  const work = at('work')
  const { run, json } = on(work)
  const stored = () =>
    globSync('artifacts/**/*', { cwd: work }).filter((name) => /[0-9a-f]{32}$/.test(name))

  test('a file is kept encrypted, once, and given back whole', () => {
    expect(run('list').out).toContain('no artifacts')
    expect(json('put', at('model.onnx'))).toMatchObject({
      digest,
      sizeBytes: bytes.length,
      repeated: false,
    })
    expect(json('put', at('model.onnx'))).toMatchObject({ digest, repeated: true, index: null })
    expect(json('list')).toEqual([{ digest, sizeBytes: bytes.length }])
    expect(stored()).toHaveLength(2)
    for (const name of stored())
      expect(readFileSync(join(work, name)).includes('a text that stands out')).toBe(false)
    expect(run('get', digest, '--output', at('again.onnx'))).toMatchObject({ status: 0, err: '' })
    expect(Buffer.compare(readFileSync(at('again.onnx')), bytes)).toBe(0)
  })

  test("it goes on opening under the next version of the tenant's key, and is stated", () => {
    expect(proofhouse('keys', 'rotate', '--out', work)).toMatchObject({ status: 0 })
    expect(proofhouse('keys', 'rewrap', '--out', work)).toMatchObject({ status: 0 })
    expect(run('get', digest, '--output', at('rewrapped.onnx'))).toMatchObject({ status: 0 })
    const found = proofhouse('ledger', 'search', join(work, 'ledger'), '--subject', digest)
    expect(found.out).toContain('stored-artifact')
  })

  test('one that was changed is not given out, and what stood in its place stays', () => {
    const [data = ''] = stored().filter((name) => name.includes('/data/'))
    const ciphertext = readFileSync(join(work, data))
    ciphertext[2_000_000] = (ciphertext[2_000_000] ?? 0) ^ 1
    const whole = readFileSync(join(work, data))
    writeFileSync(join(work, data), ciphertext)
    writeFileSync(at('kept.onnx'), 'as it was')
    expect(run('get', digest, '--output', at('kept.onnx')).err).toContain('ciphertext-invalid')
    expect(readFileSync(at('kept.onnx'), 'utf8')).toBe('as it was')
    expect(globSync('kept.onnx*', { cwd: folder })).toEqual(['kept.onnx'])
    writeFileSync(join(work, data), whole.subarray(0, 20))
    expect(run('list')).toMatchObject({ status: 1 })
    writeFileSync(join(work, data), whole)
  })

  test('one that was removed is gone, and can be put anew', () => {
    cpSync(join(work, 'artifacts'), at('copy'), { recursive: true })
    expect(json('remove', digest)).toMatchObject({ digest })
    expect(json('remove', digest)).toEqual({ digest, index: null })
    expect(json('list')).toEqual([])
    expect(stored()).toEqual([])
    expect(run('get', digest, '--output', at('gone.onnx')).err).toContain('artifact-missing')
    expect(existsSync(at('gone.onnx'))).toBe(false)
    // One that a restored copy brought back can be removed once more, and that is stated too.
    rmSync(join(work, 'artifacts'), { recursive: true })
    cpSync(at('copy'), join(work, 'artifacts'), { recursive: true })
    expect(json('remove', digest)).not.toMatchObject({ index: null })
    expect(json('put', at('model.onnx'))).toMatchObject({ digest, repeated: false })
    expect(run('get', digest, '--output', at('anew.onnx'))).toMatchObject({ status: 0 })
  })

  test('another store is one that the settings of keys name', () => {
    const elsewhere = at('elsewhere')
    expect(run('put', at('model.onnx'), '--store', elsewhere).err).toContain('`artifact_stores`')
    expect(existsSync(elsewhere)).toBe(false)
    writeFileSync(
      join(work, 'keys/provider.yaml'),
      `provider: file\nartifact_stores: [${elsewhere}]\n`,
    )
    expect(run('put', at('model.onnx'), '--store', elsewhere)).toMatchObject({ status: 0 })
    expect(json('list', '--store', elsewhere)).toEqual([{ digest, sizeBytes: bytes.length }])
    expect(proofhouse('keys', 'list', '--out', work).out).toContain('artifact')
  })

  test('what is not there, or no digest, is said', () => {
    expect(run('get', 'ab'.repeat(32), '--output', at('x')).err).toContain('artifact-missing')
    expect(run('remove', 'ab'.repeat(32)).err).toContain('artifact-missing')
    expect(run('remove', '../x').err).toContain('usage-invalid')
    expect(run('put', at('nothing')).err).toContain('file-missing')
  })
})

test.skipIf(server === null)('in a bucket that the settings name, likewise', async () => {
  const work = at('with-bucket')
  const { run, json } = on(work)
  const { endpoint = '', region = '', bucket = '' } = (await server?.newBucket()) ?? {}
  const store = `s3://${bucket}/kept?region=${region}&endpoint=${endpoint}`
  mkdirSync(join(work, 'keys'), { recursive: true })
  writeFileSync(join(work, 'keys/provider.yaml'), `provider: file\nartifact_stores: ['${store}']\n`)
  process.env['AWS_ACCESS_KEY_ID'] = 'for-tests'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'for-tests-only'
  expect(json('put', at('model.onnx'), '--store', store)).toMatchObject({ digest, repeated: false })
  expect(json('list', '--store', store)).toEqual([{ digest, sizeBytes: bytes.length }])
  const output = at('from-bucket.onnx')
  expect(run('get', digest, '--output', output, '--store', store)).toMatchObject({ status: 0 })
  expect(Buffer.compare(readFileSync(output), bytes)).toBe(0)
  expect(existsSync(join(work, 'artifacts'))).toBe(false)
  expect(json('remove', digest, '--store', store)).toMatchObject({ digest })
  expect(json('list', '--store', store)).toEqual([])
})
