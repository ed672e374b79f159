// What the commands over a ledger's index say, by the real program over a ledger on disk.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { toBase64, trustLogOnly, verifyCoseReceipt } from '@proofhouse/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { openLedgerDirectory } from '../../packages/platform/src/adapters/ledger-directory.ts'
import {
  mixedEntries,
  statementEntry,
} from '../../packages/platform/src/ledger/followers/statements.fixture.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { keyFileNames, openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const ledger = join(folder, 'ledger')
const index = `${ledger}.index.sqlite`
const key = newLedgerKey()

async function append(...entries: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
  const open = await openLedgerDirectory(ledger, key)
  await Promise.all(entries.map((entry) => open.append(entry)))
  await open.close()
}

beforeAll(() => append(...mixedEntries()))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('search finds by words and options, and shows how far the index is', async () => {
  const found = proofhouse('ledger', 'search', ledger, 'accuracy', '--system', 'german-credit')
  expect(found).toMatchObject({ status: 0, err: '' })
  expect(found.out).toContain('1  https://proofhouse.dev/measures/v1')
  expect(found.out).toContain('7 of 7 entries indexed, up to date')
  expect(proofhouse('ledger', 'search', ledger, 'nowhere').out).toContain('nothing found')
  const paged = proofhouse('ledger', 'search', ledger, '--limit', '2')
  expect(paged.out).toContain('go on with --before 5')
  await append(statementEntry('https://proofhouse.dev/late/v1', { text: 'late' }))
  const late = proofhouse('ledger', 'search', ledger, '--type', 'late', '--json')
  expect(JSON.parse(late.out)).toMatchObject({ applied: 8, lag: 0, hits: [{ index: 7 }] })
  expect(readdirSync(folder).toSorted()).toEqual(['ledger', 'ledger.index.sqlite'])
  expect(proofhouse('ledger', 'fsck', ledger).status).toBe(0)
})

test('proof as a COSE receipt, with the key of the ledger and no other', async () => {
  const keyFile = join(folder, 'own.key')
  const workspace = join(folder, 'workspace')
  const own = await openLedgerKey(diskKeyFiles, workspace, 'ledger.example/cli')
  cpSync(join(workspace, keyFileNames.ledger), keyFile)
  const other = join(folder, 'signed')
  const open = await openLedgerDirectory(other, own)
  const entries = mixedEntries()
  await Promise.all(entries.map((entry) => open.append(entry)))
  await open.close()
  const prove = (...args: readonly string[]) =>
    proofhouse('ledger', 'proof', other, '--index', '1', '--format', 'cose', ...args)
  const written = prove('--key', keyFile, '--output', join(folder, 'entry.cose'))
  expect(written).toMatchObject({ status: 0, err: '' })
  const receipt = new Uint8Array(readFileSync(join(folder, 'entry.cose')))
  const claim = {
    receipt,
    entry: entries[1] ?? new Uint8Array(),
    trust: trustLogOnly(own.verifierKey),
  }
  expect(await verifyCoseReceipt(claim)).toMatchObject({ index: 1, checkpoint: { size: 7 } })
  const json: unknown = JSON.parse(prove('--key', keyFile, '--json').out)
  expect(json).toEqual({ index: 1, receipt: toBase64(receipt) })
  expect(prove('--key', keyFile)).toMatchObject({ status: 2, out: '' })
  expect(prove('--output', 'x').err).toContain('[file-missing]')
  const foreign = proofhouse(
    'ledger',
    'proof',
    ledger,
    '--index',
    '1',
    '--format',
    'cose',
    '--key',
    keyFile,
    '--json',
  )
  expect(foreign.status).toBe(2)
  expect(foreign.out).toContain('not the one that signed the checkpoint')
  expect(proofhouse('ledger', 'proof', other, '--index', '1', '--key', keyFile).status).toBe(2)
  expect(proofhouse('ledger', 'proof', other, '--index', '1', '--format', 'x').status).toBe(2)
  for (const path of [keyFile, workspace, other, join(folder, 'entry.cose')])
    rmSync(path, { recursive: true })
})

