// ZIP archives, and what is built on them: PyTorch's files, NumPy's collections. Every entry is scanned by content, in
// place where it is stored, and from memory where it is compressed.

import { crc32, inflateRawSync } from 'node:zlib'
import { type ByteSource, bytesSource, partOf } from '../byte-source.ts'
import { searchElements } from '../code-words.ts'
import type { Member, ScanFormat, ScanWalk } from '../scan-format.ts'
import { checkLinkTarget } from './entry-names.ts'
import { checkScriptCode } from './script-code.ts'
import { storagesOf } from './torch-storages.ts'
import { checkZip } from './zip-checks.ts'
import type { ZipEntry } from './zip-directory.ts'

/** Largest entry that is decompressed: it is held in memory. */
const entrySizeMaxBytes = 512 * 1_048_576
/** Larger stored entries are not read for their checksum alone. */
const checksumSizeMaxBytes = 64 * 1_048_576

const beginsZip = (head: Uint8Array) =>
  head[0] === 0x50 &&
  head[1] === 0x4b &&
  ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))

const namesOf = (member: Member) => member.zipDirectory()?.entries.map(({ name }) => name) ?? []

/** The folder that a PyTorch archive keeps everything in; null for another archive. */
function torchRoot(member: Member): string | null {
  const names = namesOf(member)
  const pickle = names.find((name) => /^(?:[^/]+\/)?data\.pkl$/.test(name))
  const root = pickle?.slice(0, -'data.pkl'.length)
  return root !== undefined && names.includes(`${root}version`) ? root : null
}

const isScript = (member: Member, root: string | null) =>
  root !== null && namesOf(member).includes(`${root}constants.pkl`)

/** torch.save's archives since 1.6. */
export const torchZipFormat: ScanFormat = {
  name: 'torch-zip',
  recognises: (head, member) =>
    beginsZip(head) && torchRoot(member) !== null && !isScript(member, torchRoot(member)),
  scan: (member, walk) => scanZip(member, walk, torchRoot(member), 'archive'),
}

/** torch.jit.save's archives: code of their own language beside the pickles. */
export const torchScriptFormat: ScanFormat = {
  name: 'torchscript',
  recognises: (head, member) => beginsZip(head) && isScript(member, torchRoot(member)),
  scan: (member, walk) => scanZip(member, walk, torchRoot(member), 'script'),
}

const isNpz = (member: Member) =>
  namesOf(member).length > 0 && namesOf(member).every((name) => name.endsWith('.npy'))

/** Collections of arrays: numpy.savez. */
export const npzFormat: ScanFormat = {
  name: 'npz',
  recognises: (head, member) => beginsZip(head) && isNpz(member),
  scan: (member, walk) => scanZip(member, walk, null, 'none'),
}

/** Any other ZIP archive. */
export const zipFormat: ScanFormat = {
  name: 'zip',
  recognises: beginsZip,
  scan: (member, walk) => scanZip(member, walk, null, 'none'),
}

/** Scans every entry of an archive. */
export async function scanZip(
  member: Member,
  walk: ScanWalk,
  root: string | null,
  torch: Member['torch'],
): Promise<void> {
  const { source, finder } = member
  const directory = member.zipDirectory()
  if (directory === null) {
    finder.found('archive-malformed', 0, 'it has no directory at its end')
    return
  }
  // Arrays are taken from their collection by name, and never unpacked.
  checkZip(source, directory, finder, !(beginsZip(source.read(0, 4)) && isNpz(member)))
  if (directory.prefixBytes > 0 && member.source.read(0, 2)[0] !== 0x50)
    await walk.inside(member, 'bytes before the archive', partOf(source, 0, directory.prefixBytes))
  const storages = storagesOf(directory.entries, root, (entry) => contentOf(member, entry, walk))
  for (const entry of directory.entries) {
    walk.signal?.throwIfAborted()
    if (entry.name.endsWith('/') && entry.sizeBytes === 0) continue
    // Elements of tensors, which are copied and never parsed.
    if (storages.has(entry.name)) {
      if (entry.method === 0 && entry.local !== null)
        searchElements(
          partOf(source, entry.local.dataStart, entry.local.dataStart + entry.packedBytes),
          finder.within(entry.name),
        )
      continue
    }
    const content = contentOf(member, entry, walk)
    if (content === null) continue
    if (entry.isLink) {
      const target = new TextDecoder().decode(content.read(0, 4096))
      checkLinkTarget(entry.name, target, entry.start, finder)
    } else {
      if (torch === 'script' && entry.name.endsWith('.py'))
        checkScriptCode(content, finder.within(entry.name))
      await walk.inside(member, entry.name, content, torch)
    }
  }
}

