// What assessment asks of the outside world: an engine that holds one table of rows and reduces it to sufficient statistics.
// Its other port, a runner of models, is in model-ports.ts.
// Rows are numbered from 1 in every message (the first row after a header), and from 0 in every `firstRow`.
// INVARIANT: no row ever leaves an engine except as a batch for the model; measures see statistics only.

import type { HexDigest } from '@proofhouse/evidence'
import type { AttachedColumn, ClassBatch, ColumnReference, PredictionBatch } from './attached.ts'
import type { NumberCounts } from './drift/distribution.ts'
import type { CountedCell, CountsRequest } from './row-counts.ts'
import type { Statistics } from './statistics.ts'

/** What a column holds. Every column of a CSV file is `text`: its cells mean what the reader asks of them. */
export type ColumnKind = 'number' | 'boolean' | 'text' | 'other'

/** One column as the file declares it. */
export interface DataColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** The file's own name for the type, such as `BIGINT`; `text` throughout a CSV file. */
  readonly type: string
}

/** A table of one file, or of several that are its parts, named by digest. */
export interface DataTable {
  readonly path: string
  readonly format: 'csv' | 'parquet' | 'arrow' | 'duckdb'
  readonly rows: number
  readonly sizeBytes: number
  /** SHA-256 of exactly the bytes the rows came from; of a folder, the OMS root digest over its parts. */
  readonly sha256: HexDigest
  readonly columns: readonly DataColumn[]
}

/** A cell to show in a message: its row, counted from 1, and its text as written. */
export interface CellSample {
  readonly row: number
  readonly text: string
}

/** A question about one column: its categories or numbers in a few figures, or all of them with their rows. */
export interface ProfileRequest {
  readonly column: string
  readonly as: 'category' | 'number' | 'number-summary' | 'number-counts' | 'category-counts'
  /** Of categories: the values that are expected, in canonical text. */
  readonly expected?: readonly string[]
}

/** The distinct values of a column, in the canonical text of `dataset-values.ts`. */
export interface CategoryProfile {
  readonly as: 'category'
  readonly column: string
  readonly distinct: number
  /** Most frequent first, then by text; at most {@link profileValuesMax}. */
  readonly values: readonly { readonly value: string; readonly rows: number }[]
  readonly missing: number
  /** Rows of the first missing cells, counted from 1. */
  readonly missingRows: readonly number[]
  /** The first cell that holds none of the expected values; null where there is none, or nothing was expected. */
  readonly firstUnexpected: CellSample | null
}

/** The numbers of a column. */
export interface NumberProfile {
  readonly as: 'number'
  readonly column: string
  readonly missing: number
  readonly missingRows: readonly number[]
  /** Cells that hold text which is no number. */
  readonly unreadable: number
  readonly firstUnreadable: CellSample | null
  /** A few different ones, long ones cut. */
  readonly unreadableTexts: readonly string[]
  readonly infinite: number
  readonly firstInfinite: CellSample | null
  /** Over the finite values; null when there are none. */
  readonly min: number | null
  readonly max: number | null
  readonly firstMin: CellSample | null
  readonly firstMax: CellSample | null
}

/** The finite numbers of a column in a few figures, made of sums over parts of a grid: those of disjoint tables add up. */
export interface NumberSummaryProfile {
  readonly as: 'number-summary'
  readonly column: string
  /** Rows with a finite number. */
  readonly rows: number
  /** Rows without one. */
  readonly missing: number
  /** Different numbers, about (HyperLogLog). */
  readonly distinct: number
  /** Null without a number, as are the others. */
  readonly mean: number | null
  /** Standard deviation, divided by the rows. */
  readonly deviation: number | null
  /** The ends: somebody's numbers, and not for a report. */
  readonly min: number | null
  readonly max: number | null
  /** Numbers below which these shares of the rows lie: {@link summaryShares}, each to within 0.4 %. */
  readonly quantiles: readonly number[]
}

/** Shares whose quantiles a summary tells. */
export const summaryShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const

/** Every finite number of a column with its rows. */
export interface NumberCountsProfile extends NumberCounts {
  readonly as: 'number-counts'
  readonly column: string
  readonly missing: number
  /** Rows that hold something which is no finite number. */
  readonly unreadable: number
  /** Whether every row holds a number that is written as an integer. */
  readonly whole: boolean
}

/** Every category of a column with its rows. */
export interface CategoryCountsProfile {
  readonly as: 'category-counts'
  readonly column: string
  /** In order of code unit; null where there are more than {@link distinctCategoriesMax}. */
  readonly values: readonly string[] | null
  readonly counts: Float64Array
  readonly missing: number
}

/** More categories than this are not compared: they are names, or texts. */
export const distinctCategoriesMax = 10_000

