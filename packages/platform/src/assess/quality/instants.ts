// Cells as instants. Only what can be read in one way is read: a number, or a date of ISO 8601; a time without a zone is UTC, so that
// no machine's zone decides. 03/04/2024 is a day in March to some and in April to others, and is refused.

const time = String.raw`\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?`
const zone = String.raw`Z|UTC|[+-]\d{2}(?::?\d{2})?`
const iso = new RegExp(
  String.raw`^(?<date>\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ](?<time>${time}) ?(?<zone>${zone})?)?$`,
)

/**
 * Milliseconds since 1970 of a date, a number as it stands (years, for instance), NaN for a cell without a value, null
 * for a text that could be read in more than one way, or not at all.
 */
export function instantOf(cell: string | null): number | null {
  if (cell === null || cell.trim() === '') return Number.NaN
  const text = cell.trim()
  const number = Number(text)
  if (Number.isFinite(number)) return number
  const parts = iso.exec(text)?.groups
  if (parts === undefined) return null
  const { date = '' } = parts
  const milliseconds = Date.parse(
    `${date}T${millisecondsOnly(parts['time'] ?? '00:00')}${zoneOf(parts['zone'] ?? 'Z')}`,
  )
  return Number.isNaN(milliseconds) || !isDay(date) ? null : milliseconds
}

/** A time as every engine must read it: at most three digits of a second. */
const millisecondsOnly = (clock: string): string =>
  clock.replace(',', '.').replace(/(\.\d{3})\d+$/, '$1')

function zoneOf(text: string): string {
  if (text === 'Z' || text === 'UTC') return 'Z'
  const [hours, minutes] = [text.slice(0, 3), text.slice(3).replace(':', '')]
  return `${hours}:${minutes === '' ? '00' : minutes}`
}

/** Whether a month has such a day: `Date` takes 31 April for 1 May. */
function isDay(date: string): boolean {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1
}
