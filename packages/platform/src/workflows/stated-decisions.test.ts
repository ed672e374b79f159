// What the evidence log states of decision logs: read once, believed only where this workspace has signed it, and made anew otherwise.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  canonicalJson,
  decisionLog,
  deploymentDeclared,
  emptyRoot,
  erasure,
  type JsonObject,
  makeStatement,
  type PredicateType,
  sha256Hex,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { composeServices } from '../compose.ts'
import type { Workspace } from './services.ts'
import { StatedDecisions } from './stated-decisions.ts'

const base = mkdtempSync(join(tmpdir(), 'proofhouse-stated-'))
afterAll(() => rmSync(base, { recursive: true }))
const services = composeServices({ newId: () => 'x', now: () => new Date() })
const kept = (folder: string) => join(folder, 'decisions/stated.json')

const state = <P extends JsonObject>({ recorder }: Workspace, type: PredicateType<P>, what: P) =>
  recorder.record(
    makeStatement(type, [{ name: 'a', digest: { sha256: sha256Hex(utf8('a')) } }], what),
  )

const head = (origin: string, size: number) => ({
  event: 'head' as const,
  origin,
  verifierKey: 'key',
  size,
  root: toBase64(emptyRoot()),
  statedAt: '2026-01-31T12:00:00Z',
})

const erased = (erasureId: string, log: string) => ({
  erasureId,
  state: 'pending' as const,
  reason: 'request' as const,
  requestedAt: '2026-01-31T12:00:00Z',
  statedAt: '2026-01-31T12:00:00Z',
  epoch: 1,
  entries: [{ log, ranges: [{ from: 0, to: 1 }] }],
  stores: [{ store: 'keys', outcome: 'erased' as const }],
  pendingIndex: null,
})

/** Opens a workspace, and counts the entries that are read of its evidence log. */
async function open(folder: string) {
  const workspace = await services.openWorkspace(folder)
  const { ledger } = workspace
  let entriesRead = 0
  async function* read(from: number, to: number) {
    for await (const one of ledger.read(from, to)) {
      entriesRead += 1
      yield one
    }
  }
  const bound = {
    append: ledger.append.bind(ledger),
    checkpoint: ledger.checkpoint.bind(ledger),
    proof: ledger.proof.bind(ledger),
    close: ledger.close.bind(ledger),
  }
  const counted = { ...workspace, ledger: { ...bound, read } }
  return {
    workspace,
    stated: async (mayBeOlder = false) => {
      entriesRead = 0
      const stated = await StatedDecisions.read(counted, services.files, mayBeOlder)
      return { stated, read: entriesRead }
    },
  }
}

const others = async (workspace: Workspace, count: number) => {
  await Promise.all(
    Array.from({ length: count }, () => state(workspace, decisionLog, head('b', 1))),
  )
}

test('what was read of the evidence log is not read again, and what it states is found all the same', async () => {
  const { workspace, stated: read } = await open(join(base, 'a'))
  await state(workspace, decisionLog, head('a', 5))
  const first = await state(workspace, erasure, erased('e-1', 'a'))
  await others(workspace, 40)
  expect((await read()).read).toBe(42)
  const second = await state(workspace, erasure, erased('e-2', 'a'))
  await state(workspace, decisionLog, head('a', 4))
  const { stated, read: count } = await read()
  // What is new, and the entry that the place read up to is checked by.
  expect(count).toBe(3)
  expect(stated.head('a')).toMatchObject({ size: 4, index: 43 })
  expect(stated.head('c')).toBeNull()
  const all = await stated.erasures('a', () => false)
  expect(all).toMatchObject([
    { index: first.index, erasure: { erasureId: 'e-1' } },
    { index: second.index, erasure: { erasureId: 'e-2' } },
  ])
  expect(await stated.erasures('a', (index) => index === first.index)).toHaveLength(1)
  expect(await stated.erasures('b', () => false)).toEqual([])

  // Changed, from elsewhere, or gone: made anew, and the same.
  const { workspace: elsewhere, stated: readElsewhere } = await open(join(base, 'elsewhere'))
  await others(elsewhere, 1)
  await readElsewhere()
  const folder = join(base, 'a')
  const good = readFileSync(kept(folder), 'utf8')
  const from = good.indexOf('payload":"') + 40
  for (const text of [
    readFileSync(kept(join(base, 'elsewhere')), 'utf8'),
    `${good.slice(0, from)}${good[from] === 'A' ? 'B' : 'A'}${good.slice(from + 1)}`,
    '{"size":1}',
    '',
  ]) {
    writeFileSync(kept(folder), text)
    const again = await read()
    expect(again.read).toBe(44)
    expect(await again.stated.erasures('a', () => false)).toEqual(all)
  }
  await workspace.close()
  await elsewhere.close()
})

test('versions of a declaration follow one another, or nothing is opened', async () => {
  const { workspace, stated: read } = await open(join(base, 'versions'))
  const first = {
    id: 'd',
    model: 'ab'.repeat(32),
    input: { a: { type: 'number' } },
    output: { b: { type: 'text' } },
  }
  const second = { ...first, mask: ['input/a'] }
  const digestOf = (of: JsonObject) => sha256Hex(canonicalJson(of))
  const declare = (version: number, declaration: JsonObject, previous: string | null) =>
    state(workspace, deploymentDeclared, {
      deployment: 'd',
      version,
      log: 'a',
      declaration,
      previous,
      statedAt: '2026-01-31T12:00:00Z',
    })
  await declare(1, first, null)
  await declare(2, second, digestOf(first))
  const opened = (await (await read()).stated.deployments('a')).get('d')
  expect(opened).toMatchObject({
    version: 2,
    deployment: second,
    earlier: [{ version: 1, deployment: first }],
  })
  expect((await (await read()).stated.deployments('b')).size).toBe(0)
  // Over the wrong one, as if it were the first again, and with a gap.
  for (const [version, previous] of [
    [3, digestOf(first)],
    [1, null],
    [4, digestOf(second)],
  ] as const) {
    const folder = join(base, `versions-${version}`)
    cpSync(join(base, 'versions'), folder, { recursive: true })
    const { workspace: copy, stated: readCopy } = await open(folder)
    await state(copy, deploymentDeclared, {
      deployment: 'd',
      version,
      log: 'a',
      declaration: first,
      previous,
      statedAt: '2026-01-31T12:00:00Z',
    })
    const { stated } = await readCopy()
    await expect(stated.deployments('a')).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await copy.close()
  }
  await workspace.close()
})

test('an evidence log that is older than what was read of it is refused, or taken where that is declared', async () => {
  const folder = join(base, 'old')
  const before = await open(folder)
  await others(before.workspace, 3)
  await before.workspace.close()
  cpSync(join(folder, 'ledger'), join(base, 'copy'), { recursive: true })
  const { workspace, stated: read } = await open(folder)
  await others(workspace, 2)
  await read()
  await workspace.close()
  const putBack = () => {
    rmSync(join(folder, 'ledger'), { recursive: true })
    cpSync(join(base, 'copy'), join(folder, 'ledger'), { recursive: true })
    return open(folder)
  }
  const older = await putBack()
  await expect(older.stated()).rejects.toMatchObject({ code: 'ledger-older' })
  // Gone on, so that it is as long, and another.
  await others(older.workspace, 2)
  await state(older.workspace, erasure, erased('e-1', 'a'))
  await expect(older.stated()).rejects.toMatchObject({ code: 'ledger-older' })
  expect((await older.stated(true)).read).toBe(7)
  expect((await older.stated()).read).toBe(1)
  await older.workspace.close()
})
