// A stored tensor: its size, whether its data lie outside the file, and its few values where they may be class labels.

import type { OnnxFinding } from './onnx-check-report.ts'
import {
  bytesOf,
  fieldsOf,
  integersOf,
  nested,
  textOfField,
  WireError,
  type WireField,
  type WireMessage,
} from './onnx-check-wire.ts'

/** More elements than any file within the size limit can hold. */
const elementsMax = 2 ** 32
/** Dimensions of a tensor, or bytes of their list. */
const dimensionsMax = 1000
/** Key and value pairs that say where a tensor's data lie. */
const entriesMax = 1000
/** Tensors of at most this many elements may be lists of class labels. */
const labelsMax = 64

/** Larger values are no labels. */
const labelSizeMaxBytes = 65_536

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
  const external: ExternalEntry[] = []
  const data: WireField[] = []
  for (const field of fieldsOf(message)) {
    if (field.number === 1) dims.push(...dimensionsIn(field, dims.length))
    else if (field.number === 2) type = field.value
    else if (field.number === 8) name = textOfField(field)
    else if (field.number === 13) {
      const isFull = external.length >= entriesMax
      // One more stands for all that follow.
      external[Math.min(external.length, entriesMax)] = isFull
        ? { key: `more than ${entriesMax} keys`, value: '' }
        : readEntry(nested(message, field))
    } else if (field.number === 14) isExternal ||= field.value !== 0n
    else if ([5, 6, 7, 9].includes(field.number)) {
      if (data.length <= labelsMax) data.push(field)
    } else if (![3, 4, 10, 11, 12, 16].includes(field.number))
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
  return {
    name,
    elements,
    texts: elements > 0 && elements <= labelsMax ? textsOf(type, data, elements) : null,
  }
}

/** The dimensions in a field. @throws WireError for more than any tensor has */
function dimensionsIn(field: WireField, before: number): bigint[] {
  if (before + (field.bytes?.length ?? 0) > dimensionsMax)
    throw new WireError('a tensor has more dimensions than any has', field.offset)
  return integersOf(field)
}

/** Keys that an entry of external data may have (onnx/external_data_helper.py). */
const externalKeys = ['location', 'offset', 'length', 'checksum', 'basepath']

interface ExternalEntry {
  readonly key: string
  readonly value: string
}

function externalData(entries: readonly ExternalEntry[], location: string): OnnxFinding {
  // Of several places readers take the last; every one of them counts here.
  const targets = entries.filter(({ key }) => key === 'location').map(({ value }) => value)
  const inMemory = targets.some((target) => /_ORT_MEM_ADDR_/i.test(target))
  const escape = targets.find(
    (target) =>
      target.length >= targetLengthMax ||
      /(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[a-z]:|^~|:\/\/|\0/i.test(target),
  )
  const unknown = entries.find(({ key }) => !externalKeys.includes(key))
  const target = escape ?? targets.at(-1) ?? ''
  return {
    rule: 'external-data',
    severity:
      inMemory || escape !== undefined || unknown !== undefined || targets.length > 1
        ? 'critical'
        : 'high',
    location,
    detail:
      unknown === undefined
        ? `its data are ${inMemory ? 'read from an address in memory' : `read from \`${target.slice(0, 200)}\``}, ` +
          'outside the file that is checked and signed; save the model as one file'
        : `its place outside of the file sets \`${unknown.key.slice(0, 100)}\`, which the format does not have`,
  }
}

/** Longer places are no names of files. */
const targetLengthMax = 1024

function readEntry(message: WireMessage): ExternalEntry {
  const texts = ['', '']
  for (const field of fieldsOf(message))
    if (field.number === 1 || field.number === 2)
      texts[field.number - 1] = new TextDecoder().decode(
        bytesOf(field).subarray(0, targetLengthMax),
      )
  const [key = '', value = ''] = texts
  return { key, value }
}

function textsOf(type: bigint, data: readonly WireField[], elements: number): string[] | null {
  if (data.some(({ bytes }) => (bytes?.length ?? 0) > labelSizeMaxBytes)) return null
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
