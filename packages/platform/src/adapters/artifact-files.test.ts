import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Bytes, sha256Hex, utf8 } from '@proofhouse/evidence'
import {
  defaultCut,
  hashModel,
  ignorePathsFor,
  type ModelVerifyPolicy,
  parseDigestList,
  signModel,
  verifyModel,
} from '../artifacts/index.ts'
import { type SigningKey, signingKeyFromPem } from '../keys/index.ts'
import { diskModelFiles } from './artifact-files.ts'

let folder: string
let model: string
let key: SigningKey

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  key = await signingKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }))
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofhouse-model-'))
  model = join(folder, 'model')
  await mkdir(join(model, 'sub', 'deep'), { recursive: true })
  await mkdir(join(model, '.git'))
  await writeFile(join(model, 'config.json'), '{}')
  await writeFile(join(model, 'weights.bin'), Uint8Array.of(1, 2, 3))
  await writeFile(join(model, 'sub', 'deep', 'x'), 'x'.repeat(25))
  await writeFile(join(model, 'empty'), '')
  await writeFile(join(model, '.git', 'HEAD'), 'ref')
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function names(hashed: { readonly resources: readonly { readonly name: string }[] }) {
  return hashed.resources.map(({ name }) => name)
}

async function sign(root: string, options: Partial<typeof defaultCut> = {}) {
  const signaturePath = join(model, 'model.sig')
  const cut = { ...defaultCut, ...options, ignorePaths: ignorePathsFor(root, signaturePath) }
  const signature = await signModel(await hashModel(diskModelFiles, root, cut), key.signer)
  await writeFile(signaturePath, signature)
  return { root, signature, signaturePath }
}

async function verify(
  signed: { readonly root: string; readonly signature: Bytes; readonly signaturePath: string },
  unsignedFiles: 'refuse' | 'report' = 'refuse',
  more: Partial<ModelVerifyPolicy> = {},
) {
  return verifyModel(diskModelFiles, signed, {
    signer: { kind: 'key', verifiers: [key.verifier] },
    unsignedFiles,
    links: 'refuse',
    ignorePaths: [],
    uncovered: 'report',
    ...more,
  })
}

test.each([
  ['held whole', 64],
  ['read in parts', 1_048_577],
])('a file that is %s gives the bytes that are asked for', async (_, sizeBytes) => {
  const content = Uint8Array.from({ length: sizeBytes }, (_unused, at) => at % 251)
  await writeFile(join(model, 'weights.bin'), content)
  const file = { path: 'weights.bin', kind: 'file', sizeBytes } as const
  const opened = diskModelFiles.open(model, file)
  const { source } = opened
  for (const [start, end] of [
    [0, sizeBytes],
    [2, 5],
    [-3, 4],
    [sizeBytes - 2, sizeBytes + 9],
    [sizeBytes + 1, sizeBytes + 2],
    [9, 3],
  ] as const)
    expect([...source.read(start, end)]).toEqual(
      Array.from(content.subarray(Math.max(0, start), end)),
    )
  opened.close()
})

