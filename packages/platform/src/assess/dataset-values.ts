// One text for one value, whatever file it came from: a label `1` in a CSV file, `1.0` written by pandas, the
// integer 1 and the double 1.0 of a Parquet file, and `1` in the configuration are the same class.
// The SQL engine applies the same three rules (adapters/duckdb-sql.ts); a test holds the two together.
//   missing: nothing, spaces only, NaN or null in any case     whole number: `1.0` → `1`     boolean: `True` → `true`
// Everything else is itself, spaces and case included: ` Male` is not `Male`.

/** The group that collects rows without a value in a protected column. */
export const missingGroup = '(missing)'

/** The canonical text of a cell or of a configured value; null when it says that there is no value. */
export function canonicalText(value: string | number | boolean | null): string | null {
  if (value === null) return null
  const text = String(value)
  if (/^ *$/.test(text) || /^(nan|null)$/i.test(text)) return null
  if (/^[+-]?[0-9]+\.0+$/.test(text)) return text.replace(/\.0+$/, '')
  if (/^(true|false)$/i.test(text)) return text.toLowerCase()
  return text
}

/** Values as a message shows them: in backticks, at most ten, and how many more there are. */
export function listed(values: readonly string[], shownMax = 10): string {
  const shown = values.slice(0, shownMax).map((value) => `\`${shortened(value)}\``)
  const more = values.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

/** A cell's text cut to what a message can hold. */
export function shortened(text: string, lengthMax = 60): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text
}

/** Row numbers as a message shows them. */
export function rowList(rows: readonly number[], total: number): string {
  const word = total === 1 ? 'row' : 'rows'
  const more = total - rows.length
  return `${word} ${rows.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
