// What a finding about data comes to: a value with limits over so many rows, ready to be a measure. No verdicts here.

import { clopperPearson, type Limits, type Proportion } from '../intervals/proportion.ts'

/** A measured value of the data. */
export interface DataMeasure {
  readonly name: string
  /** The column it is about; null for whole rows. */
  readonly column: string | null
  /** The group it is about; null for everyone. */
  readonly group: string | null
  /** Null where the data do not define it; `note` then says why. */
  readonly value: number | null
  /** Null exactly when the value is. */
  readonly low: number | null
  readonly high: number | null
  readonly n: number
  readonly note?: string
}

/** What a measure is about. */
export interface MeasureSubject {
  readonly name: string
  readonly column?: string
  readonly group?: string
}

/** A measure of a value with its limits. */
export function measured(
  { name, column, group }: MeasureSubject,
  found: { readonly value: number; readonly limits: Limits; readonly n: number },
): DataMeasure {
  const { low, high } = found.limits
  const about = { name, column: column ?? null, group: group ?? null }
  return { ...about, value: found.value, low, high, n: found.n }
}

/** A measure that the data do not define. */
export function undefinedMeasure(
  { name, column, group }: MeasureSubject,
  { n, note }: { readonly n: number; readonly note: string },
): DataMeasure {
  const about = { name, column: column ?? null, group: group ?? null }
  return { ...about, value: null, low: null, high: null, n, note }
}

/** A share with exact limits (Clopper–Pearson), the error `tail` on each side. */
export function shareMeasure(
  subject: MeasureSubject,
  proportion: Proportion,
  tail: number,
): DataMeasure {
  const { successes, trials } = proportion
  if (trials === 0) return undefinedMeasure(subject, { n: 0, note: 'undefined: no rows' })
  const limits = clopperPearson(proportion, tail)
  return measured(subject, { value: successes / trials, limits, n: trials })
}
