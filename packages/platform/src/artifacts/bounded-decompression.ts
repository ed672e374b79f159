// bzip2 and xz, which Node does not unpack, into no more bytes than are allowed. Streams one after the other are joined, as
// their own programs do; what follows them that is no stream is an error.

import { type Bytes, joinBytes } from '@proofhouse/evidence'
import Bunzip from 'seek-bzip'
import xz from 'xz-decompress'

/** The content has more bytes than were allowed. */
export class ContentTooLarge extends Error {}

/** The content of bzip2. @throws ContentTooLarge, and others for what cannot be unpacked */
export function bunzipped(packed: Uint8Array, sizeMaxBytes: number): Bytes {
  let at = 0
  let length = 0
  const parts: Bytes[] = []
  let part = new Uint8Array(1_048_576)
  let used = 0
  Bunzip.decode(
    {
      readByte: () => packed[at++] ?? -1,
      read: (into, offset, count) => {
        const taken = packed.subarray(at, at + count)
        into.set(taken, offset)
        at += taken.length
        return taken.length === 0 ? -1 : taken.length
      },
      eof: () => at >= packed.length,
    },
    {
      writeByte: (byte: number) => {
        if (++length > sizeMaxBytes) throw new ContentTooLarge()
        if (used === part.length) {
          parts.push(part)
          part = new Uint8Array(part.length)
          used = 0
        }
        part[used++] = byte
      },
    },
    true,
  )
  return joinBytes([...parts, part.subarray(0, used)])
}

/** The content of xz. @throws ContentTooLarge, and others for what cannot be unpacked */
export async function unxzed(packed: Bytes, sizeMaxBytes: number): Promise<Bytes> {
  const reader = new xz.XzReadableStream(new Blob([packed]).stream()).getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joinBytes(parts)
    length += value.length
    if (length > sizeMaxBytes) {
      await reader.cancel()
      throw new ContentTooLarge()
    }
    parts.push(value.slice())
  }
}
