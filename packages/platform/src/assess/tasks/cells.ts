// Statistics by group for tasks that are not binary: one cell per seen combination of protected values, each of counts that merge by
// addition. What a cell counts is the task's business; how cells become groups is the same for all.
// INVARIANT: cells are distinct and sorted by code unit, column by column; a combination nobody has is absent.

import { assert } from '@proofhouse/evidence'

/** The rows that share one value in each column. */
export interface Cell {
  /** One value per column of the table, in their order. */
  readonly cell: readonly string[]
}

/** How two cells of disjoint rows become one; the values are the first one's. */
export type AddCells<C extends Cell> = (a: C, b: C) => C

/** A data set reduced to cells. */
export interface CellTable<C extends Cell> {
  readonly columns: readonly string[]
  readonly cells: readonly C[]
}

/** A table in its one form: cells of the same combination added up, all sorted. */
export function cellTable<C extends Cell>(
  columns: readonly string[],
  cells: readonly C[],
  add: AddCells<C>,
): CellTable<C> {
  const byKey = Map.groupBy(cells, ({ cell }) => {
    assert(cell.length === columns.length, 'a cell has one value per column')
    return JSON.stringify(cell)
  })
  const merged = [...byKey.values()].flatMap((same) => addAll(same, add) ?? [])
  return { columns, cells: merged.toSorted((a, b) => compareTexts(a.cell, b.cell)) }
}

/** Adds by halves: merging long lists one after the other would copy the first ones again and again. */
function addAll<C extends Cell>(cells: readonly C[], add: AddCells<C>): C | undefined {
  const half = Math.ceil(cells.length / 2)
  const [a, b] =
    cells.length < 2 ? cells : [addAll(cells.slice(0, half), add), addAll(cells.slice(half), add)]
  return a === undefined || b === undefined ? a : add(a, b)
}

/** Marginals made so far, by the cells they were made of: measures, sizes and findings ask for the same ones. */
const marginals = new WeakMap<readonly Cell[], Map<string, CellTable<Cell>>>()

/** The table over some of its columns, the others summed out; `[]` gives everyone as one cell. */
export function marginalCells<C extends Cell>(
  table: CellTable<C>,
  columns: readonly string[],
  add: AddCells<C>,
): CellTable<C> {
  const known = marginals.get(table.cells) ?? new Map<string, CellTable<Cell>>()
  marginals.set(table.cells, known)
  const key = JSON.stringify(columns)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of the same cells, below
  const found = (known.get(key) as CellTable<C> | undefined) ?? sumOut(table, columns, add)
  known.set(key, found)
  return found
}

function sumOut<C extends Cell>(
  table: CellTable<C>,
  columns: readonly string[],
  add: AddCells<C>,
): CellTable<C> {
  const positions = columns.map((column) => table.columns.indexOf(column))
  assert(!positions.includes(-1), `the cells are over ${table.columns.join(', ')}`)
  const cells = table.cells.map((cell) => ({
    ...cell,
    cell: positions.map((position) => cell.cell[position] ?? ''),
  }))
  return cellTable(columns, cells, add)
}

/** A group as findings name it. */
export interface FoundGroup {
  /** `[]` for everyone. */
  readonly over: readonly string[]
  readonly slice: Readonly<Record<string, string>> | null
  readonly n: number
}

/** What is told of each group of each column set, in order. */
export function tellGroups<C extends Cell, Told>(
  table: CellTable<C>,
  overs: readonly (readonly string[])[],
  by: {
    readonly add: AddCells<C>
    readonly rowsOf: (cell: C) => number
    readonly tell: (cell: C) => Told
  },
): (FoundGroup & Told)[] {
  return overs.flatMap((over) =>
    marginalCells(table, over, by.add).cells.map((cell) => ({
      over,
      slice: over.length === 0 ? null : sliceOfCell(over, cell.cell),
      n: by.rowsOf(cell),
      ...by.tell(cell),
    })),
  )
}

/** The slice that a cell is, column by column. */
export function sliceOfCell(
  columns: readonly string[],
  cell: readonly string[],
): Record<string, string> {
  return Object.fromEntries(columns.map((column, position) => [column, cell[position] ?? '']))
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [position, value] of a.entries()) {
    const other = b[position] ?? ''
    if (value !== other) return value < other ? -1 : 1
  }
  return 0
}
