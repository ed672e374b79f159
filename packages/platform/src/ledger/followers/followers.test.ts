// Followers over a real log and a real index: every entry once, whatever interrupts; every row that was tampered with is found.

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { OperatingError, sha256Hex, utf8 } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import { openStatementIndex, type StatementIndex } from '../../adapters/sqlite-statement-index.ts'
import { audit, digestRows } from './audit.ts'
import { follow } from './follow.ts'
import type { TrustedLog } from '../prefix.ts'
import type { StatementQuery } from './statement-index.ts'
import { projectStatements } from './statement-row.ts'
import { growingLog, mixedEntries, statementEntry, withFlippedByte } from './statements.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'proofhouse-test-followers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newFile = () => join(folder, `${files++}.sqlite`)

const project = projectStatements(() => Promise.resolve(null))
const small = { batchEntriesMax: 3, batchMaxBytes: 100_000 }
const everything: StatementQuery = {
  text: '',
  type: null,
  subject: null,
  system: null,
  run: null,
  since: null,
  fields: [],
  before: null,
  limit: 100,
}
const indexesOf = async (index: StatementIndex, query: Partial<StatementQuery>) =>
  (await index.search({ ...everything, ...query })).map(({ index: at }) => at)
const codeOf = (error: unknown) => (error instanceof OperatingError ? error.code : error)
const open = (path: string) => openStatementIndex({ path, replace: false })

async function indexed(log: TrustedLog, path = ':memory:'): Promise<StatementIndex> {
  const store = open(path)
  await follow({ log, store, project, limits: small })
  return store
}

describe('following', () => {
  test('goes on from its cursor, and equals a rebuild from zero', async () => {
    const { log, grow } = await growingLog(mixedEntries())
    const path = newFile()
    const first = await indexed(log, path)
    await first.close()
    const longer = await grow(mixedEntries())
    const store = open(path)
    const seen: number[] = []
    const task = { log: longer, store, project, limits: small }
    const done = await follow({ ...task, onBatch: ({ applied, lag }) => seen.push(applied + lag) })
    expect(done).toEqual({ applied: 14, lag: 0 })
    expect(seen).toEqual([14, 14, 14])
    const before = await digestRows(store.rows(), 14)
    expect(before.rows).toBe(14)
    await store.clear()
    expect(await store.cursor()).toBeNull()
    await follow({ ...task, limits: { batchEntriesMax: 5, batchMaxBytes: 1 } })
    expect(await digestRows(store.rows(), 14)).toEqual(before)
    expect((await audit({ log: longer, store, project })).ok).toBe(true)
  })

  test('stops between batches, and says how far it lags', async () => {
    const { log } = await growingLog(mixedEntries())
    const stop = new AbortController()
    const store = open(':memory:')
    const task = { log, store, project, limits: small, signal: stop.signal }
    const done = await follow({ ...task, onBatch: () => stop.abort() })
    expect(done).toEqual({ applied: 3, lag: 4 })
    const report = await audit({ log, store, project })
    expect(report).toMatchObject({ ok: true, rows: 3, entries: 3, lag: 4 })
  })

  test('an empty log, and one of several bundles', async () => {
    const { log, grow } = await growingLog([])
    const store = await indexed(log)
    expect(await store.cursor()).toMatchObject({ size: 0 })
    const many = Array.from({ length: 600 }, (_, n) => utf8(`entry ${n}`))
    const longer = await grow(many)
    const limits = { batchEntriesMax: 100, batchMaxBytes: 100_000 }
    expect(await follow({ log: longer, store, project, limits })).toEqual({ applied: 600, lag: 0 })
    expect((await audit({ log: longer, store, project })).rows).toBe(600)
  })

  test('each failure of the store, persisted or not, applies every entry once', async () => {
    const { log } = await growingLog(mixedEntries())
    const right = await digestRows((await indexed(log)).rows(), 7)
    for (const persisted of [false, true])
      for (let failing = 0; failing < 3; failing++) {
        const real = open(newFile())
        let calls = 0
        const store: StatementIndex = {
          cursor: () => real.cursor(),
          rows: () => real.rows(),
          problems: () => real.problems(),
          clear: () => real.clear(),
          search: (query) => real.search(query),
          close: () => real.close(),
          async apply(batch) {
            const fails = calls++ === failing
            if (!fails || persisted) await real.apply(batch)
            if (fails) throw new OperatingError('storage-failed', 'the disk went away')
          },
        }
        const task = { log, store, project, limits: small }
        expect(await follow(task).catch(codeOf)).toBe('storage-failed')
        expect((await audit({ log, store, project })).ok).toBe(failing > 0 || persisted)
        expect(await follow(task)).toEqual({ applied: 7, lag: 0 })
        expect(await digestRows(store.rows(), 8)).toEqual(right)
        await real.close()
      }
  })

  test('a transaction that fails half-way leaves neither rows nor cursor', async () => {
    const { log } = await growingLog(mixedEntries())
    const path = newFile()
    const store = await indexed(log, path)
    const cursor = await store.cursor()
    const [row] = await Array.fromAsync(store.rows())
    if (row === undefined || cursor === null) throw new Error('there is a row')
    const rows = [{ ...row, index: 50 }, row]
    const to = { ...cursor, size: 51 }
    expect(await store.apply({ from: cursor, to, rows }).catch(codeOf)).toBe('storage-failed')
    expect(await store.cursor()).toEqual(cursor)
    expect((await Array.fromAsync(store.rows())).length).toBe(7)
  })

  test('two that follow at once apply every entry once', async () => {
    const { log } = await growingLog([...mixedEntries(), ...mixedEntries()])
    const path = newFile()
    const stores = [open(path), open(path)]
    const limits = { batchEntriesMax: 1, batchMaxBytes: 1 }
    const done = await Promise.all(stores.map((store) => follow({ log, store, project, limits })))
    expect(done.map(({ lag }) => lag)).toEqual([0, 0])
    const [store] = stores
    if (store === undefined) throw new Error('there are two')
    expect((await audit({ log, store, project })).ok).toBe(true)
    const cursor = await store.cursor()
    const batch = { from: null, to: cursor ?? { origin: '', size: 0, root: '' }, rows: [] }
    expect(await store.apply(batch).catch(codeOf)).toBe('ledger-conflict')
  })

  test('goes on in no other log: shorter, of another name, forked, or damaged', async () => {
    const { log, grow } = await growingLog(mixedEntries())
    const longer = await grow(mixedEntries())
    const store = await indexed(longer)
    const refused = (other: TrustedLog) =>
      follow({ log: other, store, project, limits: small }).catch(codeOf)
    expect(await refused(log)).toBe('ledger-corrupt')
    const other = await growingLog([...mixedEntries(), ...mixedEntries()].toReversed())
    expect(await refused(other.log)).toBe('ledger-corrupt')
    const renamed = { ...longer, checkpoint: { ...longer.checkpoint, origin: 'ledger.example/b' } }
    expect(await refused(renamed)).toBe('ledger-corrupt')
    const damaged = await withFlippedByte(longer, 'tile/entries/000.p/14')
    expect(await follow({ log: damaged, store: open(':memory:'), project }).catch(codeOf)).toBe(
      'ledger-corrupt',
    )
  })

  test('a file that is no index is refused, and replaced when asked', async () => {
    const path = newFile()
    writeFileSync(path, 'not a database, and long enough to be taken for one'.repeat(100))
    expect(() => open(path)).toThrow(/index --rebuild/)
    const store = openStatementIndex({ path, replace: true })
    expect(await store.cursor()).toBeNull()
  })
})

