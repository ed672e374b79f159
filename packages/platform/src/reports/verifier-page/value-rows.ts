// A JSON value as rows of a table: one per number, text, truth value or empty thing in it, with the way there.

import type { JsonValue } from '@proofhouse/evidence'

/** One row. */
export interface ValueRow {
  /** Members and places on the way; empty for the value itself. */
  readonly path: readonly string[]
  /** What stands there; an object or list only where it is empty. */
  readonly value: JsonValue
}

/** The first rows of a value, and how many there are in all. */
export function valueRows(
  value: JsonValue,
  rowsMax: number,
): { readonly rows: readonly ValueRow[]; readonly count: number } {
  const rows: ValueRow[] = []
  let count = 0
  const visit = (at: JsonValue, path: readonly string[]) => {
    const members = typeof at === 'object' && at !== null ? Object.entries(at) : []
    if (members.length === 0) {
      count += 1
      if (rows.length < rowsMax) rows.push({ path, value: at })
      return
    }
    for (const [name, member] of members) visit(member, [...path, name])
  }
  visit(value, [])
  return { rows, count }
}
