// Tables as pandas writes them (`DataFrame.to_json` and `Series.to_json`, every orientation that keeps the groups),
// and as `json.dumps` writes their dictionaries. What comes out is a list of cells, each with its column and the
// labels of its row.

import { isJsonObject, type JsonObject, type JsonValue } from '@proofhouse/evidence'
import { labelOf, listIn, refuseImport } from './import-form.ts'
import { pythonTuple } from './python-tuple.ts'

/** One number of a table. */
export interface Cell {
  /** The column; null for a series without a name. */
  readonly column: string | null
  /** The labels of its row, one per level of the index. */
  readonly key: readonly string[]
  readonly value: number | null
}

/** What a table is read by. */
export interface TableReading {
  /** Columns that hold the labels where the table is a list of records. */
  readonly index: readonly string[]
  /** Levels of the index: a text such as `('a', 1)` stands for several. */
  readonly levels: number
  /** Whether a name is likely one of a column of numbers: tells `columns` from `index`, which look alike. */
  readonly isColumn: (name: string) => boolean
}

/** A table's cells, and the names of its index where the file has them. */
export interface Table {
  readonly indexNames: readonly string[] | null
  readonly cells: readonly Cell[]
}

/** How many levels the index of a table of its own words has; null where the file does not say. */
export function namedIndex(value: JsonValue): readonly string[] | null {
  if (!isJsonObject(value)) return null
  const { schema } = value
  const keys = isJsonObject(schema) ? listIn(schema['primaryKey']) : []
  const names = keys.filter((key) => typeof key === 'string')
  return names.length === 0 || names.some((name) => /^(index|level_\d+)$/.test(name)) ? null : names
}

/** Reads a table of any orientation. @throws import-malformed */
export function readTable(value: JsonValue, reading: TableReading): Table {
  if (Array.isArray(value)) return ofRecords(value, reading.index)
  if (!isJsonObject(value)) return refuseImport('there is a single value where a table should be')
  if (isJsonObject(value['schema']) && Array.isArray(value['data'])) {
    const { primaryKey } = value['schema']
    const index = listIn(primaryKey).filter((key) => typeof key === 'string')
    return { ...ofRecords(listIn(value['data']), index), indexNames: namedIndex(value) }
  }
  if (Array.isArray(value['index']) && Array.isArray(value['data']))
    return { indexNames: null, cells: ofSplit(value, reading.levels) }
  return { indexNames: null, cells: ofObjects(value, reading) }
}

/** `records` with the labels among the columns, and the data of `table`. */
function ofRecords(list: readonly JsonValue[], index: readonly string[]): Table {
  const cells = list.flatMap((row) => {
    if (!isJsonObject(row) || index.length === 0 || index.some((name) => !Object.hasOwn(row, name)))
      return refuseImport(
        'the records do not say which group each is of; write them with ' +
          '`.reset_index().to_json(orient="records")` and name the columns in `--over`, ' +
          'or with `orient="split"`',
      )
    const key = index.map((name) => labelOf(row[name]))
    return Object.entries(row).flatMap(([column, of]) =>
      index.includes(column) ? [] : [{ column: labelOf(column), key, value: numberOf(of) }],
    )
  })
  return { indexNames: index, cells }
}

/** `split`: of a frame, or of a series, which has a name in place of columns. */
function ofSplit(value: JsonObject, levels: number): Cell[] {
  const columns = Array.isArray(value['columns'])
    ? listIn(value['columns']).map(labelOf)
    : [typeof value['name'] === 'string' ? labelOf(value['name']) : null]
  const keys = listIn(value['index'])
  const data = listIn(value['data'])
  if (keys.length !== data.length) refuseImport('`index` and `data` are not of the same length')
  return keys.flatMap((label, n) => {
    const key = keyOf(label, levels)
    const row = Array.isArray(value['columns']) ? listIn(data[n]) : [data[n] ?? null]
    if (row.length !== columns.length)
      refuseImport('a row of `data` does not have a value for every column')
    return columns.map((column, m) => ({ column, key, value: numberOf(row[m]) }))
  })
}

/** `columns`, `index` and dictionaries; a series is an object of numbers. */
function ofObjects(value: JsonObject, { levels, isColumn }: TableReading): Cell[] {
  const members = Object.entries(value)
  if (members.every(([, of]) => !isJsonObject(of)))
    return members.map(([label, of]) => ({
      column: null,
      key: keyOf(label, levels),
      value: numberOf(of),
    }))
  const pairs = members.flatMap(([outer, of]) => {
    if (!isJsonObject(of)) return refuseImport(`\`${labelOf(outer)}\` holds no values by group`)
    return Object.entries(of).map(([inner, one]) => ({ outer, inner, value: numberOf(one) }))
  })
  const likely = (names: Iterable<string>) => [...new Set(names)].filter(isColumn).length
  // pandas writes columns first unless it is told otherwise.
  const isByRow = likely(pairs.map(({ inner }) => inner)) > likely(Object.keys(value))
  return pairs.map(({ outer, inner, value: number }) => ({
    column: labelOf(isByRow ? inner : outer),
    key: keyOf(isByRow ? outer : inner, levels),
    value: number,
  }))
}

/** The labels of a row. */
function keyOf(label: JsonValue, levels: number): readonly string[] {
  const text = Array.isArray(label) ? '' : labelOf(label)
  // With one level a name such as `(25, 30)` is a name; quotes within show that pandas joined several.
  const printed = levels > 1 || /^\(['"]/.test(text) ? pythonTuple(text) : null
  const key = Array.isArray(label) ? listIn(label).map(labelOf) : (printed ?? [text])
  if (key.length !== levels)
    refuseImport(
      `\`${key.join(', ')}\` is a group by ${key.length} columns and not by ${levels}; ` +
        'name them in `--over` and `--within`',
    )
  return key
}

function numberOf(value: JsonValue | undefined): number | null {
  if (value === null || value === undefined) return null
  return typeof value === 'number'
    ? value
    : refuseImport('a value in a table of numbers is no number')
}
