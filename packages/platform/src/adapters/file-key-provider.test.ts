import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { KeyBinding } from '../keys/index.ts'
import { fileKeyProvider } from './file-key-provider.ts'
import { diskKeyFiles } from './key-file.ts'
import { keyProviderContract } from './key-provider-contract.fixture.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'root-keys-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const open = (folder: string, passphrase: string | null = null) =>
  fileKeyProvider({ folder, files: diskKeyFiles, passphrase }, { memoryKib: 64, passes: 1 })
const binding: KeyBinding = { tenant: 'acme', kind: 'tenant', id: 'kek', version: 1 }
const secret = new Uint8Array(32).fill(7)

describe('key files', () => {
  test.each(keyProviderContract)('$promise', async ({ holds }) => {
    await holds({ provider: open(newFolder()), name: 'root' })
  })

  test('two that rotate at once make two versions, and neither loses what it wrapped', async () => {
    const folder = newFolder()
    await open(folder).create('root')
    const versions = await Promise.all([open(folder).rotate('root'), open(folder).rotate('root')])
    expect(new Set(versions.map(({ version }) => version))).toEqual(new Set([2, 3]))
  })

  test('a passphrase seals the file, and nothing else opens it', async () => {
    const folder = newFolder()
    const sealed = open(folder, 'correct horse')
    await sealed.create('root')
    const { bytes } = await sealed.wrap('root', secret, binding)
    expect(await open(folder, 'correct horse').unwrap('root', bytes, binding)).toEqual(secret)
    for (const [passphrase, problem] of [
      ['wrong donkey', 'does not open with this passphrase'],
      [null, 'is sealed; give'],
    ] as const) {
      const refused = open(folder, passphrase).unwrap('root', bytes, binding)
      await expect(refused).rejects.toMatchObject({ code: 'key-malformed' })
      await expect(refused).rejects.toThrow(problem)
      await expect(refused).rejects.not.toThrow('donkey')
    }
  })

  test('a passphrase for a key that is not sealed is refused', async () => {
    const folder = newFolder()
    await open(folder).create('root')
    await expect(open(folder, 'correct horse').wrap('root', secret, binding)).rejects.toThrow(
      'is not sealed, but a passphrase was given',
    )
  })

  test('a file under the name of another version is refused', async () => {
    const folder = newFolder()
    await open(folder).create('root')
    const text = readFileSync(join(folder, 'root.v1.key'), 'utf8')
    writeFileSync(join(folder, 'root.v2.key'), text, { mode: 0o600 })
    await expect(open(folder).wrap('root', secret, binding)).rejects.toThrow('another key than its')
  })

  test('a file that asks for all the memory is refused before it is given any', async () => {
    const folder = newFolder()
    const path = join(folder, 'root.v1.key')
    const file = { format: 'proofhouse.dev/root-key-file/v1', name: 'root', version: 1 }
    const sealing = { sealing: 'argon2id', memoryKib: 2 ** 31, passes: 1, salt: '', key: '' }
    writeFileSync(path, JSON.stringify({ ...file, ...sealing }), { mode: 0o600 })
    await expect(open(folder, 'x').wrap('root', secret, binding)).rejects.toThrow('more memory')
  })
})