describe('hashing', () => {
  test('lists every file by code point, and what is left out', async () => {
    const hashed = await hashModel(diskModelFiles, model)
    expect(names(hashed)).toEqual(['config.json', 'empty', 'sub/deep/x', 'weights.bin'])
    expect(hashed.uncovered).toEqual([{ path: '.git', why: 'ignored' }])
    expect(hashed.sizeBytes).toBe(30)
    expect(hashed.name).toBe('model')
  })

  test('has the documented root digest', async () => {
    await rm(join(model, 'sub'), { recursive: true })
    await rm(join(model, 'empty'))
    expect((await hashModel(diskModelFiles, model)).rootDigest).toBe(
      '1e54bbd69b2150f2803d3d12c92483e31bd18b86a3dc2dde610793f70c4ac718',
    )
  })

  test('cuts shards and says that empty files have none', async () => {
    const cut = { ...defaultCut, method: 'shards', shardSizeBytes: 10 } as const
    const hashed = await hashModel(diskModelFiles, join(model, 'sub'), cut)
    expect(names(hashed)).toEqual(['deep/x:0:10', 'deep/x:10:20', 'deep/x:20:25'])
    expect(hashed.resources[2]?.digest).toBe(sha256Hex(utf8('xxxxx')))
    expect((await hashModel(diskModelFiles, model, cut)).uncovered).toEqual([
      { path: '.git', why: 'ignored' },
      { path: 'empty', why: 'empty' },
    ])
  })

  test('hashes a file larger than its buffer', async () => {
    const content = 'abcdefgh'.repeat(400_000)
    await writeFile(join(folder, 'large'), content)
    const hashed = await hashModel(diskModelFiles, join(folder, 'large'))
    expect(hashed.resources).toEqual([
      { name: '.', algorithm: 'sha256', digest: sha256Hex(utf8(content)) },
    ])
  })

  test('refuses links, to files unless allowed and to folders always', async () => {
    await symlink(join(model, 'weights.bin'), join(model, 'link'))
    await expect(hashModel(diskModelFiles, model)).rejects.toThrow(
      `\`link\` in model \`${model}\` is a symbolic link`,
    )
    const following = { ...defaultCut, followLinks: true }
    expect(names(await hashModel(diskModelFiles, model, following))).toContain('link')
    await symlink(join(model, 'sub'), join(model, 'folder-link'))
    await expect(hashModel(diskModelFiles, model, following)).rejects.toThrow('links to a folder')
    await expect(hashModel(diskModelFiles, join(model, 'link'))).rejects.toMatchObject({
      code: 'model-refused',
    })
  })

  test('refuses sockets and other special files', async () => {
    const server = createServer().listen(join(model, 'socket'))
    await once(server, 'listening')
    const hashed = hashModel(diskModelFiles, model)
    await expect(hashed).rejects.toThrow('neither a file nor a folder')
    await new Promise((closed) => server.close(closed))
  })

  test('refuses names that are not UTF-8', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${model}/`), Buffer.of(0x66, 0xff)]), '')
    await expect(hashModel(diskModelFiles, model)).rejects.toThrow('not UTF-8')
  })

  test.each(['/etc', '..', 'a/../..', '.', ''])('refuses to ignore `%s`', async (path) => {
    const cut = { ...defaultCut, ignorePaths: [path] }
    await expect(hashModel(diskModelFiles, model, cut)).rejects.toMatchObject({
      code: 'usage-invalid',
    })
  })

  test('names what is missing and refuses what is empty', async () => {
    const nowhere = join(folder, 'nowhere')
    await expect(hashModel(diskModelFiles, nowhere)).rejects.toThrow(`no file at \`${nowhere}\``)
    await mkdir(nowhere)
    await expect(hashModel(diskModelFiles, nowhere)).rejects.toThrow('no file to sign')
  })

  test('notices a file whose size is not what was listed', async () => {
    const file = { path: 'weights.bin', kind: 'file', sizeBytes: 2 } as const
    await expect(
      diskModelFiles.digest(model, [{ file, parts: [{ start: 0, end: 2 }] }]),
    ).rejects.toMatchObject({
      code: 'model-changed',
    })
  })
})

