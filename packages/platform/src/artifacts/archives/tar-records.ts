// The records of TAR archives: ustar, pax and GNU's long names (POSIX.1-2017, pax). What a block says, and no more: who reads an
// archive decides what it may say.

/** Bytes of a header, and what contents are filled up to. */
export const tarBlockBytes = 512

const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()

/** What a header says of its member. */
export interface TarHeader {
  /** One character; `\0` is an old writer's file. */
  readonly type: string
  /** Null where no number stands there. */
  readonly sizeBytes: number | null
  readonly name: string
  /** Its name with the prefix, which some readers take whatever the format is; `name` where it has none. */
  readonly prefixedName: string
  readonly link: string
  /** Whether it is the header of a record about the next members. */
  readonly isAbout: boolean
}

/** What records say of the members that follow. */
export interface TarExtension {
  readonly name: string | null
  readonly link: string | null
  readonly sizeBytes: number | null
}

/** Nothing said. */
export const noExtension: TarExtension = { name: null, link: null, sizeBytes: null }

/** Reads a block; null where its sum is wrong, so that it is no header. */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (block.length < tarBlockBytes || !isHeader(block)) return null
  const prefix = textIn(block, 345, 155)
  const short = textIn(block, 0, 100)
  const prefixedName = prefix === '' ? short : `${prefix}/${short}`
  const type = latin1.decode(block.subarray(156, 157))
  return {
    type,
    sizeBytes: numberIn(block, 124, 12),
    name: textIn(block, 257, 5) === 'ustar' ? prefixedName : short,
    prefixedName,
    link: textIn(block, 157, 100),
    isAbout: 'LKxXg'.includes(type),
  }
}

/** The sum of the header's bytes, its own field counted as blanks; some writers sum signed bytes. */
function isHeader(block: Uint8Array): boolean {
  const written = numberIn(block, 148, 8)
  if (written === null) return false
  let [unsigned, signed] = [0, 0]
  for (let at = 0; at < tarBlockBytes; at++) {
    const byte = at >= 148 && at < 156 ? 32 : (block[at] ?? 0)
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return written === unsigned || written === signed
}

/** An octal number as Python reads it, prefix and all, or GNU's binary one; null for none. */
function numberIn(block: Uint8Array, start: number, length: number): number | null {
  if (((block[start] ?? 0) & 0x80) !== 0) {
    let value = (block[start] ?? 0) & 0x7f
    for (let at = 1; at < length; at++) value = value * 256 + (block[start + at] ?? 0)
    return Number.isSafeInteger(value) ? value : null
  }
  const text = textIn(block, start, length).replaceAll(/^[\s\p{Cc}]+|[\s\p{Cc}]+$/gu, '')
  const [, digits] = /^[+]?(?:0[oO]_?)?([0-7]+(?:_[0-7]+)*)$/.exec(text === '' ? '0' : text) ?? []
  return digits === undefined ? null : Number.parseInt(digits.replaceAll('_', ''), 8)
}

function textIn(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return utf8.decode(end < 0 ? field : field.subarray(0, end))
}

/**
 * What is said after a record: GNU's long names and links, or pax, `length key=value\n`, where the length counts the whole.
 * @returns a text that says why the record is not read, where it is not
 */
export function extendedBy(
  type: string,
  record: Uint8Array,
  before: TarExtension,
): TarExtension | string {
  if (type === 'L' || type === 'K') {
    const text = utf8.decode(record).replace(/\0.*$/s, '')
    return type === 'L' ? { ...before, name: text } : { ...before, link: text }
  }
  let { name, link, sizeBytes } = before
  for (let at = 0; at < record.length && record[at] !== 0; ) {
    const [whole = '', digits] =
      /^(\d{1,9}) /.exec(latin1.decode(record.subarray(at, at + 10))) ?? []
    const line = utf8.decode(record.subarray(at + whole.length, at + Number(digits)))
    const [, key = '', value = ''] = /^([^=]+)=([\s\S]*)\n$/.exec(line) ?? []
    if (key === '') return 'a record that does not say what it is'
    if (key.startsWith('GNU.sparse.')) return 'a member with holes'
    if (key === 'path') name = value
    if (key === 'linkpath') link = value
    if (key === 'size') {
      if (!/^\d{1,15}$/.test(value)) return 'a size that is no number'
      sizeBytes = Number(value)
    }
    at += Number(digits)
  }
  // One size cannot be that of all members.
  if (type === 'g' && sizeBytes !== before.sizeBytes) return 'one size for all'
  return { name, link, sizeBytes }
}
