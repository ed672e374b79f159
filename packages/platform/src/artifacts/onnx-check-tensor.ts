// A stored tensor: its size, whether its data lie outside the file, and its few values where they may be class labels.

import type { OnnxFinding } from './onnx-check-report.ts'
import {
  bytesOf,
  fieldsOf,
  integersOf,
  nested,
  textOfField,
  type WireField,
  type WireMessage,
} from './onnx-check-wire.ts'

/** More elements than any file within the size limit can hold. */
const elementsMax = 2 ** 32
/** Tensors of at most this many elements may be lists of class labels. */
const labelsMax = 64

const [int32, int64, string] = [6n, 7n, 8n]

/** What the walk needs to know of a tensor. */
export interface StoredTensor {
  readonly name: string
  readonly elements: number
  /** Its values as text, when it is a short list of integers or texts; else null. */
  readonly texts: readonly string[] | null
}

/** Reads a TensorProto and reports what is wrong with it. */
export function readTensor(
  message: WireMessage,
  path: string,
  report: (finding: OnnxFinding) => void,
): StoredTensor {
  const dims: bigint[] = []
  let [name, type, isExternal] = ['', 0n, false]
  const external: string[] = []
  const data: WireField[] = []
  for (const field of fieldsOf(message)) {
    if (field.number === 1) dims.push(...integersOf(field))
    else if (field.number === 2) type = field.value
    else if (field.number === 8) name = textOfField(field)
    else if (field.number === 13) external.push(readEntry(nested(message, field)))
    else if (field.number === 14) isExternal ||= field.value !== 0n
    else if ([5, 6, 7, 9].includes(field.number)) data.push(field)
    else if (![3, 4, 10, 11, 12, 16].includes(field.number))
      report({
        rule: 'unknown-field',
        severity: 'medium',
        location: `${path} › ${name}`,
        detail: `field ${field.number} is not part of the format (byte ${field.offset})`,
      })
  }
  const location = `${path} › ${name}`
  if (isExternal || external.length > 0) report(externalData(external, location))
  const size = dims.reduce((product, dim) => product * BigInt.asIntN(64, dim), 1n)
  const isSizeSound = dims.every((dim) => BigInt.asIntN(64, dim) >= 0n) && size <= elementsMax
  if (!isSizeSound)
    report({
      rule: 'tensor-size',
      severity: 'high',
      location,
      detail: `its dimensions ${dims
        .slice(0, 8)
        .map((d) => BigInt.asIntN(64, d))
        .join(' × ')} are impossible`,
    })
  const elements = isSizeSound ? Number(size) : 0
  return { name, elements, texts: elements <= labelsMax ? textsOf(type, data, elements) : null }
}

function externalData(entries: readonly string[], location: string): OnnxFinding {
  const place = entries.find((entry) => entry.startsWith('location=')) ?? ''
  const target = place.slice('location='.length)
  const inMemory = /_ORT_MEM_ADDR_/i.test(target)
  const escapes = /(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[a-z]:|^~|:\/\//i.test(target)
  return {
    rule: 'external-data',
    severity: inMemory || escapes ? 'critical' : 'high',
    location,
    detail:
      `its data are ${inMemory ? 'read from an address in memory' : `read from \`${target}\``}, ` +
      'outside the file that is checked and signed; save the model as one file',
  }
}

function readEntry(message: WireMessage): string {
  let [key, value] = ['', '']
  for (const field of fieldsOf(message)) {
    if (field.number === 1) key = textOfField(field)
    else if (field.number === 2) value = textOfField(field)
  }
  return `${key}=${value}`
}

function textsOf(type: bigint, data: readonly WireField[], elements: number): string[] | null {
  const texts = data.flatMap((field) => {
    if (type === string) return field.number === 6 ? [textOfField(field)] : []
    if (type !== int32 && type !== int64) return []
    if (field.number === 9) return rawIntegers(bytesOf(field), type === int64 ? 8 : 4)
    return integersOf(field).map((value) => String(BigInt.asIntN(64, value)))
  })
  return texts.length === elements && elements > 0 ? texts : null
}

function rawIntegers(bytes: Uint8Array, size: 4 | 8): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    String(size === 8 ? view.getBigInt64(8 * i, true) : view.getInt32(4 * i, true)),
  )
}
