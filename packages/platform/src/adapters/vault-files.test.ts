// Vault files in memory and in a folder.

import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textOf, utf8 } from '@proofhouse/evidence'
import { afterEach, expect, test } from 'vitest'
import type { VaultFiles } from '../decisions/index.ts'
import { DiskVaultFiles } from './disk-vault-files.ts'
import { MemoryVaultFiles } from './memory-vault-files.ts'
import { describeVaultFiles } from './vault-files-contract.fixture.ts'

const folders: string[] = []
const opened: VaultFiles[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vault-files-'))
  folders.push(folder)
  return folder
}
async function onDisk(folder = newFolder()): Promise<VaultFiles> {
  const files = await DiskVaultFiles.open(folder)
  opened.push(files)
  return files
}
afterEach(async () => {
  for (const files of opened.splice(0)) await files.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const failed: unknown = expect.objectContaining({ code: 'storage-failed' })

describeVaultFiles('in memory', () => {
  const files = new MemoryVaultFiles()
  return Promise.resolve({ files, again: () => Promise.resolve(files) })
})
describeVaultFiles('on disk', async () => {
  const folder = newFolder()
  return { files: await onDisk(folder), again: () => onDisk(folder) }
})

test('on disk, an interrupted replacement is removed, and only the owner reads', async () => {
  const folder = newFolder()
  const left = join(folder, 'state.0123456789abcdef.new')
  writeFileSync(left, 'x')
  const files = await onDisk(folder)
  expect(existsSync(left)).toBe(false)
  await files.append('a', 0, utf8('x'))
  await files.replace('b', utf8('x'))
  for (const name of ['a', 'b']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
})

test('on disk, what is there when it is opened again is what was written', async () => {
  const folder = newFolder()
  await (await onDisk(folder)).append('a', 0, utf8('one'))
  const again = await onDisk(folder)
  await again.append('a', 3, utf8('two'))
  expect(textOf((await again.read('a', 0, 9)) ?? new Uint8Array())).toBe('onetwo')
})

test.skipIf(process.getuid?.() === 0)(
  'on disk, a folder that cannot be written says so',
  async () => {
    const folder = newFolder()
    const files = await onDisk(folder)
    chmodSync(folder, 0o500)
    await expect(files.replace('a', utf8('x'))).rejects.toThrow(failed)
    expect(readdirSync(folder)).toEqual([])
    chmodSync(folder, 0o700)
  },
)
