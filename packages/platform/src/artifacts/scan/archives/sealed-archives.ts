// 7-Zip and RAR archives, read by libarchive in WebAssembly: it can reach nothing but the bytes it is given. Each
// archive gets an instance of its own, so that a hostile one leaves nothing behind.

import { joinBytes, type Bytes } from '@proofhouse/evidence'
import { bytesSource, partOf } from '../byte-source.ts'
import type { Member, ScanFormat, ScanWalk } from '../scan-format.ts'
import { checkLinkTarget, checkName } from './entry-names.ts'
import { type SealedEnds, sealedEnds } from './sealed-ends.ts'

/** Larger archives are not read: they are held in memory, as are their members. */
const archiveSizeMaxBytes = 512 * 1_048_576
const memberSizeMaxBytes = 512 * 1_048_576
/** Members that unpack to more than this, and to so many times the archive, are no model's. */
const bomb = { sizeBytes: 256 * 1_048_576, ratio: 1000 } as const
/** Bytes taken in one read: few at first, since a read that fails gives nothing. */
const readSizes = [64, 4096, 65_536, 1_048_576] as const

const sealed = (name: string, magic: readonly number[]): ScanFormat => ({
  name,
  recognises: (head) => magic.every((byte, at) => head[at] === byte),
  scan: scanSealed,
})

/** Archives whose directory is compressed itself. */
export const sealedFormats: readonly ScanFormat[] = [
  sealed('7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  sealed('rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]),
]

async function scanSealed(member: Member, walk: ScanWalk): Promise<void> {
  const { source, finder } = member
  if (source.sizeBytes > archiveSizeMaxBytes) {
    finder.found('archive-limit', 0, 'an archive of over 512 MiB')
    return
  }
  const ends = sealedEnds(source)
  for (const at of ends.lies)
    finder.found('archive-outside-data', at, 'a stored entry holds another size than it says')
  await scanEntries(member, walk, ends)
  if (ends.end === null || ends.end >= source.sizeBytes) return
  const rest = partOf(source, ends.end, source.sizeBytes)
  finder.found('archive-outside-data', ends.end, `${rest.sizeBytes} bytes follow the archive`)
  await walk.inside(member, 'behind the archive', rest)
}

async function scanEntries(member: Member, walk: ScanWalk, ends: SealedEnds): Promise<void> {
  const { source, finder } = member
  const { ArchiveReader, libarchiveWasm } = await import('libarchive-wasm')
  const bytes = source.read(0, source.sizeBytes)
  let entries = 0
  try {
    // Bytes that are no archive at all make the reader itself fail.
    const reader = new ArchiveReader(
      await libarchiveWasm(),
      new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    )
    const sizeMaxBytes = Math.max(bomb.sizeBytes, bomb.ratio * source.sizeBytes)
    const unpacking: Unpacking = { reader, totalBytes: 0, sizeMaxBytes }
    for (let entry = reader.nextEntry(); entry !== null; entry = reader.nextEntry()) {
      walk.signal?.throwIfAborted()
      entries++
      const name = entry.getPathname()
      checkName(name, 0, finder)
      const link = entry.getSymlinkTarget() || entry.getHardlinkTarget()
      if (link !== '') checkLinkTarget(name, link, 0, finder)
      if (entry.isEncrypted()) finder.found('archive-encrypted', null, `\`${name}\` is encrypted`)
      else if (entry.getFiletype() === 'File' || link === '') {
        if (!(await scanEntry(member, walk, unpacking, entry, name))) return
      }
      entry.free()
    }
  } catch (error) {
    if (walk.signal?.aborted === true) throw error
    finder.found('archive-malformed', null, `it cannot be read behind its ${entries}. entry`)
    return
  }
  if (entries > 0) return
  if (ends.isEncrypted) finder.found('archive-encrypted', null, 'its directory is encrypted')
  else if (ends.isPart)
    finder.found('archive-malformed', null, 'it is cut off, or one of several parts')
  else finder.found('archive-malformed', null, 'it has no entries that can be read')
}

interface Unpacking {
  readonly reader: { readData(sizeBytes: number): Int8Array }
  /** Of all entries so far. */
  totalBytes: number
  readonly sizeMaxBytes: number
}

/** Unpacks an entry, whatever size it says, and scans it. @returns whether the next one may be read */
async function scanEntry(
  member: Member,
  walk: ScanWalk,
  unpacking: Unpacking,
  entry: { getSize(): number; getFiletype(): string },
  name: string,
): Promise<boolean> {
  const { finder } = member
  const parts: Bytes[] = []
  let [length, fault] = [0, false]
  try {
    for (let reads = 0; ; reads++) {
      const data = unpacking.reader.readData(readSizes[Math.min(reads, readSizes.length - 1)] ?? 64)
      if (data.length === 0) break
      parts.push(new Uint8Array(data))
      length += data.length
      unpacking.totalBytes += data.length
      if (unpacking.totalBytes > unpacking.sizeMaxBytes) {
        const what = `its members unpack to over ${bomb.ratio} times its size`
        finder.found('archive-bomb', null, what)
        return false
      }
      if (length > memberSizeMaxBytes) {
        finder.found('archive-limit', null, `\`${name}\` holds over 512 MiB`)
        return false
      }
      if (walk.allow(member, data.length) <= 0) return false
    }
  } catch {
    // The rest of its block is lost with it; what was given until then was unpacked by others too.
    fault = true
  }
  // Its reader gives the lowest 32 bits of a size.
  if (fault || (entry.getFiletype() === 'File' && length >>> 0 !== entry.getSize() >>> 0))
    finder.found('archive-malformed', null, `\`${name}\` cannot be unpacked to its end`)
  if (length > 0 || entry.getFiletype() === 'File')
    await walk.inside(member, name, bytesSource(joinBytes(parts)))
  return !fault
}
