// Everything a user can get wrong: one message that says what, where and what to do, the right exit code, and a ledger that is whole
// afterwards. No message is a stack trace.
// oxlint-disable vitest/expect-expect -- expectOneMessage and expectLedgerWhole expect

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DiskTileStore } from '../../packages/platform/src/adapters/disk-tile-store.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'
import {
  assessedSystem,
  copyExample,
  csv,
  newFolder,
  programPath,
  proofhouse,
  type Ran,
  rows,
  smallSystem,
  systemFile,
  withoutChecks,
} from './run-program.fixture.ts'

/** One line, no stack, with its code. */
function expectOneMessage(ran: Ran, status: number, message: RegExp): void {
  expect(ran.err).toMatch(message)
  expect(ran.err).toMatch(/^proofhouse: .* \[[a-z-]+\]\n$/s)
  expect(ran.err).not.toMatch(/\n\s+at /)
  expect(ran.status).toBe(status)
}

/** The ledger in a workspace is whole and takes another run. */
async function expectLedgerWhole(systemPath: string): Promise<void> {
  const tiles = new DiskTileStore(join(dirname(systemPath), '.proofhouse/ledger'))
  const { findings, size } = await fsck({ tiles, trust: null })
  expect(findings).toEqual([])
  expect(size).toBeGreaterThan(0)
}

const withCell = (column: number, value: string) =>
  csv(rows(300).map((row, n) => (n === 6 ? row.with(column, value) : row)))

test.each([
  [
    'an unknown key',
    undefined,
    (t: string) => t.replace('rationale', 'rationle'),
    2,
    /proofhouse\.yaml:21:7: unknown key `rationle`.*did you mean `rationale`/,
  ],
  [
    'an unknown measure',
    undefined,
    (t: string) => t.replace('performance.accuracy', 'performance.acuracy'),
    2,
    /proofhouse\.yaml:19: rule .*`performance\.acuracy`.*performance\.accuracy/,
  ],
  [
    'a rule without a bound',
    undefined,
    (t: string) => t.replace('      min: 0.6\n', ''),
    2,
    /min.*max|bound/,
  ],
  [
    'a column that is not there',
    undefined,
    (t: string) => t.replace('label: outcome', 'label: outcom'),
    2,
    /proofhouse\.yaml:11: .*`outcom`.*`outcome`/,
  ],
  ['a class that is not there', undefined, (t: string) => t.replace('"yes"', '"yess"'), 2, /yess/],
  [
    'a missing data file',
    undefined,
    (t: string) => t.replace('test: test.csv', 'test: tset.csv'),
    2,
    /tset\.csv/,
  ],
  [
    'a folder for a data file',
    undefined,
    (t: string) => t.replace('test: test.csv', 'test: .'),
    2,
    /folder|directory|read/,
  ],
  ['ragged rows', `${csv(rows(300))}\n1,2\n`, undefined, 2, /line 302/],
  ['an empty file', '', undefined, 2, /empty/],
  [
    'a label with one class',
    csv(rows(300).map((row) => row.with(2, 'yes'))),
    undefined,
    2,
    /`outcome`.*one|`outcome`.*only/,
  ],
  [
    'a protected column of 2,000 values',
    csv(rows(2_000).map((row, n) => row.with(1, `g${n}`))),
    undefined,
    2,
    /`group`.*2,?000/,
  ],
  ['an empty label', withCell(2, ''), undefined, 2, /`outcome`.*row 7|row 7.*`outcome`/],
  ['a label that is no number', withCell(2, 'NaN'), undefined, 2, /`outcome`/],
  ['a prediction of another class', withCell(3, 'perhaps'), undefined, 2, /perhaps/],
  ['a score beyond one', withCell(4, '1.5'), undefined, 2, /1\.5/],
  ['a score that is no number', withCell(4, 'high'), undefined, 2, /high/],
])('%s', async (_name, data, change, status, message) => {
  const path = assessedSystem()
  if (data !== undefined) writeFileSync(join(dirname(path), 'test.csv'), data)
  if (change !== undefined) writeFileSync(path, systemFile(change))
  expectOneMessage(proofhouse('assess', path), status, message)
  await expectLedgerWhole(path)
})

test('what is no file is refused, and not read for ever', () => {
  const path = smallSystem()
  const data = join(dirname(path), 'test.csv')
  rmSync(data)
  expect(spawnSync('mkfifo', [data]).status).toBe(0)
  expectOneMessage(proofhouse('assess', path), 2, /test\.csv.*pipe/)
  expectOneMessage(proofhouse('assess', data), 2, /test\.csv.*pipe/)
  expectOneMessage(proofhouse('assess', '/dev/zero'), 2, /\/dev\/zero.*device/)
  expectOneMessage(
    proofhouse('sign', path, '--key', data, '--signature', join(dirname(path), 'x')),
    2,
    /pipe/,
  )
  expectOneMessage(
    proofhouse('verify', path, '--key', data, '--signature', '/dev/zero'),
    2,
    /pipe|device/,
  )
})

test('an empty group is a group of its own', () => {
  const path = smallSystem({ csv: withCell(1, '') })
  const ran = proofhouse('assess', path, '--json')
  expect(ran.status).toBe(0)
  expect(ran.out).toContain('"group":"(missing)"')
})

test('no system file, an unknown command, an unknown option', () => {
  expectOneMessage(proofhouse('assess', join(newFolder(), 'none.yaml')), 2, /none\.yaml/)
  expectOneMessage(proofhouse('asess'), 2, /did you mean `assess`/)
  expectOneMessage(proofhouse('assess', '--jsn'), 2, /did you mean `--json`/)
})

