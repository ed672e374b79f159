// Columns as small whole numbers: what a slice, a proxy or a tree can be about. Numbers are cut at quantiles, categories
// beyond the most frequent are taken together, and a missing value is a value of its own, as is a text among numbers.
// Codes know no outcome.

import { canonicalText, missingGroup } from '../dataset-values.ts'
import { numbersOfCells } from '../number-cells.ts'
import { rangeLabel } from '../range-label.ts'
import { roundedWithin } from '../told-values.ts'

/** A column of a sample, coded. */
export interface CodedColumn {
  readonly name: string
  /** One code per row, below `labels.length`. */
  readonly codes: Uint8Array
  /** What each code means, for a reader. */
  readonly labels: readonly string[]
  /** Whether the codes of values that are there rise with the values. */
  readonly ordered: boolean
}

/** Numbers with no more distinct values than this keep each of them. */
const distinctNumbersMax = 12
/** Parts of a column of numbers, each of about as many rows. */
const quantileParts = 10
/** Categories that keep a code of their own. */
const categoriesMax = 20
const otherLabel = '(other)'
const textLabel = '(text)'

/**
 * A column as codes; null when it tells rows apart either not at all or almost one by one (an identifier, a free text).
 */
export function codeColumn(name: string, cells: readonly (string | null)[]): CodedColumn | null {
  const texts = cells.map((cell) => (cell === null ? null : canonicalText(cell)))
  const counts = new Map<string, number>()
  let missing = 0
  for (const text of texts)
    if (text === null) missing += 1
    else counts.set(text, (counts.get(text) ?? 0) + 1)
  const numbers = numbersOfCells(texts)
  const isPure = numbers?.every((value, row) => texts[row] === null || isFinite(value)) ?? false
  const coded =
    numbers !== null && counts.size > distinctNumbersMax
      ? codeNumbers(name, numbers, texts)
      : codeCategories(name, texts, { counts, numeric: isPure })
  if (coded.labels.length < 2) return null
  const isIdentifier = numbers === null && counts.size > (cells.length - missing) / 2
  return isIdentifier ? null : coded
}

function codeNumbers(
  name: string,
  values: Float64Array,
  texts: readonly (string | null)[],
): CodedColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted()
  const cuts = Array.from(
    { length: quantileParts - 1 },
    (_, part) => sorted[Math.floor(((part + 1) * sorted.length) / quantileParts)] ?? 0,
  )
  // Rounded, for edges are told in reports, and a cut is one person's number.
  const spread = (cuts.at(-1) ?? 0) - (cuts[0] ?? 0)
  const edges = [...new Set(cuts.map((cut) => roundedWithin(cut, spread)))].filter(
    (cut) => cut > (sorted[0] ?? 0),
  )
  const ranges = Array.from({ length: edges.length + 1 }, (_, part) => rangeLabel(edges, part))
  const hasTexts = texts.some((text, row) => text !== null && Number.isNaN(values[row]))
  const hasMissing = texts.includes(null)
  const labels = [
    ...ranges,
    ...(hasTexts ? [textLabel] : []),
    ...(hasMissing ? [missingGroup] : []),
  ]
  const codes = Uint8Array.from(values, (value, row) => {
    if (!Number.isNaN(value)) return edges.filter((edge) => value >= edge).length
    return texts[row] === null ? labels.length - 1 : ranges.length
  })
  return { name, codes, labels, ordered: true }
}

function codeCategories(
  name: string,
  texts: readonly (string | null)[],
  { counts, numeric }: { counts: ReadonlyMap<string, number>; numeric: boolean },
): CodedColumn {
  const byFrequency = [...counts].toSorted(
    ([a, rowsA], [b, rowsB]) => rowsB - rowsA || (a < b ? -1 : 1),
  )
  const kept = byFrequency.slice(0, categoriesMax).map(([value]) => value)
  if (numeric) kept.sort((a, b) => Number(a) - Number(b))
  const codeOf = new Map(kept.map((value, code) => [value, code]))
  const hasOther = byFrequency.length > kept.length
  const hasMissing = texts.includes(null)
  const labels = [...kept, ...(hasOther ? [otherLabel] : []), ...(hasMissing ? [missingGroup] : [])]
  const codes = Uint8Array.from(texts, (text) =>
    text === null ? labels.length - 1 : (codeOf.get(text) ?? kept.length),
  )
  return { name, codes, labels, ordered: numeric && !hasOther }
}