describe('searching', () => {
  test('by words, phrases, beginnings, and fields', async () => {
    const { log } = await growingLog(mixedEntries())
    const store = await indexed(log)
    const found = (query: Partial<StatementQuery>) => indexesOf(store, query)
    expect(await found({})).toEqual([6, 5, 4, 3, 2, 1, 0])
    expect(await found({ before: 5, limit: 2 })).toEqual([4, 3])
    expect(await found({ text: 'groesse' })).toEqual([])
    expect(await found({ text: 'GROSSE gruppe' })).toEqual([])
    expect(await found({ text: 'größe gruppe' })).toEqual([1])
    expect(await found({ text: 'grup*' })).toEqual([1])
    expect(await found({ text: '"german credit"' })).toEqual([1])
    expect(await found({ text: 'german-credit' })).toEqual([1])
    expect(await found({ text: '-operators AND "quotes" ^ NOT*' })).toEqual([])
    expect(await found({ text: 'quotes" AND -operators' })).toEqual([6])
    expect(await found({ type: 'run-announced' })).toEqual([0])
    expect(await found({ system: 'hiring' })).toEqual([6])
    expect(await found({ run: 'run-1' })).toEqual([1, 0])
    expect(await found({ run: 'run-1', type: 'measures' })).toEqual([1])
    expect(await found({ since: '2026-01-15T00:00:00.000Z' })).toEqual([6])
    const digest = sha256Hex(utf8('https://proofhouse.dev/measures/v1'))
    expect(await found({ subject: digest })).toEqual([1])
    expect(await found({ subject: `sha256:${digest}` })).toEqual([1])
    expect(await found({ fields: ['measures.measure=performance.accuracy'] })).toEqual([1])
    expect(await found({ fields: ['measures.value=0.75', 'runId=run-1'] })).toEqual([1])
    expect(await found({ fields: ['measures.value=0.75', 'runId=run-2'] })).toEqual([])
  })

  test('shows what a statement says of itself, and where the words stand', async () => {
    const { log } = await growingLog(mixedEntries())
    const [hit] = await (await indexed(log)).search({
      ...everything,
      text: 'announced',
      run: 'run-1',
    })
    expect(hit).toMatchObject({
      index: 0,
      kind: 'statement',
      held: 'entry',
      statedAt: '2026-01-02T02:04:05.000Z',
      run: 'run-1',
      system: null,
    })
    expect(hit?.excerpt).toContain('announced')
  })

  test('an envelope that is kept beside the log, altered, or gone', async () => {
    const large = statementEntry('https://proofhouse.dev/large/v1', { text: 'elephant' }, 'big')
    const reference = {
      type: 'https://proofhouse.dev/envelope-reference/v1',
      digest: sha256Hex(large),
      predicateType: 'https://proofhouse.dev/large/v1',
      sizeBytes: large.length,
      subject: [{ digest: { sha256: sha256Hex(utf8('big')) }, name: 'big.bin' }],
    }
    const entry = utf8(
      `{"digest":"${reference.digest}","predicateType":"${reference.predicateType}","sizeBytes":${reference.sizeBytes},"subject":[{"digest":{"sha256":"${reference.subject[0]?.digest.sha256}"},"name":"big.bin"}],"type":"${reference.type}"}`,
    )
    const place = { index: 0, leaf: new Uint8Array(32) }
    const row = (kept: Uint8Array<ArrayBuffer> | null) =>
      projectStatements(() => Promise.resolve(kept))(entry, place)
    expect(await row(large)).toMatchObject({ held: 'blob', fields: ['text=elephant'] })
    const pinned = { kind: 'statement', predicateType: reference.predicateType, fields: [] }
    expect(await row(null)).toMatchObject({ ...pinned, held: 'absent' })
    expect(await row(large.slice(1))).toMatchObject({ ...pinned, held: 'altered' })
    const { subjects } = await row(null)
    expect(subjects).toEqual([`sha256:${sha256Hex(utf8('big'))}`])
  })

  test('says when there was more than an index takes', async () => {
    const place = { index: 0, leaf: new Uint8Array(32) }
    const of = (predicate: Parameters<typeof statementEntry>[1]) =>
      project(statementEntry('https://proofhouse.dev/x/v1', predicate), place)
    expect(await of({ a: 'b' })).toMatchObject({ cut: false })
    expect(await of({ a: Array.from({ length: 300 }, (_, n) => n) })).toMatchObject({ cut: true })
    const long = await of({ a: 'word '.repeat(60_000), b: 'after' })
    expect(long).toMatchObject({ cut: true, fields: ['b=after'] })
    expect(long.words).toContain('after')
  })
})

