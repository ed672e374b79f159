// A table as the checks of the data take it: every n-th row, its cells as they stand there, apart by what each column means.

import { assert } from '@proofhouse/evidence'
import type { AggregateEngine } from '../ports.ts'
import type { TableSample } from './find-data-quality.ts'

/** Rows a sample holds at most. */
const sampleRowsMax = 100_000
const batchRows = 4_096

/** Which columns have a role of their own. */
export interface TableRoles {
  readonly label: string
  readonly identifiers: readonly string[]
  readonly time: string | null
  /** Columns left out: predictions and scores. */
  readonly leftOut: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Reads a sample of the table; columns that it does not have are left out. */
export async function readTable(engine: AggregateEngine, roles: TableRoles): Promise<TableSample> {
  const { label, identifiers, time, leftOut } = roles
  const names = engine.table.columns
    .map(({ name }) => name)
    .filter((name) => !leftOut.includes(name))
  const stride = Math.max(1, Math.ceil(engine.table.rows / sampleRowsMax))
  const cells = names.map((): (string | null)[] => [])
  const batches = engine.read({
    columns: names.map((name) => ({ name, as: 'text' })),
    stride,
    batchRows,
    signal: roles.signal,
  })
  for await (const { columns } of batches)
    for (const [position, column] of columns.entries())
      for (const cell of column) {
        assert(typeof cell !== 'number', 'columns are read as text')
        cells[position]?.push(cell)
      }
  const columns = names.map((name, position) => ({ name, cells: cells[position] ?? [] }))
  const columnOf = (name: string) => columns.find((column) => column.name === name) ?? null
  const apart = new Set([label, time, ...identifiers])
  const times = time === null ? null : (columnOf(time)?.cells ?? null)
  return {
    part: 1 / stride,
    columns: columns.filter(({ name }) => !apart.has(name)),
    label: columnOf(label),
    identifiers: identifiers.flatMap((name) => columnOf(name) ?? []),
    times: times === null ? null : Float64Array.from(times, timeOf),
  }
}

/** Numbers stand for themselves, such as years; other texts are dates. */
function timeOf(cell: string | null): number {
  if (cell === null || cell.trim() === '') return Number.NaN
  const number = Number(cell)
  return Number.isFinite(number) ? number : Date.parse(cell)
}