test('a mirror keeps what was published; clean removes what full files stand for', async () => {
  const [mirror, copy] = [join(folder, 'mirror'), join(folder, 'copy')]
  const many = Array.from({ length: 300 }, (_, n) => mixedEntries()[n % 7] ?? new Uint8Array())
  const other = join(folder, 'mirrored')
  const write = async (entries: readonly Uint8Array<ArrayBuffer>[]) => {
    const open = await openLedgerDirectory(other, key, { mirrorFolder: mirror })
    await Promise.all(entries.map((entry) => open.append(entry)))
    await open.close()
  }
  await write(many.slice(0, 10))
  cpSync(other, copy, { recursive: true })
  await write(many.slice(10))
  const fsck = (path: string) => proofhouse('ledger', 'fsck', path, '--mirror', mirror)
  expect(fsck(other).out).toContain('compared with 3 mirrored checkpoints')
  expect(fsck(other).status).toBe(0)
  expect(fsck(copy)).toMatchObject({ status: 1 })
  expect(fsck(copy).out).toContain('it was cut back')
  expect(proofhouse('ledger', 'mirror', other, '--to', mirror)).toMatchObject({
    status: 0,
    err: '',
  })
  expect(proofhouse('ledger', 'mirror', copy, '--to', mirror).err).toContain('[ledger-corrupt]')
  const nothing = proofhouse('ledger', 'clean', other)
  expect(nothing).toMatchObject({ status: 0, out: 'nothing to remove\n' })
  cpSync(join(copy, 'tile'), join(other, 'tile'), { recursive: true })
  const cleaned = proofhouse('ledger', 'clean', other)
  expect(cleaned.out).toBe('removed 2 partial files; 2 full ones stand for them\n')
  expect(fsck(other).status).toBe(0)
  for (const path of [mirror, copy, other]) rmSync(path, { recursive: true })
})

test('search refuses what it would have to guess', () => {
  for (const args of [
    ['--limit', '0'],
    ['--limit', '1001'],
    ['--before', '-1'],
    ['--since', 'yesterday'],
    ['--field', 'run'],
  ])
    expect(proofhouse('ledger', 'search', ledger, 'x', ...args).status, args.join(' ')).toBe(2)
})

test('audit compares every row; a rebuild equals what was, until somebody changes it', () => {
  const sound = proofhouse('ledger', 'audit', ledger)
  expect(sound.out).toContain('entries 0 to 7')
  expect(sound.status).toBe(0)
  const equal = proofhouse('ledger', 'index', ledger, '--rebuild', '--json')
  expect(equal.status).toBe(0)
  expect(JSON.parse(equal.out)).toMatchObject({ equal: true, applied: 8 })
  const database = new DatabaseSync(index)
  database.exec("UPDATE statement SET system = 'another' WHERE entry_index = 1")
  database.close()
  const changed = proofhouse('ledger', 'audit', ledger)
  expect(changed.status).toBe(1)
  expect(changed.out).toContain('entry 1 changed: differs in system')
  const rebuilt = proofhouse('ledger', 'index', ledger, '--rebuild')
  expect(rebuilt.status).toBe(1)
  expect(rebuilt.out).toContain('not equal to what was there')
  expect(proofhouse('ledger', 'audit', ledger).status).toBe(0)
})

test('without an index there is nothing to audit; a damaged one is made anew', () => {
  rmSync(index)
  expect(proofhouse('ledger', 'audit', ledger).err).toContain('[file-missing]')
  writeFileSync(index, 'no database')
  const refused = proofhouse('ledger', 'search', ledger)
  expect(refused.status).toBe(3)
  expect(refused.err).toContain('--rebuild')
  const made = proofhouse('ledger', 'index', ledger, '--rebuild', '--json')
  expect(made.status).toBe(0)
  expect(JSON.parse(made.out)).toMatchObject({ equal: null, applied: 8 })
})

test('no index is made of a ledger whose files do not hold', () => {
  const bundle = join(ledger, 'tile/entries/000.p/8')
  const bytes = readFileSync(bundle)
  bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1
  writeFileSync(bundle, bytes)
  expect(proofhouse('ledger', 'audit', ledger).err).toContain('[ledger-corrupt]')
  expect(proofhouse('ledger', 'index', ledger, '--rebuild').err).toContain('[ledger-corrupt]')
})
