// The records of ZIP archives (PKWARE APPNOTE 6.3.10), with the 64-bit ones. What the bytes say, and no more: who reads an
// archive decides what it may say.

const signatures = {
  local: 0x0403_4b50,
  central: 0x0201_4b50,
  wideEnd: 0x0606_4b50,
  wideLocator: 0x0706_4b50,
} as const

/** Bytes of records before what has no fixed length. */
export const zipRecordBytes = {
  local: 30,
  central: 46,
  end: 22,
  wideEnd: 56,
  wideLocator: 20,
} as const

/** What both headers of an entry say of it. */
export interface ZipHeader {
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly name: Uint8Array
  readonly extra: Uint8Array
}

/** An entry of the central directory. */
export interface ZipCentralHeader extends ZipHeader {
  /** The mode of Unix in its upper half. */
  readonly attributes: number
  /** Where its local header begins, as the archive counts. */
  readonly offset: number
  /** Where the next entry begins in the directory. */
  readonly end: number
}

/** Where the central directory lies, as an end record says. */
export interface ZipEnd {
  readonly count: number
  readonly sizeBytes: number
  readonly offset: number
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The entry at a place of the directory; null where none begins there, 'cut off' where one does not end. */
export function readCentralHeader(
  directory: Uint8Array,
  at: number,
): ZipCentralHeader | 'cut off' | null {
  const view = viewOf(directory)
  const fixedEnd = at + zipRecordBytes.central
  if (fixedEnd > directory.length || view.getUint32(at, true) !== signatures.central) return null
  const nameEnd = fixedEnd + view.getUint16(at + 28, true)
  const extraEnd = nameEnd + view.getUint16(at + 30, true)
  const end = extraEnd + view.getUint16(at + 32, true)
  if (end > directory.length) return 'cut off'
  const extra = directory.subarray(nameEnd, extraEnd)
  const [sizeBytes = 0, packedBytes = 0, offset = 0] = widened(extra, [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ])
  return {
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedBytes,
    sizeBytes,
    name: directory.subarray(fixedEnd, nameEnd),
    extra,
    attributes: view.getUint32(at + 38, true),
    offset,
    end,
  }
}

/** How long name and extra field of a local header are, from its fixed part; null where it is none. */
export function localHeaderLengths(
  fixed: Uint8Array,
): { readonly nameBytes: number; readonly extraBytes: number } | null {
  const view = viewOf(fixed)
  if (fixed.length < zipRecordBytes.local || view.getUint32(0, true) !== signatures.local)
    return null
  return { nameBytes: view.getUint16(26, true), extraBytes: view.getUint16(28, true) }
}

/** A local header from its bytes, as many as its lengths say. */
export function readLocalHeader(bytes: Uint8Array): ZipHeader | null {
  const lengths = localHeaderLengths(bytes)
  if (lengths === null) return null
  const view = viewOf(bytes)
  const nameEnd = zipRecordBytes.local + lengths.nameBytes
  const extra = bytes.subarray(nameEnd, nameEnd + lengths.extraBytes)
  const [sizeBytes = 0, packedBytes = 0] = widened(extra, [
    view.getUint32(22, true),
    view.getUint32(18, true),
  ])
  return {
    flags: view.getUint16(6, true),
    method: view.getUint16(8, true),
    crc: view.getUint32(14, true),
    packedBytes,
    sizeBytes,
    name: bytes.subarray(zipRecordBytes.local, nameEnd),
    extra,
  }
}

/** What an end record says, whose signature was found; ones where a 64-bit record says it. */
export function readEnd(record: Uint8Array): ZipEnd & { readonly commentBytes: number } {
  const view = viewOf(record)
  return {
    count: view.getUint16(10, true),
    sizeBytes: view.getUint32(12, true),
    offset: view.getUint32(16, true),
    commentBytes: view.getUint16(20, true),
  }
}

/** Where a locator says that the 64-bit end record begins; null where it is none. */
export function readWideLocator(record: Uint8Array): number | null {
  const view = viewOf(record)
  if (record.length < zipRecordBytes.wideLocator) return null
  return view.getUint32(0, true) === signatures.wideLocator
    ? Number(view.getBigUint64(8, true))
    : null
}

/** What a 64-bit end record says, and how long it is; null where it is none. */
export function readWideEnd(
  record: Uint8Array,
): (ZipEnd & { readonly recordBytes: number }) | null {
  const view = viewOf(record)
  if (record.length < zipRecordBytes.wideEnd || view.getUint32(0, true) !== signatures.wideEnd)
    return null
  const [rest = 0, count = 0, sizeBytes = 0, offset = 0] = [4, 32, 40, 48].map((field) =>
    Number(view.getBigUint64(field, true)),
  )
  return { count, sizeBytes, offset, recordBytes: 12 + rest }
}

/** Numbers of which those that are all ones stand in the extra field 1, in turn. */
function widened(extra: Uint8Array, numbers: readonly number[]): readonly number[] {
  if (!numbers.includes(0xffff_ffff)) return numbers
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), extra.length)
    let next = at + 4
    return numbers.map((number) => {
      if (number !== 0xffff_ffff || next + 8 > end) return number
      next += 8
      return Number(view.getBigUint64(next - 8, true))
    })
  }
  return numbers
}