/** An entry's content; null, with a finding, where it cannot be had. */
function contentOf(member: Member, entry: ZipEntry, walk: ScanWalk): ByteSource | null {
  const { source, finder } = member
  const { local, method, name, packedBytes, sizeBytes } = entry
  if (local === null) return null
  const packed = partOf(source, local.dataStart, local.dataStart + packedBytes)
  if (packed.sizeBytes < packedBytes)
    finder.found('archive-malformed', local.dataStart, `\`${name}\` is cut off`)
  const isSealed = (entry.flags & local.flags & 1) === 1
  if (isSealed && !isOpenAllTheSame(member, entry, packed, walk)) {
    finder.found('archive-encrypted', entry.start, `\`${name}\` is encrypted`)
    return null
  }
  if (isSealed)
    finder.found(
      'zip-headers-differ',
      entry.start,
      `\`${name}\` says that it is encrypted, and is not`,
    )
  if (method === 0) {
    if (packed.sizeBytes <= checksumSizeMaxBytes) checkSum(member, entry, packed)
    return packed
  }
  if (method !== 8) {
    finder.found(
      'archive-unread',
      entry.start,
      `\`${name}\` is compressed by method ${method}, which is not read`,
    )
    return null
  }
  // One byte more than it says it holds tells of a lie about that.
  const allowed = walk.allow(member, Math.min(sizeBytes + 1, entrySizeMaxBytes))
  if (allowed <= 0 || packed.sizeBytes > entrySizeMaxBytes) return null
  return inflated(member, entry, packed, allowed)
}

/**
 * Whether an entry that says it is encrypted is not: some readers believe it and stop, others load it. Its checksum is
 * that of the content before encryption.
 */
function isOpenAllTheSame(
  member: Member,
  { method, sizeBytes, crc }: ZipEntry,
  packed: ByteSource,
  walk: ScanWalk,
): boolean {
  if (method === 0) return packed.sizeBytes <= checksumSizeMaxBytes && checksumOf(packed) === crc
  const allowed = method === 8 ? walk.allow(member, Math.min(sizeBytes, entrySizeMaxBytes)) : 0
  if (allowed <= 0 || packed.sizeBytes > entrySizeMaxBytes) return false
  try {
    const bytes = inflateRawSync(packed.read(0, packed.sizeBytes), { maxOutputLength: allowed })
    return crc32(bytes) === crc
  } catch {
    return false
  }
}

function inflated(
  member: Member,
  entry: ZipEntry,
  packed: ByteSource,
  allowed: number,
): ByteSource | null {
  try {
    const bytes = new Uint8Array(
      inflateRawSync(packed.read(0, packed.sizeBytes), { maxOutputLength: allowed }),
    )
    const content = bytesSource(bytes)
    if (bytes.length !== entry.sizeBytes)
      member.finder.found(
        'zip-headers-differ',
        entry.start,
        `\`${entry.name}\` holds ${bytes.length} bytes and says ${entry.sizeBytes}`,
      )
    checkSum(member, entry, content)
    return content
  } catch (error) {
    const isLarger =
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    member.finder.found(
      isLarger ? 'archive-bomb' : 'archive-malformed',
      entry.start,
      isLarger
        ? `\`${entry.name}\` holds more than the ${entry.sizeBytes} bytes it says`
        : `\`${entry.name}\` cannot be decompressed`,
    )
    return null
  }
}

/** A wrong checksum stops some readers and not others, so that only some see the entry. */
function checkSum({ finder }: Member, entry: ZipEntry, content: ByteSource): void {
  if (checksumOf(content) !== entry.crc)
    finder.found('zip-checksum', entry.start, `\`${entry.name}\` has another checksum than it says`)
}

function checksumOf(content: ByteSource): number {
  let sum = 0
  for (let at = 0; at < content.sizeBytes; at += 1_048_576)
    sum = crc32(content.read(at, at + 1_048_576), sum)
  return sum
}
