// The system itself refuses to write on: a process appends under a limit of file sizes (`ulimit -f`), so that writes come back short or
// fail in the middle of a record. Afterwards, without the limit, nothing that was acknowledged is missing.

import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ledger-full-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Appends until the limit stops it; gives what it acknowledged, by index. */
function appendUnder(limitBlocks: number, seed: number): Map<number, string> {
  const told = join(root, 'acknowledged')
  const script = join(import.meta.dirname, 'append-forever.fixture.ts')
  const [folder, keys] = [join(root, 'ledger'), join(root, 'keys')]
  const done = spawnSync(
    '/bin/sh',
    ['-c', `ulimit -f ${limitBlocks}; exec "$0" "$@"`, process.execPath, script].concat(
      [folder, keys, told].concat(String(seed)),
    ),
    { encoding: 'utf8', env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' } },
  )
  // It ends by the failed write, or in good order by its own choice.
  expect(`${done.status} ${done.stderr}`).toMatch(/^0 $|storage-failed/)
  const output = existsSync(told) ? readFileSync(told, 'utf8') : ''
  return new Map(
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .split('\n')
      .flatMap((line) => {
        const [index, digest] = line.split(' ')
        return digest === undefined ? [] : [[Number(index), digest] as const]
      }),
  )
}

// From a limit at which not even the commit point can be written to one that some staging files stay below.
test.each([1, 3, 17, 40, 100, 400, 1_000])(
  'a limit of %i blocks loses nothing that was acknowledged',
  async (limitBlocks) => {
    const acknowledged = new Map<number, string>()
    for (const seed of [limitBlocks, limitBlocks + 1])
      for (const [index, digest] of appendUnder(limitBlocks, seed)) acknowledged.set(index, digest)
    const folder = join(root, 'ledger')
    const key = await openLedgerKey(diskKeyFiles, join(root, 'keys'), 'fault.example/ledger')
    const ledger = await openLedgerDirectory(folder, key)
    const found = new Map<number, string>()
    for await (const { index, entry } of ledger.read(0, Number.MAX_SAFE_INTEGER))
      if (acknowledged.has(index)) found.set(index, hash('sha256', entry, 'hex'))
    expect(found).toEqual(acknowledged)
    await ledger.append(Uint8Array.of(1))
    await ledger.close()
    const { findings } = await fsck({ tiles: await openLedgerFiles(folder), trust: null })
    expect(findings).toEqual([])
  },
)