/** The answer to one {@link ProfileRequest}. */
export type ColumnProfile =
  | CategoryProfile
  | NumberProfile
  | NumberSummaryProfile
  | NumberCountsProfile
  | CategoryCountsProfile

/** How many distinct values a profile lists. */
export const profileValuesMax = 101

/** How many rows a profile names as examples. */
export const profileRowsMax = 5

/** How many combinations of protected values are counted; more would be mostly groups of one. */
export const intersectionsMax = 10_000

/** One column to read: numbers (missing = NaN), text as written (missing = null), or a text as a value to tell apart. */
export interface ReadColumn {
  readonly name: string
  /** What a model attached, in place of the column of that name. */
  readonly of?: AttachedColumn
  readonly as: 'number' | 'text' | 'value'
}

/** Characters up to which a value is read as it stands; beyond, its beginning and a digest. */
export const valueLengthMax = 256

/** A run of rows, column by column, in the order asked for. */
export interface ColumnBatch {
  readonly firstRow: number
  readonly rows: number
  readonly columns: readonly (Float64Array | readonly (string | null)[])[]
  /** Null unless asked for. */
  readonly outcomes: RowOutcomes | null
}

/** What was true and what was predicted of each row of a batch. */
interface RowOutcomes {
  /** 1 where the label is the positive class, 0 where it is another, 2 where there is none. */
  readonly label: Uint8Array
  /** 1 where the positive class is predicted, else 0. */
  readonly predicted: Uint8Array
  /** NaN where there is none. */
  readonly score: Float64Array
}

/** What to read: the columns, and how many rows a batch holds (the last may hold fewer). */
export interface ReadRequest {
  readonly columns: readonly ReadColumn[]
  readonly batchRows: number
  /** Only every n-th row, from the first; 1 when left out. */
  readonly stride?: number
  /** Also what was predicted of each row and, unless the label is null, what was true. */
  readonly outcomes?: Omit<OutcomeRequest, 'label'> & { readonly label: string | null }
  readonly signal?: AbortSignal | undefined
}

/** Where predictions come from: columns of the table, or those attached to it. */
export type PredictionSource =
  | { readonly from: 'attached' }
  | { readonly from: 'prediction'; readonly prediction: string; readonly score: string | null }
  | { readonly from: 'score'; readonly score: ColumnReference; readonly threshold: number }

/** Where label and prediction of a row are. */
export interface OutcomeRequest {
  readonly label: string
  /** Canonical text of the positive class. */
  readonly positiveClass: string
  readonly predictions: PredictionSource
}

/** What to count: outcomes per combination of the protected columns' values. */
export interface StatisticsRequest extends OutcomeRequest {
  readonly protectedColumns: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/**
 * One table of rows. An engine is single-use: opened on one file, closed by its owner, and every
 * method throws `interrupted` once its signal fires.
 */
export interface AggregateEngine {
  readonly table: DataTable
  /**
   * Answers in the order of the requests. Columns must exist.
   * @param confirm for the last question to a table that is asked for no statistics: fails where the files no longer
   *   hold the bytes that the table names
   */
  profile(
    requests: readonly ProfileRequest[],
    signal?: AbortSignal,
    confirm?: 'confirm',
  ): Promise<readonly ColumnProfile[]>
  /**
   * Batches in file order, covering every row once.
   * @throws `data-unsuitable` where a cell asked for as a number holds other text, naming row and column; `limit-exceeded` for a
   *   cell of more text than a model is given
   */
  read(request: ReadRequest): AsyncIterable<ColumnBatch>
  /** Attaches one prediction per row, in file order, replacing earlier ones; all batches or none. */
  attach(predictions: AsyncIterable<PredictionBatch>): Promise<void>
  attach(predictions: AsyncIterable<ClassBatch>, classes: readonly string[]): Promise<void>
  /**
   * Counts over the finest intersection of the protected columns. Only combinations that occur are
   * listed; a missing value is the group `(missing)`. Counts are exact and do not depend on threads.
   * @throws `data-unsuitable` for more than {@link intersectionsMax} combinations
   */
  statistics(request: StatisticsRequest): Promise<Statistics>
  statistics(request: CountsRequest): Promise<readonly CountedCell[]>
  /** Releases memory and temporary files. Safe to repeat. */
  close(): Promise<void>
}

/** Opens files as tables. */
export interface DataSource {
  /**
   * Opens a CSV, Parquet or Arrow file, a folder of Parquet files, or a table of a DuckDB file.
   * @throws `file-missing`, `file-unreadable`; `data-malformed` for ragged rows, duplicate or empty
   *   column names, wrong encoding, an empty file; `interrupted`
   */
  open(path: string, signal?: AbortSignal): Promise<AggregateEngine>
}
