// GGUF files (ggml/docs/gguf.md, versions 1 to 3): settings, then what tensors there are, then their bytes. Readers are
// written in C and reserve what the file says, so every count, length, dimension and place is checked. The settings hold
// chat templates.

import { codeIn } from '../code-words.ts'
import type { Member, ScanFormat } from '../scan-format.ts'
import type { Finder } from '../scan-findings.ts'
import { FormatFault, SourceReader } from '../source-reader.ts'
import { scanTemplate } from '../templates/scan-template.ts'
import { GgufInput, ImpossibleSize } from './gguf-values.ts'

/** A name that leads out of the folder it is looked up in. */
const pathOut = /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]/
/** Settings and tensors of one file that are read; the largest models have some thousand. */
const settingsMax = 100_000
const tensorsMax = 1_000_000
/** Dimensions of a tensor (GGML_MAX_DIMS). */
const dimensionsMax = 4
const alignmentMax = 1_048_576

/** Elements in a block and bytes of one, by type (ggml.h). */
const blocks: Readonly<Record<number, readonly [elements: number, sizeBytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
  40: [64, 36],
  41: [128, 18],
}

interface Tensor {
  readonly name: string
  readonly start: number
  readonly sizeBytes: number
  /** Where it is described. */
  readonly offset: number
}

/** GGUF files of either byte order. */
export const ggufFormat: ScanFormat = {
  name: 'gguf',
  recognises: (head) => [0x47, 0x47, 0x55, 0x46].every((byte, at) => head[at] === byte),
  scan,
}

function scan({ source, finder }: Member): void {
  try {
    const [little = 0] = source.read(4, 5)
    const reader = new SourceReader(source, 4, little !== 0)
    const version = reader.u32()
    if (version < 1 || version > 3) throw new FormatFault(`version ${version} is not known`, 4)
    const input = new GgufInput(reader, version)
    const tensorCount = input.count('the number of tensors', ['CVE-2024-21836', 'CVE-2025-53630'])
    const settingCount = input.count('the number of settings', ['CVE-2024-23605'])
    if (settingCount > settingsMax || tensorCount > tensorsMax)
      throw new FormatFault(`${settingCount} settings and ${tensorCount} tensors`, 8)
    const alignment = readSettings(input, settingCount, finder)
    const tensors = readTensors(input, tensorCount, finder)
    const { position } = reader
    const start = roundUp(position, alignment)
    checkLayout(tensors, start, alignment, source.sizeBytes, finder)
    if (source.read(position, start).some((byte) => byte !== 0))
      finder.found('gguf-layout', position, 'the header is filled up with more than zeros')
  } catch (error) {
    if (error instanceof ImpossibleSize)
      finder.found('gguf-impossible-size', error.offset, error.message, error.ids)
    else if (error instanceof FormatFault) {
      finder.found('gguf-malformed', error.offset, error.message)
      return
    } else throw error
    finder.found('gguf-malformed', error.offset, 'what follows was not read')
  }
}

/** Reads the settings. @returns the alignment of the tensors */
function readSettings(input: GgufInput, count: number, finder: Finder): number {
  const names = new Set<string>()
  let alignment = 32
  for (let at = 0; at < count; at++) {
    const { position } = input.reader
    const name = input.name()
    if (names.has(name))
      finder.found('gguf-duplicate-name', position, `the setting \`${name}\` is there twice`)
    names.add(name)
    const type = input.reader.u32()
    const value = input.value(type)
    if (name === 'general.alignment') {
      if (
        typeof value !== 'number' ||
        value === 0 ||
        (value & (value - 1)) !== 0 ||
        value > alignmentMax
      )
        throw new ImpossibleSize(`the alignment is ${value}`, position, ['CWE-1284'])
      alignment = value
    } else if (name.includes('chat_template') && type === 8) {
      if (value === null)
        finder.found('template-malformed', position, `\`${name}\` is longer than is read`)
      if (typeof value === 'string') scanTemplate(value, finder.within(name))
    } else describes(name, value, position, finder)
  }
  return alignment
}

/** Names and texts are shown, and looked up; lists of tokens hold any words. */
function describes(name: string, value: unknown, offset: number, finder: Finder): void {
  if (pathOut.test(name))
    finder.found('gguf-name-escape', offset, `the setting \`${name}\` leads out of a folder`)
  const code = typeof value === 'string' ? codeIn(value) : null
  if (code !== null) finder.found('described-code', offset, `\`${name}\` holds \`${code}\``)
}

function readTensors(input: GgufInput, count: number, finder: Finder): Tensor[] {
  const tensors: Tensor[] = []
  const names = new Set<string>()
  for (let at = 0; at < count; at++) {
    const offset = input.reader.position
    const name = input.name()
    if (names.has(name))
      finder.found('gguf-duplicate-name', offset, `the tensor \`${name}\` is there twice`)
    names.add(name)
    const sizeBytes = sizeOf(input, name, offset)
    const start = Number(input.reader.u64())
    tensors.push({ name, start, sizeBytes, offset })
  }
  return tensors
}

/** Bytes of a tensor, from its dimensions and type. */
function sizeOf({ reader }: GgufInput, name: string, offset: number): number {
  const dimensions = reader.u32()
  if (dimensions > dimensionsMax)
    throw new ImpossibleSize(`\`${name}\` has ${dimensions} dimensions`, offset, ['CVE-2024-21802'])
  let elements = 1n
  let row = 1n
  for (let d = 0; d < dimensions; d++) {
    const size = reader.u64()
    if (d === 0) row = size
    elements *= size
  }
  const type = reader.u32()
  const block = blocks[type]
  if (block === undefined) throw new FormatFault(`\`${name}\` is of type ${type}`, offset)
  const [blockElements, blockSizeBytes] = block
  const sizeBytes = (elements / BigInt(blockElements)) * BigInt(blockSizeBytes)
  if (sizeBytes >= 2n ** 47n)
    throw new ImpossibleSize(`\`${name}\` has ${elements} elements`, offset, [
      'CVE-2025-53630',
      'CVE-2026-27940',
      'CVE-2026-33298',
    ])
  if (row % BigInt(blockElements) !== 0n)
    throw new FormatFault(`the rows of \`${name}\` are no whole blocks`, offset)
  return Number(sizeBytes)
}

const roundUp = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment

function checkLayout(
  tensors: readonly Tensor[],
  dataStart: number,
  alignment: number,
  sizeBytes: number,
  finder: Finder,
): void {
  let end = 0
  for (const { name, start, sizeBytes: size, offset } of tensors.toSorted(
    (a, b) => a.start - b.start,
  )) {
    if (start >= 2 ** 47)
      finder.found('gguf-impossible-size', offset, `\`${name}\` lies at byte ${start}`, [
        'CVE-2025-53630',
      ])
    else if (start < end)
      finder.found('gguf-layout', offset, `\`${name}\` lies in the bytes of another tensor`)
    else if (start % alignment !== 0)
      finder.found('gguf-layout', offset, `\`${name}\` does not lie at a multiple of ${alignment}`)
    else if (start > roundUp(end, alignment))
      finder.found(
        'gguf-layout',
        offset,
        `${start - end} bytes before \`${name}\` belong to no tensor`,
      )
    end = Math.max(end, start + size)
  }
  const extra = sizeBytes - dataStart - end
  if (tensors.length > 0 && extra < 0)
    finder.found('gguf-malformed', sizeBytes, `${-extra} bytes of the tensors are missing`, [
      'CVE-2026-7482',
    ])
  if (extra >= alignment)
    finder.found('trailing-data', dataStart + end, `${extra} bytes follow the last tensor`)
}