describe('auditing', () => {
  let made: Promise<{ readonly log: TrustedLog; readonly path: string }> | null = null
  /** A copy of an index that is as it should be, with its log. */
  const sample = async () => {
    made ??= (async () => {
      const original = newFile()
      const { log } = await growingLog(mixedEntries())
      await (await indexed(log, original)).close()
      return { log, path: original }
    })()
    const { log, path: original } = await made
    const path = newFile()
    copyFileSync(original, path)
    return { log, path }
  }
  const tampered = async (sql: string, ...values: SQLInputValue[]) => {
    const { log, path } = await sample()
    const database = new DatabaseSync(path, { defensive: false })
    database.exec('PRAGMA ignore_check_constraints = 1; PRAGMA writable_schema = 1')
    const { changes } = database.prepare(sql).run(...values)
    database.close()
    const store = open(path)
    const report = await audit({ log, store, project })
    await store.close()
    return { changes, report }
  }

  test('finds every cell of every row that was changed', async () => {
    const cells = [
      ['leaf', 'leaf'],
      ['kind', 'kind'],
      ['held', 'held'],
      ['predicate_type', 'predicateType'],
      ['stated_at', 'statedAt'],
      ['system', 'system'],
      ['run', 'run'],
    ] as const
    for (const [cell, column] of cells)
      for (const index of [0, 3, 6]) {
        const sql = `UPDATE statement SET ${cell} = coalesce(${cell}, '') || 'x' WHERE entry_index = ?`
        const { changes, report } = await tampered(sql, index)
        expect(changes).toBe(1)
        const hides = { held: 'entry', kind: 'other' } as Readonly<Record<string, string>>
        // A kind that there is not is read as `other`, which an entry that is no envelope is.
        if (hides[cell] === 'other' && index === 3) continue
        expect(report.findings, `${cell} of ${index}`).toEqual([
          { index, kind: 'changed', problem: `differs in ${column}` },
        ])
      }
    const { report } = await tampered('UPDATE statement SET cut = 1 WHERE entry_index = 2')
    expect(report.findings).toEqual([{ index: 2, kind: 'changed', problem: 'differs in cut' }])
  })

  test.each([
    [
      'a subject changed',
      "UPDATE mark SET value = value || '0' WHERE kind = 'subject' AND entry_index = 1",
      1,
      'changed',
    ],
    [
      'a subject removed',
      "DELETE FROM mark WHERE kind = 'subject' AND entry_index = 0",
      0,
      'changed',
    ],
    ['a field added', "INSERT INTO mark VALUES ('field', 'a=b', 3)", 3, 'changed'],
    ['a mark of another kind', "INSERT INTO mark VALUES ('other', 'a=b', 3)", 3, 'changed'],
    [
      'a field moved',
      "UPDATE mark SET entry_index = 6 WHERE value = 'measures.value=0.75'",
      1,
      'changed',
    ],
    ['words changed', "UPDATE words SET text = text || ' more' WHERE rowid = 6", 6, 'changed'],
    ['words removed', 'DELETE FROM words WHERE rowid = 1', 1, 'changed'],
    ['a row removed', 'DELETE FROM statement WHERE entry_index = 2', 2, 'changed'],
    ['words without a row', "INSERT INTO words (rowid, text) VALUES (9, 'hidden')", 9, 'extra'],
    ['a mark without a row', "INSERT INTO mark VALUES ('field', 'a=b', 12)", 12, 'extra'],
    [
      'a row beyond the log',
      "INSERT INTO statement VALUES (7, 'x', 'other', 'entry', NULL, NULL, NULL, NULL, 0)",
      7,
      'extra',
    ],
    [
      'a row before the log',
      "INSERT INTO statement VALUES (-1, 'x', 'other', 'entry', NULL, NULL, NULL, NULL, 0)",
      null,
      'store',
    ],
    [
      'a mark beyond numbers',
      "INSERT INTO mark VALUES ('field', 'a=b', 9223372036854775807)",
      null,
      'store',
    ],
    ['the cursor ahead', 'UPDATE cursor SET size = 8', null, 'cursor'],
    ['the cursor behind', 'UPDATE cursor SET size = 6', null, 'cursor'],
    ['the cursor before the log', 'UPDATE cursor SET size = -1', null, 'cursor'],
    ['the cursor at nothing', 'UPDATE cursor SET size = 0', null, 'cursor'],
    ['the root at the cursor', "UPDATE cursor SET root = 'AAAA'", null, 'cursor'],
    ['the log of the cursor', "UPDATE cursor SET origin = 'ledger.example/x'", null, 'cursor'],
    ['no cursor', 'DELETE FROM cursor', null, 'cursor'],
    [
      'a trigger',
      'CREATE TRIGGER t AFTER INSERT ON statement BEGIN DELETE FROM mark; END',
      null,
      'store',
    ],
    ['a view', 'CREATE VIEW v AS SELECT 1', null, 'store'],
    ['an index of a table gone', 'DROP INDEX mark_entry', null, 'store'],
    [
      'the index of words',
      'UPDATE words_data SET block = zeroblob(30) WHERE id > 10',
      null,
      'store',
    ],
    ['sizes of words', 'UPDATE words_docsize SET sz = zeroblob(1) WHERE id = 6', null, 'store'],
    [
      'the texts behind the words',
      "UPDATE words_content SET c0 = 'elephant' WHERE id = 6",
      null,
      'store',
    ],
  ])('finds %s', async (_, sql, index, kind) => {
    const { report } = await tampered(sql)
    expect(report.ok).toBe(false)
    expect(report.findings.map((finding) => [finding.index, finding.kind])).toContainEqual([
      index,
      kind,
    ])
  })

  test('names the rows of a whole entry that is gone, and of one that was swapped', async () => {
    const { log, path } = await sample()
    const database = new DatabaseSync(path)
    database.exec(
      'DELETE FROM statement WHERE entry_index = 1; DELETE FROM mark WHERE entry_index = 1; DELETE FROM words WHERE rowid = 1',
    )
    database.close()
    const store = open(path)
    const report = await audit({ log, store, project })
    expect(report).toMatchObject({ ok: false, rows: 6, entries: 7, lag: 0, count: 1 })
    expect(report.findings).toEqual([{ index: 1, kind: 'missing', problem: 'has no row' }])
  })

  test('an index of another log, and a log that was tampered with, are no agreement', async () => {
    const { log } = await growingLog(mixedEntries())
    const other = await growingLog(mixedEntries().toReversed())
    const store = await indexed(other.log)
    const report = await audit({ log, store, project })
    expect(report.ok).toBe(false)
    expect(report.findings[0]?.kind).toBe('cursor')
    const damaged = await withFlippedByte(other.log, 'tile/entries/000.p/7')
    expect(await audit({ log: damaged, store, project }).catch(codeOf)).toBe('ledger-corrupt')
  })
})
