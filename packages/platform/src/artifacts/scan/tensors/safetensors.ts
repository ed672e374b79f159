// Safetensors (huggingface/safetensors, README "Format"): the length of a header, the header as JSON, the tensors without
// holes. Readers are strict; what they refuse, and what a lenient one would read differently, is found here.

import {
  isJsonArray,
  isJsonObject,
  JsonFault,
  type JsonObject,
  type JsonValue,
  readJson,
} from '../configs/json-reader.ts'
import { scanConfig } from '../configs/scan-config.ts'
import { codeIn } from '../code-words.ts'
import type { Member, ScanFormat } from '../scan-format.ts'
import type { Finder } from '../scan-findings.ts'

/** The format's own limit on the header. */
const headerSizeMaxBytes = 100_000_000
/** Bits of one element by type. */
const elementBits: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  U16: 16,
  I16: 16,
  F16: 16,
  BF16: 16,
  U32: 32,
  I32: 32,
  F32: 32,
  U64: 64,
  I64: 64,
  F64: 64,
  C64: 64,
}

interface Tensor {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Safetensors files. */
export const safetensorsFormat: ScanFormat = {
  name: 'safetensors',
  // Eight bytes of length, of which no file needs the upper three, then the header's first brace.
  recognises: (head) =>
    head.length >= 10 &&
    head[8] === 0x7b &&
    head[5] === 0 &&
    head[6] === 0 &&
    head[7] === 0 &&
    /^\{\s*["}]/.test(new TextDecoder().decode(head.subarray(8, 64))),
  scan,
}

function scan({ source, finder }: Member): void {
  const length = Number(lengthOf(source.read(0, 8)))
  if (length > headerSizeMaxBytes || 8 + length > source.sizeBytes) {
    finder.found('safetensors-malformed', 0, `a header of ${length} bytes`)
    return
  }
  const header = headerIn(source.read(8, 8 + length), finder)
  if (header === null) return
  const tensors: Tensor[] = []
  for (const [name, value] of header) {
    if (name === '__metadata__') scanMetadata(value, finder)
    else {
      const tensor = tensorOf(name, value)
      if (typeof tensor === 'string') {
        finder.found('safetensors-malformed', 8, `the tensor \`${name}\` ${tensor}`)
        return
      }
      tensors.push(tensor)
    }
  }
  checkLayout(tensors, 8 + length, source.sizeBytes, finder)
}

const lengthOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true)

function headerIn(bytes: Uint8Array<ArrayBuffer>, finder: Finder): JsonObject | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const { value, duplicates, end } = readJson(text)
    for (const key of duplicates)
      finder.found('safetensors-duplicate-key', 8, `\`${key}\` is there twice`)
    // The header may be filled up with blanks, so that the tensors begin at a round place.
    if (/[^ ]/.test(text.slice(end)))
      finder.found('safetensors-malformed', 8 + end, 'more than blanks follows the header')
    if (isJsonObject(value)) return value
    finder.found('safetensors-malformed', 8, 'the header is no object')
  } catch (error) {
    const at = error instanceof JsonFault ? error.offset : 0
    const what = error instanceof JsonFault ? error.message : 'it is no UTF-8'
    finder.found('safetensors-malformed', 8 + at, `the header is no JSON: ${what}`)
  }
  return null
}

/** Texts by name. What they hold is for programs of all kinds; some build models from it. */
function scanMetadata(value: JsonValue, finder: Finder): void {
  if (!isJsonObject(value) || [...value.values()].some((text) => typeof text !== 'string')) {
    finder.found('safetensors-malformed', 8, '`__metadata__` holds more than texts')
    return
  }
  const inner = finder.within('__metadata__')
  scanConfig(value, inner)
  for (const [key, text] of value) {
    if (typeof text !== 'string') continue
    const code = codeIn(text)
    if (code !== null) inner.found('described-code', 8, `\`${key}\` holds \`${code}\``)
    if (!/^\s*[[{]/.test(text)) continue
    try {
      scanConfig(readJson(text).value, inner.within(key))
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error
    }
  }
}

/** A tensor, or what is wrong with it. */
function tensorOf(name: string, value: JsonValue): Tensor | string {
  if (!isJsonObject(value)) return 'is no object'
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((key) => value.get(key))
  if (value.size !== 3) return 'has other fields than a type, a shape and a place'
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBits, dtype))
    return `is of type \`${typeof dtype === 'string' ? dtype : typeof dtype}\``
  if (!isJsonArray(shape) || !shape.every(isCount)) return 'has a shape that is none'
  if (!isJsonArray(offsets) || !offsets.every(isCount) || offsets.length !== 2)
    return 'has a place that is none'
  const [start = 0, end = 0] = offsets
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n)
  if (elements * BigInt(elementBits[dtype] ?? 0) !== 8n * BigInt(end - start))
    return `has ${end - start} bytes, which is not what its type and shape take`
  return { name, start, end }
}

const isCount = (value: JsonValue): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function checkLayout(
  tensors: readonly Tensor[],
  dataStart: number,
  sizeBytes: number,
  finder: Finder,
): void {
  let end = 0
  for (const tensor of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (tensor.start !== end)
      finder.found(
        'safetensors-layout',
        dataStart + tensor.start,
        tensor.start < end
          ? `\`${tensor.name}\` shares bytes with another tensor`
          : `${tensor.start - end} bytes before \`${tensor.name}\` belong to no tensor`,
      )
    end = Math.max(end, tensor.end)
  }
  const extra = sizeBytes - dataStart - end
  if (extra > 0)
    finder.found('safetensors-layout', dataStart + end, `${extra} bytes follow the last tensor`)
  if (extra < 0)
    finder.found('safetensors-malformed', sizeBytes, `${-extra} bytes of the tensors are missing`)
}
