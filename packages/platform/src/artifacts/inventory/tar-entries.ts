// Entries of a tar archive (POSIX ustar and pax, GNU long names), one after the other, without ever holding more of it than
// one entry that somebody asked for.

import { OperatingError } from '@proofhouse/evidence'
import { extendedBy, noExtension, readTarHeader, tarBlockBytes } from '../archives/tar-records.ts'

const entriesMax = 5_000_000
/** Longest pax header or GNU name. */
const extensionMaxBytes = 1_048_576

/** Bytes in order. */
export interface ByteSource {
  /** The next bytes: exactly so many, or fewer at the end. */
  take(length: number): Promise<Uint8Array>
  skip(length: number): Promise<void>
}

/** One entry. */
export interface TarEntry {
  /** With `/`, without `./` before or `/` after. */
  readonly path: string
  readonly kind: 'file' | 'hard-link' | 'other'
  readonly sizeBytes: number
  /** What a hard link names. */
  readonly target: string
  /** Where the content starts, from the start of the archive. */
  readonly offset: number
  /** The content; to be asked for before the next entry, once. */
  content(): Promise<Uint8Array>
}

const malformed = (why: string) => new OperatingError('inventory-malformed', `tar archive ${why}`)

/** The entries of an archive. @throws inventory-malformed, limit-exceeded */
export async function* tarEntries(source: ByteSource): AsyncGenerator<TarEntry> {
  let position = 0
  let extended = noExtension
  let always = noExtension
  for (let count = 0; ; ) {
    const block = await source.take(tarBlockBytes)
    position += block.length
    // Zeros end it; an archive that ends without them was cut off.
    if (block.length < tarBlockBytes) throw malformed('ends before its end')
    if (block.every((byte) => byte === 0)) return
    const header = readTarHeader(block)
    if (header === null) throw malformed('has a header whose sum is wrong')
    const { type } = header
    const sizeBytes = (header.isAbout ? null : extended.sizeBytes) ?? header.sizeBytes
    if (sizeBytes === null) throw malformed('has an entry of no size')
    const padded = Math.ceil(sizeBytes / tarBlockBytes) * tarBlockBytes
    if (++count > entriesMax)
      throw new OperatingError('limit-exceeded', `tar archive has over ${entriesMax} entries`)
    if (header.isAbout) {
      if (sizeBytes > extensionMaxBytes) throw malformed('has a header that is too long')
      const content = await whole(source, sizeBytes, padded)
      position += padded
      const told = extendedBy(type, content, type === 'g' ? always : extended)
      if (typeof told === 'string') throw malformed(`has ${told}`)
      if (type === 'g') always = told
      else extended = told
      continue
    }
    const offset = position
    let left = padded
    yield {
      path: plainPath(extended.name ?? always.name ?? header.name),
      kind:
        type === '0' || type === '\0' || type === '7'
          ? 'file'
          : type === '1'
            ? 'hard-link'
            : 'other',
      sizeBytes,
      target: plainPath(extended.link ?? always.link ?? header.link),
      offset,
      async content() {
        left = 0
        return whole(source, sizeBytes, padded)
      },
    }
    await source.skip(left)
    position += padded
    extended = noExtension
  }
}

async function whole(source: ByteSource, sizeBytes: number, padded: number): Promise<Uint8Array> {
  const content = await source.take(sizeBytes)
  if (content.length < sizeBytes) throw malformed('ends within an entry')
  await source.skip(padded - sizeBytes)
  return content
}

const plainPath = (path: string): string => path.replace(/^(?:\.?\/)+/u, '').replace(/\/+$/u, '')
