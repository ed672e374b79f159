// Ledger folders as strangers, power cuts and careless copies leave them.

import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { checkLedger } from '../workflows/index.ts'
import { fsck } from '../ledger/index.ts'
import { newLedgerKey } from '../ledger/fsck/fsck.fixture.ts'
import { localFiles } from './local-files.ts'
import { openLedgerDirectory, openLedgerFiles, openMirrorFiles } from './ledger-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'proofhouse-ledger-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const key = newLedgerKey()
let made = 0

/** A ledger of five entries; `meanwhile` sees its folder before it is closed. */
async function ledgerOfFive(
  meanwhile: (folder: string) => void = () => undefined,
): Promise<string> {
  const folder = join(root, String(made++))
  const ledger = await openLedgerDirectory(folder, key)
  for (let n = 0; n < 5; n++) await ledger.append(utf8(`entry ${n}`))
  meanwhile(folder)
  await ledger.close()
  return folder
}

const findingsOf = async (folder: string) =>
  (await fsck({ tiles: await openLedgerFiles(folder), trust: null })).findings

const lastBundle = 'tile/entries/000.p/5'

test.each([
  ['cut short', (path: string) => truncateSync(path, statSync(path).size - 3)],
  [
    'with another length in it',
    (path: string) => {
      const bytes = readFileSync(path)
      bytes.writeUInt8(bytes.readUInt8(1) + 1, 1)
      writeFileSync(path, bytes)
    },
  ],
  [
    'of another entry',
    (path: string) =>
      writeFileSync(path, readFileSync(path, 'latin1').replace('entry 2', 'entry X'), 'latin1'),
  ],
])('a ledger takes nothing onto a last bundle %s', async (_, damage) => {
  const folder = await ledgerOfFive()
  damage(join(folder, lastBundle))
  await expect(openLedgerDirectory(folder, key)).rejects.toMatchObject({
    code: 'ledger-corrupt',
    message: expect.stringContaining(lastBundle) as unknown,
  })
  expect((await findingsOf(folder)).map(({ file }) => file)).toContain(lastBundle)
})

test.each([1, 19, 20, 4096])(
  'a torn batch that reads as %i zeros is dropped, and what was acknowledged is there',
  async (zeros) => {
    const copy = join(root, `torn-${zeros}`)
    await ledgerOfFive((folder) => cpSync(folder, copy, { recursive: true }))
    const [staged = ''] = readdirSync(join(copy, '.staging'))
    appendFileSync(join(copy, '.staging', staged), new Uint8Array(zeros))
    const ledger = await openLedgerDirectory(copy, key)
    expect((await ledger.checkpoint()).checkpoint.size).toBe(5)
    await ledger.append(utf8('and on'))
    await ledger.close()
    expect(await findingsOf(copy)).toEqual([])
  },
)

test('a copy without the commit point is not written to, and nothing is made in it', async () => {
  const folder = await ledgerOfFive()
  for (const name of ['.committed', '.lock']) rmSync(join(folder, name), { force: true })
  const before = readdirSync(folder).toSorted()
  await expect(openLedgerDirectory(folder, key)).rejects.toMatchObject({
    code: 'ledger-corrupt',
    message: expect.stringContaining('a copy without `.committed`') as unknown,
  })
  expect(readdirSync(folder).toSorted()).toEqual(before)
  expect(await findingsOf(folder)).toEqual([])
})

test.each([
  ['a link', 'checkpoint', (path: string) => symlinkSync('/dev/zero', path), /is a link/],
  ['a pipe', 'checkpoint', (path: string) => spawnSync('mkfifo', [path]), /pipe or a device/],
  [
    'too large',
    'checkpoint',
    (path: string) => writeFileSync(path, new Uint8Array(1_048_577)),
    /larger than the 1048576 bytes/,
  ],
  ['a link', lastBundle, (path: string) => symlinkSync('/dev/zero', path), /is a link/],
  [
    'too large',
    'tile/0/000.p/5',
    (path: string) => writeFileSync(path, new Uint8Array(8193)),
    /larger than the 8192 bytes/,
  ],
] as const)('%s in the place of `%s` is found, not read', async (_, path, replace, problem) => {
  const folder = await ledgerOfFive()
  rmSync(join(folder, path))
  replace(join(folder, path))
  const files = await openLedgerFiles(folder)
  const { findings } = await fsck({ tiles: files, trust: null })
  expect(findings).toContainEqual({
    file: path,
    problem: expect.stringMatching(problem) as unknown,
  })
})

test('a partial tile of an upper level that a power cut left empty is made anew', async () => {
  const folder = join(root, String(made++))
  const ledger = await openLedgerDirectory(folder, key)
  await Promise.all(Array.from({ length: 600 }, (_, n) => ledger.append(utf8(`entry ${n}`))))
  await ledger.close()
  truncateSync(join(folder, 'tile/1/000.p/2'), 0)
  const again = await openLedgerDirectory(folder, key)
  await again.append(utf8('and on'))
  await again.close()
  expect(await findingsOf(folder)).toEqual([])
})

test('a lock file that holds something is named', async () => {
  const folder = await ledgerOfFive()
  writeFileSync(join(folder, '.lock'), 'x'.repeat(5_000))
  await expect(openLedgerDirectory(folder, key)).rejects.toMatchObject({
    code: 'ledger-corrupt',
    message: expect.stringContaining('`.lock` is not empty') as unknown,
  })
})

test('a ledger that is being written to is not called damaged', async () => {
  const folder = await ledgerOfFive()
  const ledger = await openLedgerDirectory(folder, key)
  const writing = { on: true }
  const writer = (async () => {
    for (let n = 0; writing.on; n++) await ledger.append(utf8(`live ${n}`))
  })()
  const services = {
    files: localFiles,
    openLedgerFiles,
    openMirrorFiles,
    startLeafHasher: () => {
      throw new Error('a small log is hashed here')
    },
  }
  for (let n = 0; n < 8; n++)
    expect(
      (await checkLedger({ folder, trustFile: null, mirrorFolder: null }, services)).findings,
    ).toEqual([])
  writing.on = false
  await writer
  await ledger.close()
})
