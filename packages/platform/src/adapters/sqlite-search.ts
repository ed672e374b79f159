// A question to an index of statements, as SQL. Everything a person typed is a bound value or a quoted term, never SQL or a
// full-text operator.

import type { SQLInputValue } from 'node:sqlite'
import type { StatementQuery } from '../ledger/index.ts'

/** The statement to run, and what to bind to it in order. */
export interface SearchStatement {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** Words around what was found. */
const excerptWords = 16

/** Finds the indexes of what fits, the newest first, with an excerpt. */
export function searchStatement(query: StatementQuery): SearchStatement {
  const { text, type, subject, system, run, since, fields, before, limit } = query
  const match = matchExpression(text)
  const conditions: string[] = []
  const values: SQLInputValue[] = []
  const where = (condition: string, value: SQLInputValue) => {
    conditions.push(condition)
    values.push(value)
  }
  const marked = (kind: string, value: string) => {
    where(
      `s.entry_index IN (SELECT entry_index FROM mark WHERE kind = '${kind}' AND value = ?)`,
      value,
    )
  }
  if (match !== null) where('words MATCH ?', match)
  if (type !== null) where('instr(s.predicate_type, ?) > 0', type)
  if (system !== null) where('s.system = ?', system)
  if (run !== null) where('s.run = ?', run)
  if (since !== null) where('s.stated_at >= ?', since)
  if (before !== null) where('s.entry_index < ?', before)
  if (subject !== null) marked('subject', subject.includes(':') ? subject : `sha256:${subject}`)
  for (const field of fields) marked('field', field)
  const excerpt = match === null ? "''" : `snippet(words, 0, '', '', '…', ${excerptWords})`
  const from =
    match === null ? 'statement s' : 'words JOIN statement s ON s.entry_index = words.rowid'
  const all = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return {
    sql: `SELECT s.entry_index, ${excerpt} AS excerpt FROM ${from}${all} ORDER BY s.entry_index DESC LIMIT ?`,
    values: [...values, limit],
  }
}

/** Terms that must all be there; null for none. A term is quoted, so that `AND`, `-` or `^` in it are text. */
function matchExpression(text: string): string | null {
  const terms = [...text.matchAll(/"([^"]*)"(\*?)|([^\s"]+)/g)].map(([, phrase, star, word]) =>
    phrase === undefined
      ? { term: (word ?? '').replace(/\*$/, ''), prefix: word?.endsWith('*') === true }
      : { term: phrase, prefix: star === '*' },
  )
  const told = terms.filter(({ term }) => /[\p{L}\p{N}]/u.test(term))
  if (told.length === 0) return null
  return told.map(({ term, prefix }) => `"${term}"${prefix ? '*' : ''}`).join(' ')
}