describe('signing and verifying', () => {
  test('a folder, with its signature inside it', async () => {
    const verified = await verify(await sign(model))
    expect(verified).toMatchObject({ name: 'model', method: 'files', resourceCount: 4 })
    expect(verified.keyId).toBe(key.signer.keyId)
    expect(verified.uncovered.map(({ path }) => path)).toEqual(['.git', 'model.sig'])
  })

  test('a folder in shards, which leaves empty files uncovered', async () => {
    const verified = await verify(await sign(model, { method: 'shards', shardSizeBytes: 7 }))
    expect(verified.uncovered).toContainEqual({ path: 'empty', why: 'empty' })
  })

  test.each(['reference-name', 'own-name'] as const)(
    'a single file by its %s',
    async (singleFile) => {
      const root = join(model, 'weights.bin')
      const signed = await sign(root, { singleFile })
      expect((await verify(signed)).resourceCount).toBe(1)
      await writeFile(root, Uint8Array.of(1, 2, 4))
      await expect(verify(signed)).rejects.toMatchObject({ code: 'model-changed' })
    },
  )

  test.each<[string, () => Promise<unknown>, string]>([
    ['changed', () => writeFile(join(model, 'config.json'), '[]'), '`config.json` has changed'],
    ['removed', () => rm(join(model, 'empty')), '`empty` is missing'],
    ['added', () => writeFile(join(model, 'run.py'), ''), '`run.py` was not signed'],
    [
      'renamed',
      () => rename(join(model, 'empty'), join(model, 'vacant')),
      '`empty` is missing, `vacant` was not signed',
    ],
  ])('refuses a folder with a file %s', async (_, change, message) => {
    const signed = await sign(model)
    await change()
    await expect(verify(signed)).rejects.toThrow(message)
  })

  test('names unsigned files where the policy asks for that, and still refuses changed ones', async () => {
    const signed = await sign(model)
    await writeFile(join(model, 'notes.txt'), 'n')
    const verified = await verify(signed, 'report')
    expect(verified.uncovered).toContainEqual({ path: 'notes.txt', why: 'not-signed' })
    await writeFile(join(model, 'weights.bin'), 'z')
    await expect(verify(signed, 'report')).rejects.toThrow('`weights.bin` has changed')
  })

  test('a signed file behind a link is checked where the verifier follows links', async () => {
    const signed = await sign(model)
    await rename(join(model, 'weights.bin'), join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), join(model, 'weights.bin'))
    const verified = await verify(signed, 'refuse', { links: 'follow' })
    expect(verified.links).toEqual(['weights.bin'])
    await writeFile(join(folder, 'elsewhere'), 'z')
    await expect(verify(signed, 'refuse', { links: 'follow' })).rejects.toThrow('has changed')
  })

  test('a signer who followed links does not decide for the verifier', async () => {
    await symlink(join(model, 'weights.bin'), join(model, 'link'))
    const signed = await sign(model, { followLinks: true })
    await expect(verify(signed)).rejects.toMatchObject({ code: 'model-refused' })
    expect((await verify(signed, 'refuse', { links: 'follow' })).links).toEqual(['link'])
  })

  test('a signature that leaves out anything but itself is refused where all is asked for', async () => {
    await rm(join(model, '.git'), { recursive: true, force: true })
    const all = { uncovered: 'refuse' } as const
    const whole = await sign(model)
    expect((await verify(whole, 'refuse', all)).uncovered).toEqual([
      { path: 'model.sig', why: 'signature' },
    ])
    await mkdir(join(model, '.git'))
    await writeFile(join(model, '.git', 'weights.bin'), 'hidden')
    await expect(verify(whole, 'refuse', all)).rejects.toThrow('does not cover `.git`')
    expect((await verify(whole)).uncovered).toContainEqual({ path: '.git', why: 'ignored' })
  })

  test('what the verifier ignores is named, and signed files there are checked', async () => {
    const signed = await sign(model)
    await mkdir(join(model, 'cache'))
    await writeFile(join(model, 'cache', 'a'), 'a')
    await writeFile(join(model, 'sub', 'deep', 'more'), 'b')
    await symlink('/', join(model, 'sub', 'away'))
    await expect(verify(signed)).rejects.toMatchObject({ code: 'model-refused' })
    const ignoring = { ignorePaths: ['cache', './sub/'] }
    expect((await verify(signed, 'refuse', ignoring)).uncovered).toEqual([
      { path: '.git', why: 'ignored' },
      { path: 'cache', why: 'ignored-by-verifier' },
      { path: 'model.sig', why: 'signature' },
      { path: 'sub/away', why: 'ignored-by-verifier' },
      { path: 'sub/deep/more', why: 'ignored-by-verifier' },
    ])
    await writeFile(join(model, 'sub', 'deep', 'x'), 'changed')
    await expect(verify(signed, 'refuse', ignoring)).rejects.toThrow('`sub/deep/x` has changed')
    await expect(verify(signed, 'refuse', { ignorePaths: ['../x'] })).rejects.toMatchObject({
      code: 'usage-invalid',
    })
  })

  test('links and special files that nobody signed are named like other unsigned files', async () => {
    const signed = await sign(model)
    await symlink('/', join(model, 'away'))
    const verified = await verify(signed, 'report')
    expect(verified.uncovered).toContainEqual({ path: 'away', why: 'not-signed' })
  })

  test('digests from elsewhere are signed without reading, for exactly the files there are', async () => {
    const computed = await hashModel(diskModelFiles, model)
    const lines = computed.resources.map(({ name, digest }) => `${digest}  ${name}`)
    const digests = parseDigestList(lines.join('\n'), 'sums')
    expect(await hashModel(diskModelFiles, model, { ...defaultCut, digests })).toEqual(computed)
    const fewer = new Map([...digests].slice(1))
    const more = new Map([...digests, ['other', 'ab'.repeat(32)]])
    for (const [given, message] of [
      [fewer, 'no digest is given for `config.json`'],
      [more, 'a digest is given for `other`'],
    ] as const)
      await expect(
        hashModel(diskModelFiles, model, { ...defaultCut, digests: given }),
      ).rejects.toThrow(message)
    const cut = { ...defaultCut, digests, method: 'shards', shardSizeBytes: 10 } as const
    await expect(hashModel(diskModelFiles, model, cut)).rejects.toThrow('not of shards')
    const lie = new Map([...digests, ['weights.bin', 'ab'.repeat(32)]])
    await expect(verify(await sign(model, { digests: lie }))).rejects.toThrow(
      '`weights.bin` has changed',
    )
  })

  test('refuses any other key', async () => {
    const signed = await sign(model)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    const { verifier } = await signingKeyFromPem(other.export({ type: 'pkcs8', format: 'pem' }))
    const verified = verifyModel(diskModelFiles, signed, {
      signer: { kind: 'key', verifiers: [verifier] },
      unsignedFiles: 'refuse',
      links: 'refuse',
      ignorePaths: [],
      uncovered: 'report',
    })
    await expect(verified).rejects.toMatchObject({ code: 'envelope-signature-invalid' })
  })

  test('a link put in place of a signed file is refused', async () => {
    const signed = await sign(model)
    await rename(join(model, 'weights.bin'), join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), join(model, 'weights.bin'))
    await expect(verify(signed)).rejects.toMatchObject({ code: 'model-refused' })
  })
})
