// Predicate https://proofhouse.dev/imported-results/v1: what another tool said, taken from its file. Imported, not
// measured: nobody here computed these numbers, so no policy rests on them. The statement's subject is the file, by
// digest. Page: spec/predicates.

import {
  anyNumber,
  anyText,
  count,
  idText,
  listOf,
  mapOf,
  nullable,
  oneOf,
  record,
  type Shape,
  shapeOf,
  someText,
  textLike,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** A number as another tool gave it. */
export type ImportedResult = {
  /** The name the other tool gave it under. */
  readonly name: string
  /** Our measure of that name and place; null where there is none. */
  readonly measure: string | null
  /** The columns that it compares or partitions the rows by; empty for everyone. */
  readonly over: readonly string[]
  /** The part it is about, column → value; null when it is about the whole partition. */
  readonly slice: Readonly<Record<string, string>> | null
  /** The rows it is taken among, control column → value; absent for all rows. */
  readonly within?: Readonly<Record<string, string>>
  /** Null where the other tool had no number. */
  readonly value: number | null
}

/** What another tool's test came to. */
export type ImportedTest = {
  readonly name: string
  /** The columns it is about; empty where it is about all, or does not say. */
  readonly over: readonly string[]
  readonly outcome: 'pass' | 'fail' | 'warn' | 'error' | 'skipped'
}

/** Results of another tool. */
export type ImportedResults = {
  /** Id of the system they were imported for. */
  readonly system: string
  readonly peer: 'evidently' | 'fairlearn'
  /** As the file says; null where it does not. */
  readonly peerVersion: string | null
  /** Which of the peer's forms the file has, such as `snapshot`. */
  readonly form: string
  /** When the results were made, in the words of the file; null where it does not say. */
  readonly made: string | null
  readonly results: readonly ImportedResult[]
  readonly tests: readonly ImportedTest[]
  /** Numbers of the file that were left out: plots, and values of single rows. */
  readonly leftOut: number
}

const importedResult = record(
  {
    name: someText,
    measure: nullable(textLike(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/, 'a name like `drift.psi`')),
    over: listOf(someText),
    slice: nullable(mapOf(anyText, { sizeMin: 1 })),
    value: nullable(anyNumber),
  },
  { within: mapOf(anyText, { sizeMin: 1 }) },
)

const importedTest = record({
  name: someText,
  over: listOf(someText),
  outcome: oneOf(['pass', 'fail', 'warn', 'error', 'skipped']),
})

const fields: Shape<ImportedResults> = shapeOf(
  record({
    system: idText,
    peer: oneOf(['evidently', 'fairlearn']),
    peerVersion: nullable(someText),
    form: someText,
    made: nullable(someText),
    results: listOf(importedResult),
    tests: listOf(importedTest),
    leftOut: count,
  }),
)

/** The predicate type of results of other tools. */
export const importedResults: PredicateType<ImportedResults> = {
  uri: 'https://proofhouse.dev/imported-results/v1',
  shape: fields,
}
