// The container of an audit pack: a zip archive in its one canonical spelling, so that every byte
// of it has a meaning. Entries are stored, not compressed (a compressor's output is no format to
// rely on), sorted by name, without dates.
// INVARIANT: readArchive accepts exactly the bytes that writeArchive makes, which it checks by
// making them again.

import { unzipSync, zipSync } from 'fflate'
import { type Bytes, equalBytes, utf8 } from './encoding.ts'
import { OperatingError } from './errors.ts'

/** Most files in a pack. */
const packFilesMax = 20_000
/** Largest pack in bytes. */
const packSizeMaxBytes = 512 * 1024 * 1024
/** Longest name of a file in a pack, in characters. */
const nameLengthMax = 200

/** The files of a pack by name. */
export type PackFiles = ReadonlyMap<string, Bytes>

/**
 * The archive of some files.
 * @throws pack-malformed when a name is not plain or there are too many files or bytes
 */
export function writeArchive(files: PackFiles): Bytes {
  const sizeBytes = [...files.values()].reduce((sum, content) => sum + content.length, 0)
  checkCounts(files.size, sizeBytes)
  const names = [...files.keys()].toSorted((a, b) => (a < b ? -1 : 1))
  checkNames(names)
  const entries: Record<string, Uint8Array> = {}
  for (const name of names) entries[name] = files.get(name) ?? new Uint8Array()
  // Zip counts time from 1980, in the local time of whoever reads it; both parts of this are needed
  // for the same bytes anywhere.
  const zipped = zipSync(entries, { level: 0, mtime: new Date(1980, 0, 1) })
  return new Uint8Array(zipped)
}

/**
 * The files of an archive.
 * @throws pack-malformed when it is not the archive that writeArchive makes of them
 */
export function readArchive(bytes: Uint8Array): PackFiles {
  checkCounts(0, bytes.length)
  const listed: string[] = []
  let unpackedBytes = 0
  let entries: Record<string, Uint8Array>
  try {
    entries = unzipSync(bytes, {
      filter({ name, compression, size, originalSize }) {
        // Refused before anything is unpacked.
        if (compression !== 0 || size !== originalSize || size > bytes.length)
          throw malformed('holds a compressed entry')
        // Entries may point at the same bytes, and each would be a copy of them.
        unpackedBytes += size
        if (unpackedBytes > bytes.length) throw malformed('holds entries that overlap')
        listed.push(name)
        checkCounts(listed.length, 0)
        return true
      },
    })
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    throw new OperatingError('pack-malformed', 'pack is no zip archive, or was cut short', {
      cause,
    })
  }
  checkNames(listed)
  const files = new Map(listed.map((name) => [name, new Uint8Array(entries[name] ?? [])]))
  if (!equalBytes(writeArchive(files), bytes))
    throw malformed('was changed: it is not the archive that its files make')
  return files
}

function checkCounts(count: number, sizeBytes: number): void {
  if (count > packFilesMax) throw malformed(`holds more than ${packFilesMax} files`)
  if (sizeBytes > packSizeMaxBytes) throw malformed(`is larger than ${packSizeMaxBytes} bytes`)
}

/** Plain relative names that mean the same on every system; no two differ only in case. */
function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const plain = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(name)
    if (!plain || utf8(name).length > nameLengthMax)
      throw malformed('holds a file whose name is not plain letters, digits, `.`, `_`, `-` and `/`')
    if (seen.has(name.toLowerCase())) throw malformed(`holds \`${name}\` twice`)
    seen.add(name.toLowerCase())
  }
}

function malformed(problem: string): OperatingError {
  return new OperatingError('pack-malformed', `pack ${problem}`)
}
