// One byte of any file of a ledger is changed while it is closed, or while its writer is dead in the middle of its work; then it is opened for
// writing. It either says what is damaged and changes nothing, or holds every acknowledged entry and leads on from every head that
// was published or acknowledged: no fork is signed.

import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bytes, equalBytes, OperatingError, utf8 } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { decodeSlots, slotSizeBytes } from '../../packages/platform/src/ledger/committed-slots.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'

const root = mkdtempSync(join(tmpdir(), 'ledger-flips-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const key = newLedgerKey('fault.example/flips')
/** Every so many bytes of a file; of the commit point, of its header and of its notes. */
const [step, headerStep, noteStep] = allFaults ? [131, 1, 3] : [3_989, 3, 43]
const [headerSizeBytes, noteSizeBytes] = [14, 220]
/** More than one bit, one sector or one byte: nobody can tell any more what was there. */
const wreckedSizeBytes = 60

/** A closed ledger, and the same one as a killed writer leaves it with its last commit unpublished. */
async function ledgers(): Promise<{ readonly closed: string; readonly killed: string }> {
  const made = mkdtempSync(join(root, 'made-'))
  const [closed, killed] = [join(made, 'closed'), join(made, 'killed')]
  const first = await openLedgerDirectory(closed, key)
  await Promise.all(Array.from({ length: 290 }, (_, n) => first.append(utf8(`entry ${n}`))))
  await first.close()
  const second = await openLedgerDirectory(closed, key)
  await Promise.all(Array.from({ length: 7 }, (_, n) => second.append(utf8(`entry ${290 + n}`))))
  await second.checkpoint()
  const published = readFileSync(join(closed, 'checkpoint'))
  await Promise.all([297, 298, 299].map((n) => second.append(utf8(`entry ${n}`))))
  // Whether the last commit is published by now is a matter of time: here it is not.
  cpSync(closed, killed, { recursive: true })
  writeFileSync(join(killed, 'checkpoint'), published)
  await second.close()
  return { closed, killed }
}

function* filesBelow(folder: string): Generator<string> {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (statSync(join(folder, path)).isFile()) yield path
}

function* placesIn(path: string, bytes: Bytes): Generator<number> {
  if (path !== '.committed') for (let at = 0; at < bytes.length; at += step) yield at
  else
    for (const start of [0, slotSizeBytes])
      for (let at = 0; at < noteSizeBytes; at += at < headerSizeBytes ? headerStep : noteStep)
        yield start + at
}

/** What opening it for writing came to. */
async function openAndAppend(folder: string): Promise<'refused' | 'whole'> {
  let ledger: Awaited<ReturnType<typeof openLedgerDirectory>>
  try {
    ledger = await openLedgerDirectory(folder, key)
  } catch (error) {
    expect(error).toBeInstanceOf(OperatingError)
    expect(error).toMatchObject({ code: 'ledger-corrupt' })
    return 'refused'
  }
  const { checkpoint } = await ledger.checkpoint()
  expect(checkpoint.size).toBe(300)
  expect(await ledger.append(utf8('and on'))).toBe(300)
  await ledger.close()
  return 'whole'
}

test('a changed byte is told before anything is written, or costs no entry and forks nothing', async () => {
  const made = await ledgers()
  const told = new Map<string, number>()
  for (const [name, source] of Object.entries(made)) {
    for (const path of filesBelow(source)) {
      const bytes = new Uint8Array(readFileSync(join(source, path)))
      for (const at of placesIn(path, bytes)) {
        const folder = join(root, 'flipped')
        cpSync(source, folder, { recursive: true })
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
        writeFileSync(join(folder, path), changed)
        const where = `${name}: ${path} at ${at}`
        const outcome = await openAndAppend(folder)
        told.set(`${name} ${outcome}`, (told.get(`${name} ${outcome}`) ?? 0) + 1)
        if (outcome === 'refused') {
          for (const other of filesBelow(source))
            if (other !== path)
              expect(
                equalBytes(readFileSync(join(folder, other)), readFileSync(join(source, other))),
                `${where}: ${other}`,
              ).toBe(true)
        } else {
          const report = await fsck({ tiles: await openLedgerFiles(folder), trust: null })
          // What opening does not read is found by who reads everything; what it repaired is whole.
          expect(
            report.findings.every(({ file }) => file === path),
            `${where} ${JSON.stringify(report.findings)}`,
          ).toBe(true)
          if (path === '.committed') expect(report.findings, where).toEqual([])
        }
        rmSync(folder, { recursive: true })
      }
    }
  }
  for (const name of Object.keys(made))
    for (const outcome of ['refused', 'whole'])
      expect(told.get(`${name} ${outcome}`), `${name} ${outcome}`).toBeGreaterThan(2)
}, 300_000)

test('a commit of which little is left is told, and nothing of it is taken back', async () => {
  const made = await ledgers()
  for (const source of Object.values(made)) {
    const path = join(source, '.committed')
    const bytes = readFileSync(path)
    const { slots } = decodeSlots(bytes)
    const newest = (slots[0]?.sequence ?? 0) > (slots[1]?.sequence ?? 0) ? 0 : 1
    const at = newest * slotSizeBytes + headerSizeBytes
    writeFileSync(path, bytes.fill(0xee, at, at + wreckedSizeBytes))
    await expect(openLedgerDirectory(source, key)).rejects.toMatchObject({
      code: 'ledger-corrupt',
      message: expect.stringContaining('what it committed cannot be told') as unknown,
    })
    const { findings } = await fsck({ tiles: await openLedgerFiles(source), trust: null })
    expect(findings).toContainEqual({ file: '.committed', problem: `slot ${newest} is damaged` })
  }
}, 300_000)
