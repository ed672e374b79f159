// Predicate https://proofhouse.dev/data-set/v1: which data an assessment read, and what its columns
// were taken to mean. The statement's subject is the file, by digest; a folder of Parquet files by
// the root digest of OpenSSF Model Signing over its parts. No value of any cell is in it. Page: spec/predicates/data-set.md.

import { count, idText, listOf, nullable, oneOf, record, shapeOf, someText } from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** A data set as one run read it. */
export type DataSet = {
  readonly runId: string
  readonly role: 'train' | 'test' | 'reference' | 'current' | 'labels'
  readonly format: 'csv' | 'parquet' | 'arrow' | 'duckdb'
  readonly rows: number
  readonly sizeBytes: number
  /** Names in file order. */
  readonly columns: readonly string[]
  /** The column that holds the true outcome. */
  readonly label: string
  readonly protected: readonly string[]
  readonly identifiers: readonly string[]
  readonly time: string | null
}

/** The predicate type of data sets. */
export const dataSet: PredicateType<DataSet> = {
  uri: 'https://proofhouse.dev/data-set/v1',
  shape: shapeOf(
    record({
      runId: idText,
      role: oneOf(['train', 'test', 'reference', 'current', 'labels']),
      format: oneOf(['csv', 'parquet', 'arrow', 'duckdb']),
      rows: count,
      sizeBytes: count,
      columns: listOf(someText, 1),
      label: someText,
      protected: listOf(someText),
      identifiers: listOf(someText),
      time: nullable(someText),
    }),
  ),
}
