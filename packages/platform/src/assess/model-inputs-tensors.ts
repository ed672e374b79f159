// Cells to tensor elements, without ever changing what a cell means: a missing value, an infinity, a fraction where an
// integer is asked for, or a number too large for the type is refused with its row and column.

import { OperatingError } from '@proofhouse/evidence'
import type { TensorData, TensorType } from './model-ports.ts'
import type { ColumnBatch, DataTable } from './ports.ts'

/** What an empty cell of a feature becomes: nothing, or NaN (in text: the empty text). */
export type MissingValues = 'refuse' | 'as_nan'

/** Columns of a batch to be laid out row by row. */
export interface FillRequest {
  readonly table: DataTable
  readonly type: TensorType
  readonly batch: ColumnBatch
  /** Names of the batch's columns, for messages. */
  readonly names: readonly string[]
  readonly missingValues: MissingValues
}

const types: readonly string[] = ['float32', 'float64', 'int32', 'int64', 'bool', 'string']

/** Whether assessment can fill a tensor of this type. */
export function isTensorType(type: string): type is TensorType {
  return types.includes(type)
}

/**
 * The elements of a matrix [rows, columns], row by row.
 * @throws `data-unsuitable` naming the first cell that does not fit
 */
export function fillTensor(request: FillRequest): TensorData {
  const size = request.batch.rows * request.names.length
  const { type } = request
  if (type === 'string') return { type, data: fillText(request, size) }
  if (type === 'float32')
    return { type, data: fillNumbers(request, new Float32Array(size), floatFits) }
  if (type === 'float64')
    return { type, data: fillNumbers(request, new Float64Array(size), floatFits) }
  if (type === 'int32') return { type, data: fillNumbers(request, new Int32Array(size), int32Fits) }
  if (type === 'bool') return { type, data: fillNumbers(request, new Uint8Array(size), boolFits) }
  const integers = fillNumbers(request, new Float64Array(size), int64Fits)
  return { type, data: BigInt64Array.from(integers, BigInt) }
}

type Fits = (value: number, stored: number) => boolean

const floatFits: Fits = (_, stored) => Number.isFinite(stored)
const int32Fits: Fits = (value, stored) => value === stored
const int64Fits: Fits = (value) => Number.isSafeInteger(value)
const boolFits: Fits = (value) => value === 0 || value === 1

function fillNumbers<T extends Float32Array | Float64Array | Int32Array | Uint8Array>(
  request: FillRequest,
  data: T,
  fits: Fits,
): T {
  const { batch, missingValues, type } = request
  const width = request.names.length
  const takesNan = missingValues === 'as_nan' && (type === 'float32' || type === 'float64')
  for (const [position, column] of batch.columns.entries()) {
    if (!(column instanceof Float64Array)) throw new TypeError('the column was read as numbers')
    for (let row = 0, at = position; row < batch.rows; row++, at += width) {
      const value = column[row] ?? NaN
      data[at] = value
      if (fits(value, data[at] ?? NaN)) continue
      if (!Number.isNaN(value) || !takesNan) refuse(request, { row, position, value })
    }
  }
  return data
}

function fillText(request: FillRequest, size: number): string[] {
  const { batch, missingValues } = request
  const width = request.names.length
  const data = Array.from({ length: size }, () => '')
  for (const [position, column] of batch.columns.entries()) {
    if (column instanceof Float64Array) throw new TypeError('the column was read as text')
    for (const [row, value] of column.entries()) {
      if (value === null && missingValues === 'refuse')
        refuse(request, { row, position, value: NaN })
      data[row * width + position] = value ?? ''
    }
  }
  return data
}

function refuse(
  { table, batch, names, type, missingValues }: FillRequest,
  cell: { readonly row: number; readonly position: number; readonly value: number },
): never {
  const row = batch.firstRow + cell.row + 1
  const name = names[cell.position] ?? ''
  const where = `${table.path}: row ${row}, column \`${name}\``
  const problem = Number.isNaN(cell.value)
    ? missingValues === 'refuse'
      ? 'is empty; fill it in, remove the row, or set `assessment.missing_values: as_nan` if the model expects that'
      : `is empty, and the model takes it as ${type}, which has no missing value; fill it in or remove the row`
    : `\`${cell.value}\` does not fit the model's input of type ${type}; correct the cell or export the model with another type`
  throw new OperatingError('data-unsuitable', `${where}: ${problem}`, {
    details: { row, column: name },
  })
}
