// Columns of a table to inputs of a model: one matrix [N, F] of features in a declared order, or one input per column
// ([N] or [N, 1]) found by name. What does not fit is refused before anything runs, naming the input or the column.

import { OperatingError } from '@proofhouse/evidence'
import { checkColumnExists, type ColumnRoles } from './dataset.ts'
import { listed, shortened } from './dataset-values.ts'
import { fillTensor, isTensorType, type MissingValues } from './model-inputs-tensors.ts'
import { nearestName } from '../nearest-name.ts'
import type { ModelValue, Tensor, TensorType } from './model-ports.ts'
import type { ColumnBatch, DataTable, ReadColumn } from './ports.ts'

/** What a plan is made from. */
export interface InputRequest {
  /** Name of the model, for messages. */
  readonly model: string
  readonly table: DataTable
  readonly inputs: readonly ModelValue[]
  readonly roles: ColumnRoles
  readonly missingValues: MissingValues
}

/** Which columns to read, and how a batch of them becomes the model's inputs. */
export interface InputPlan {
  readonly columns: readonly ReadColumn[]
  /** @throws `data-unsuitable` for a cell that the input cannot take, naming row and column */
  feeds(batch: ColumnBatch): readonly Tensor[]
}

/**
 * Decides how the table feeds the model.
 * @throws `model-mismatch` when an input fits no column, or the features are not as many as the model takes
 */
export function planInputs(request: InputRequest): InputPlan {
  const { inputs, model, roles, table } = request
  const [only] = inputs
  if (only === undefined) mismatch(model, 'takes no input, so it cannot depend on the data')
  for (const input of inputs) checkInput(model, input)
  for (const feature of roles.features ?? []) checkColumnExists(table, feature, 'columns.features')
  const isMatrix = inputs.length === 1 && !(widthOf(only) === 1 && hasColumn(table, only.name))
  return isMatrix ? matrixPlan(request, only) : columnsPlan(request)
}

/** The features when none are listed: every column that has no other role. */
function defaultFeatures(table: DataTable, roles: ColumnRoles): string[] {
  const others = new Set([
    roles.label,
    ...roles.protected,
    ...roles.identifiers,
    ...[roles.time, roles.prediction, roles.score].filter((name) => name !== null),
  ])
  return table.columns.map((column) => column.name).filter((name) => !others.has(name))
}

function matrixPlan(request: InputRequest, input: ModelValue): InputPlan {
  const { model, table, roles } = request
  const features = roles.features ?? defaultFeatures(table, roles)
  const width = widthOf(input)
  if (width !== -1 && width !== features.length) {
    const given = roles.features === null ? 'the data have' : '`columns.features` lists'
    mismatch(
      model,
      `takes ${width} features in its input \`${input.name}\`, and ${given} ${features.length} ` +
        `(${listed(features)}); set \`columns.features\` to the ${width} it was trained on, in that order`,
    )
  }
  const type = tensorType(input)
  const columns = features.map((name) => readColumn(table, name, type))
  return {
    columns,
    feeds: (batch) => {
      const values = fillTensor({ ...request, type, batch, names: features })
      return [{ name: input.name, shape: shapeFor(input, batch.rows, features.length), values }]
    },
  }
}

function columnsPlan(request: InputRequest): InputPlan {
  const { model, table, inputs, roles } = request
  const names = inputs.map((input) => input.name)
  for (const input of inputs) {
    const width = widthOf(input)
    if (width !== 1 && width !== -1)
      mismatch(
        model,
        `takes ${width} columns at once in \`${input.name}\`, beside other inputs; ` +
          'export it with one matrix of features, or with one input per column',
      )
    if (input.name === roles.label)
      mismatch(model, `takes the label \`${roles.label}\` as an input, so it knows the answer`)
    if (!hasColumn(table, input.name)) missingColumn(request, input)
  }
  for (const feature of roles.features ?? [])
    if (!names.includes(feature)) {
      const near = nearestName(feature, names)
      const hint =
        near === undefined ? `its inputs are ${listed(names)}` : `did you mean \`${near}\`?`
      mismatch(model, `has no input \`${feature}\`, named under \`columns.features\`; ${hint}`)
    }
  const columns = inputs.map((input) => readColumn(table, input.name, tensorType(input)))
  return {
    columns,
    feeds: (batch) =>
      inputs.map((input, position) => {
        const column = batch.columns[position]
        const part = { ...batch, columns: column === undefined ? [] : [column] }
        const type = tensorType(input)
        const values = fillTensor({ ...request, type, batch: part, names: [input.name] })
        return { name: input.name, shape: shapeFor(input, batch.rows, 1), values }
      }),
  }
}

function missingColumn({ model, table, inputs }: InputRequest, input: ModelValue): never {
  const names = table.columns.map((column) => column.name)
  const near = nearestName(input.name, names)
  const unknown = inputs.map((i) => i.name).filter((name) => !names.includes(name))
  const others =
    unknown.length > 1 ? ` (nor ${listed(unknown.filter((n) => n !== input.name))})` : ''
  const hint =
    near === undefined
      ? 'rename the column in the data, or the input when exporting the model'
      : `the nearest is \`${shortened(near)}\`: give both the same name`
  mismatch(
    model,
    `takes an input \`${shortened(input.name)}\`, and ${table.path} has no such column${others}; ${hint}`,
  )
}

function checkInput(model: string, input: ModelValue): void {
  if (!isTensorType(input.type))
    mismatch(
      model,
      `takes an input \`${input.name}\` of type ${input.type}; export it with inputs that are tensors ` +
        'of float, double, int32, int64, bool or string',
    )
  const { shape } = input
  if (shape !== null && (shape.length < 1 || shape.length > 2))
    mismatch(
      model,
      `takes an input \`${input.name}\` with ${shape.length} dimensions; rows of a table have one or two`,
    )
  if (shape !== null && (shape[0] ?? -1) > 0)
    mismatch(
      model,
      `was exported for exactly ${shape[0]} rows at a time (input \`${input.name}\`); ` +
        'export it with a free first dimension',
    )
}

function readColumn(table: DataTable, name: string, type: TensorType): ReadColumn {
  const column = table.columns.find((c) => c.name === name)
  if (
    column?.kind === 'other' ||
    (column?.kind === 'text' && table.format === 'parquet' && type !== 'string')
  )
    throw new OperatingError(
      'model-mismatch',
      `${table.path}: column \`${name}\` has the type ${shortened(column.type)}, and the model takes ` +
        `${type}; leave it out of \`columns.features\`, or write it with that type`,
    )
  return { name, as: type === 'string' ? 'text' : 'number' }
}

function tensorType(input: ModelValue): TensorType {
  if (!isTensorType(input.type)) throw new TypeError('inputs are checked before they are planned')
  return input.type
}

/** Columns that an input takes per row; -1 when it does not say. */
function widthOf({ shape }: ModelValue): number {
  if (shape === null) return -1
  return shape.length === 1 ? 1 : (shape[1] ?? -1)
}

function shapeFor(input: ModelValue, rows: number, width: number): number[] {
  return input.shape?.length === 1 ? [rows] : [rows, width]
}

function hasColumn(table: DataTable, name: string): boolean {
  return table.columns.some((column) => column.name === name)
}

function mismatch(model: string, problem: string): never {
  throw new OperatingError('model-mismatch', `${model}: the model ${problem}`)
}