/** A copy of the example with its model or its data changed, and without checks. */
function exampleWith(change: (folder: string) => void): string {
  const folder = newFolder()
  const path = copyExample(folder, withoutChecks)
  change(folder)
  return path
}

test.each([0, 100, 42_000])('a model cut off at %d bytes', (length) => {
  const path = exampleWith((folder) => {
    truncateSync(join(folder, 'model.onnx'), length)
  })
  expectOneMessage(proofhouse('assess', path), 2, /model\.onnx/)
})

test('a model whose inputs are not in the data', async () => {
  const path = exampleWith((folder) => {
    const data = join(folder, 'data/test.csv')
    const text = readFileSync(data, 'utf8')
    const [header = '', ...body] = text.split('\n')
    const renamed = header.replace('credit_amount', 'amount_of_credit')
    expect(renamed).not.toBe(header)
    writeFileSync(data, [renamed, ...body].join('\n'))
  })
  expectOneMessage(proofhouse('assess', path), 2, /credit_amount/)
  await expectLedgerWhole(path)
})

test('changes that the data do not know are refused before anything is attacked', () => {
  const path = copyExample(newFolder(), (text) =>
    withoutChecks(text).replace(
      'policy:',
      'checks: {robustness: true}\nchanges: {purpose: {allowed: [no such purpose]}}\npolicy:',
    ),
  )
  expectOneMessage(proofhouse('assess', path), 2, /`no such purpose` is no value of `purpose`/)
})

test('a private key that others may read is refused', () => {
  const path = assessedSystem()
  chmodSync(join(dirname(path), '.proofhouse/keys/signing.key'), 0o644)
  expectOneMessage(proofhouse('assess', path), 2, /chmod 600/)
})

test('a ledger with a changed byte takes no entry and is not written over', () => {
  const path = assessedSystem()
  const entries = join(dirname(path), '.proofhouse/ledger/tile/entries/000.p')
  // The widest partial bundle is the one that counts.
  const width = Math.max(...readdirSync(entries).map(Number))
  const name = join(entries, String(width))
  const bytes = readFileSync(name)
  bytes[200] = (bytes[200] ?? 0) ^ 1
  writeFileSync(name, bytes)
  expectOneMessage(proofhouse('assess', path), 3, /ledger fsck/)
  expect(readFileSync(name)).toEqual(bytes)
  const checked = proofhouse('ledger', 'fsck', join(dirname(path), '.proofhouse/ledger'))
  expect(checked.status).toBe(1)
  expect(checked.out).toContain('tile/entries/000.p')
})

test('a full disk', (context) => {
  const folder = newFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder])
  context.skip(mounted.status !== 0, 'this user may not mount a small file system')
  try {
    const path = smallSystem()
    const work = join(folder, 'work')
    // Until it is full, one way or the other: every run ends in a verdict or in one message.
    let full: Ran | undefined
    for (let run = 0; run < 20 && full === undefined; run++) {
      const ran = proofhouse('assess', path, '--out', work)
      if (ran.status !== 0) full = ran
    }
    if (full === undefined) throw new Error('the disk never filled')
    expectOneMessage(full, 3, /disk is full/)
    spawnSync('mount', ['-o', 'remount,size=8m', folder])
    expect(proofhouse('assess', path, '--out', work)).toMatchObject({ status: 0, err: '' })
    expect(proofhouse('ledger', 'fsck', join(work, 'ledger'))).toMatchObject({ status: 0 })
  } finally {
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Starts an assessment of many rows, stops it with a signal once its run is announced, and waits for its end. */
async function interrupted(path: string, signal: 'SIGINT' | 'SIGKILL') {
  const child = spawn(process.execPath, [programPath, 'assess', path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  const entries = join(dirname(path), '.proofhouse/ledger/tile/entries/000.p')
  const announced = () => {
    try {
      return readdirSync(entries).length > 0
    } catch {
      return false
    }
  }
  while (!announced() && child.exitCode === null) await delay(1)
  child.kill(signal)
  return { status: await ended, err }
}

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s half-way: the run is closed as abandoned',
  async (signal) => {
    const path = exampleWith((folder) => {
      const data = join(folder, 'data/test.csv')
      const [header = '', ...body] = readFileSync(data, 'utf8').trimEnd().split('\n')
      writeFileSync(data, [header, ...Array.from({ length: 20 }, () => body).flat()].join('\n'))
    })
    const { status, err } = await interrupted(path, signal)
    expect(status).toBe(signal === 'SIGINT' ? 3 : null)
    expect(err).toMatch(signal === 'SIGINT' ? /^proofhouse: .*interrupted/ : /^$/)
    const ran = proofhouse('assess', path, '--json')
    expect(ran.err).toBe('')
    const report = readFileSync(join(dirname(path), '.proofhouse/report.json'), 'utf8')
    expect(report).toMatch(/"outcome":\s*"abandoned"/)
    await expectLedgerWhole(path)
  },
)

test('two runs at once on one workspace both end, one after the other', async () => {
  const path = smallSystem()
  const run = () =>
    new Promise<number | null>((resolve) => {
      spawn(process.execPath, [programPath, 'assess', path], { stdio: 'ignore' }).once(
        'close',
        resolve,
      )
    })
  expect(await Promise.all([run(), run()])).toEqual([0, 0])
  await expectLedgerWhole(path)
})
