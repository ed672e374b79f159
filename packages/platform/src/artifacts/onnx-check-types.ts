// Inputs and outputs of a graph: their names, element types and shapes, in the words of assess/ports.ts.

import type { ModelValue } from '../assess/index.ts'
import {
  fieldsOf,
  nested,
  textOfField,
  type WireField,
  type WireMessage,
} from './onnx-check-wire.ts'

/** TensorProto.DataType by number. */
const elementTypes = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
  'float6e2m3',
  'float6e3m2',
] as const

/** Name of a tensor's element type. */
function elementType(value: bigint): string {
  return (value < 64n ? elementTypes[Number(value)] : undefined) ?? `type ${value}`
}

/** Reads a ValueInfoProto. */
export function readValueInfo(message: WireMessage): ModelValue {
  let value: ModelValue = { name: '', type: 'unknown', shape: null }
  for (const field of fieldsOf(message)) {
    if (field.number === 1) value = { ...value, name: textOfField(field) }
    else if (field.number === 2) value = { ...value, ...readType(nested(message, field)) }
  }
  return value
}

const containers: Readonly<Record<number, string>> = {
  4: 'sequence',
  5: 'map',
  7: 'opaque',
  8: 'sparse tensor',
  9: 'optional',
}

function readType(message: WireMessage): Pick<ModelValue, 'type' | 'shape'> {
  for (const field of fieldsOf(message)) {
    if (field.number === 1) return readTensorType(nested(message, field))
    const container = containers[field.number]
    if (container !== undefined) return { type: container, shape: null }
  }
  return { type: 'unknown', shape: null }
}

function readTensorType(message: WireMessage): Pick<ModelValue, 'type' | 'shape'> {
  let type = 'unknown'
  let shape: number[] | null = null
  for (const field of fieldsOf(message)) {
    if (field.number === 1) type = elementType(field.value)
    else if (field.number === 2) shape = readShape(nested(message, field))
  }
  return { type, shape }
}

function readShape(message: WireMessage): number[] {
  const shape: number[] = []
  for (const field of fieldsOf(message))
    if (field.number === 1) shape.push(readDimension(message, field))
  return shape
}

function readDimension(parent: WireMessage, dimension: WireField): number {
  for (const field of fieldsOf(nested(parent, dimension)))
    if (field.number === 1) return Number(BigInt.asIntN(64, field.value))
  return -1
}
