// Compares every row of a projection with the log: each entry up to the cursor is read, held against the tree and projected again,
// and must be the row that is stored, in every column. What is stored and has no entry is a finding as well.

import { createHash } from 'node:crypto'
import { canonicalJson, leafHash, sha256Hex } from '@proofhouse/evidence'
import type { TrustedLog } from '../prefix.ts'
import { readEntries } from '../tile-reader.ts'
import { fastSha256 } from '../tree-hash.ts'
import { cursorProblem } from './follow.ts'
import type { Cursor, ProjectedRow, Project, ProjectionStore } from './projection.ts'

/** Something wrong with one row, or with the projection as a whole. */
interface AuditFinding {
  /** The entry it is about; null where it is about no single one. */
  readonly index: number | null
  readonly kind: 'missing' | 'extra' | 'changed' | 'cursor' | 'store'
  readonly problem: string
}

/** What an audit covered and found. */
export interface AuditReport {
  readonly ok: boolean
  /** Rows that were compared. */
  readonly rows: number
  /** Entries that were read and projected again: those before this index. */
  readonly entries: number
  /** Entries of the log that the projection has not reached, and that nothing was compared of. */
  readonly lag: number
  /** How many findings there are. */
  readonly count: number
  /** The first findings. */
  readonly findings: readonly AuditFinding[]
}

/** Findings that are listed; the count goes on. */
const findingsMax = 1_000

/** What to compare. */
export interface AuditTask<Row extends ProjectedRow> {
  readonly log: TrustedLog
  readonly store: Pick<ProjectionStore<Row>, 'cursor' | 'rows' | 'problems'>
  readonly project: Project<Row>
}

/** Compares a projection with its log. @throws ledger-corrupt when the log's own files do not hold; what the stores throw */
export async function audit<Row extends ProjectedRow>(task: AuditTask<Row>): Promise<AuditReport> {
  const { log, store } = task
  const findings = new AuditFindings()
  for (const problem of await store.problems())
    findings.add({ index: null, kind: 'store', problem })
  const cursor = await store.cursor()
  const entries = await coveredSize(log, cursor, findings)
  const rows = await compareRows(task, entries, findings)
  const lag = log.checkpoint.size - entries
  const { count, list } = findings
  return { ok: count === 0, rows, entries, lag, count, findings: list }
}

class AuditFindings {
  readonly list: AuditFinding[] = []
  count = 0

  add(finding: AuditFinding): void {
    this.count++
    if (this.list.length < findingsMax) this.list.push(finding)
  }
}

/** How many entries the projection says to cover; with a cursor that is none, all that there are. */
async function coveredSize(
  log: TrustedLog,
  cursor: Cursor | null,
  findings: AuditFindings,
): Promise<number> {
  if (cursor === null) {
    findings.add({ index: null, kind: 'cursor', problem: 'there is none: nothing was indexed' })
    return 0
  }
  const problem = await cursorProblem(log, cursor)
  if (problem === null) return cursor.size
  findings.add({ index: null, kind: 'cursor', problem })
  return log.checkpoint.size
}

async function compareRows<Row extends ProjectedRow>(
  { log, store, project }: AuditTask<Row>,
  entries: number,
  findings: AuditFindings,
): Promise<number> {
  const { checkpoint, tiles } = log
  const stored = store.rows()[Symbol.asyncIterator]()
  let rows = 0
  const take = async (): Promise<Row | null> => {
    const next = await stored.next()
    if (next.done === true) return null
    rows++
    return next.value
  }
  const extra = ({ index }: Row) => {
    const problem = index < checkpoint.size ? 'is beyond the cursor' : 'the log has no such entry'
    findings.add({ index, kind: 'extra', problem })
  }
  try {
    let row = await take()
    const range = { from: 0, to: entries, checkpoint }
    for await (const { index, entry } of readEntries(tiles, range)) {
      for (; row !== null && row.index < index; row = await take()) extra(row)
      if (row?.index !== index) {
        findings.add({ index, kind: 'missing', problem: 'has no row' })
        continue
      }
      const right = await project(entry, { index, leaf: leafHash(entry, fastSha256) })
      const columns = differingColumns(row, right)
      if (columns.length > 0)
        findings.add({ index, kind: 'changed', problem: `differs in ${columns.join(', ')}` })
      row = await take()
    }
    for (; row !== null; row = await take()) extra(row)
  } finally {
    await stored.return?.()
  }
  return rows
}

function differingColumns(found: ProjectedRow, right: ProjectedRow): string[] {
  const names = new Set([...Object.keys(right), ...Object.keys(found)])
  const told = (row: ProjectedRow, name: string) => sha256Hex(canonicalJson(row[name] ?? null))
  return [...names].filter((name) => told(found, name) !== told(right, name)).toSorted()
}

/** SHA-256 over the rows before an index, each in canonical JSON on a line: two projections with the same rows have the same. */
export async function digestRows(
  rows: AsyncIterable<ProjectedRow>,
  before: number,
): Promise<{ readonly rows: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let count = 0
  for await (const row of rows) {
    if (row.index >= before) break
    hash.update(canonicalJson(row)).update('\n')
    count++
  }
  return { rows: count, sha256: hash.digest('hex') }
}
