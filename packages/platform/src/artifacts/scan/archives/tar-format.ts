// TAR archives: ustar, pax and GNU's long names (POSIX.1-2017, pax). Members are scanned in place.

import {
  extendedBy,
  noExtension,
  readTarHeader,
  tarBlockBytes,
  type TarExtension,
  type TarHeader,
} from '../../archives/tar-records.ts'
import { type ByteSource, partOf } from '../byte-source.ts'
import type { Member, ScanFormat, ScanWalk } from '../scan-format.ts'
import { checkLinkTarget, checkName } from './entry-names.ts'

/** Longest name or pax record that is read. */
const recordSizeMaxBytes = 1_048_576

/** TAR archives by the checksum of their first header. */
export const tarFormat: ScanFormat = {
  name: 'tar',
  recognises: (head) => readTarHeader(head.subarray(0, tarBlockBytes)) !== null,
  scan: scanTar,
}

async function scanTar(member: Member, walk: ScanWalk): Promise<void> {
  const { source, finder } = member
  let extended = noExtension
  let always = noExtension
  let at = 0
  while (at + tarBlockBytes <= source.sizeBytes) {
    walk.signal?.throwIfAborted()
    const block = source.read(at, at + tarBlockBytes)
    if (block.every((byte) => byte === 0)) break
    const header = readTarHeader(block)
    const sizeBytes =
      (header?.isAbout === true ? null : extended.sizeBytes) ?? header?.sizeBytes ?? null
    if (
      header === null ||
      sizeBytes === null ||
      at + tarBlockBytes + sizeBytes > source.sizeBytes
    ) {
      finder.found(
        'archive-malformed',
        at,
        'what should be a header is none, or its member is cut off',
      )
      return
    }
    const content = partOf(source, at + tarBlockBytes, at + tarBlockBytes + sizeBytes)
    const { type } = header
    if (header.isAbout) {
      const told =
        sizeBytes > recordSizeMaxBytes
          ? 'a record of over a mebibyte'
          : extendedBy(type, content.read(0, sizeBytes), type === 'g' ? always : extended)
      if (typeof told === 'string') {
        finder.found('archive-unread', at, told)
        return
      }
      if (type === 'g') always = told
      else extended = told
    } else if (type === 'S') {
      finder.found('archive-unread', at, 'a member with holes')
      return
    } else {
      const named = {
        ...extended,
        name: extended.name ?? always.name,
        link: extended.link ?? always.link,
      }
      await scanMember(member, walk, { header, content, extended: named, at })
      extended = noExtension
    }
    at += tarBlockBytes * (1 + Math.ceil(sizeBytes / tarBlockBytes))
  }
  // Writers end with two blocks of zeros; readers do without.
  checkEnd(source, at, member)
}

interface TarMember {
  readonly header: TarHeader
  readonly content: ByteSource
  readonly extended: TarExtension
  readonly at: number
}

async function scanMember(
  member: Member,
  walk: ScanWalk,
  { header, content, extended, at }: TarMember,
): Promise<void> {
  const { type } = header
  const name = extended.name ?? header.name
  checkName(name, at, member.finder)
  // Python joins the parts of a name whatever the format is.
  if (extended.name === null && header.prefixedName !== name)
    checkName(header.prefixedName, at, member.finder)
  if (type === '1' || type === '2')
    checkLinkTarget(name, extended.link ?? header.link, at, member.finder)
  else if (type === '3' || type === '4' || type === '6')
    member.finder.found('archive-link', at, `\`${name}\` is a device or a pipe`)
  if (/[1-6]/.test(type) && content.sizeBytes > 0)
    member.finder.found(
      'archive-outside-data',
      at,
      `\`${name}\` is no file and has ${content.sizeBytes} bytes, in which readers find other members`,
    )
  if (content.sizeBytes > 0 || !(/[1-6]/.test(type) || name.endsWith('/')))
    await walk.inside(member, name, content)
}

/** Behind the blocks of zeros nothing may follow but more of them. */
function checkEnd(source: ByteSource, start: number, { finder }: Member): void {
  for (let at = start; at < source.sizeBytes; at += 1_048_576) {
    const bytes = source.read(at, at + 1_048_576)
    const odd = bytes.findIndex((byte) => byte !== 0)
    if (odd >= 0) {
      finder.found('archive-outside-data', at + odd, 'bytes follow the end of the archive')
      return
    }
  }
}
