// bzip2 and xz, which Node does not unpack, into no more bytes than are allowed. The packages that do are loaded when the first
// such file comes: most never see one, and each takes as long to load as a small file to scan.

import { xzEnds } from './frame-ends.ts'
import { ContentTooLarge, GrowingContent, type Unpack } from './unpacked.ts'

/** Blocks and streams of bzip2 that may hold next to nothing: each takes the time of some hundred kilobytes. */
const smallBlocksMax = 2000
const blockMinBytes = 20_000

/** Whether a stream of bzip2 begins at a place. */
const begins = (packed: Uint8Array, at: number) =>
  packed[at] === 0x42 && packed[at + 1] === 0x5a && packed[at + 2] === 0x68

/** bzip2, streams one behind the other joined. */
export const bunzip: Unpack = async (packed, sizeMaxBytes) => {
  const { default: Bunzip } = await import('seek-bzip')
  let at = 0
  const content = new GrowingContent(sizeMaxBytes)
  let fault: string | null = null
  const input = {
    readByte: () => packed[at++] ?? -1,
    read: (into: Uint8Array, offset: number, count: number) => {
      const taken = packed.subarray(at, at + count)
      into.set(taken, offset)
      at += taken.length
      return taken.length === 0 ? -1 : taken.length
    },
    eof: () => at >= packed.length,
  }
  // Streams one behind the other, as readers join them; what begins none is left over.
  let end = 0
  let blocks = 0
  const count = () => {
    if (++blocks > smallBlocksMax + content.length / blockMinBytes)
      throw new Error('its blocks hold next to nothing')
  }
  try {
    while (begins(packed, end)) {
      const stream = new Bunzip(input, { writeByte: (byte) => content.push(byte) })
      // oxlint-disable-next-line no-underscore-dangle -- its `decode` tells of no block
      for (count(); stream._init_block(); count()) stream._read_bunzip()
      if (stream.reader.read(32) >>> 0 !== stream.streamCRC) throw new Error('bad stream crc')
      end = at
    }
  } catch (error) {
    if (error instanceof ContentTooLarge) throw error
    fault = error instanceof Error ? error.message.toLowerCase() : 'it cannot be read'
  }
  return { content: content.bytes, packedEnd: fault === null ? end : null, fault }
}

/** xz, streams one behind the other joined. */
export const unxz: Unpack = async (packed, sizeMaxBytes) => {
  const { default: xz } = await import('xz-decompress')
  const ends = xzEnds(packed)
  // What lies behind the last stream would make the decompressor give nothing.
  const streams = ends.end === 0 ? packed : packed.subarray(0, ends.end)
  const reader = new xz.XzReadableStream(new Blob([streams]).stream()).getReader()
  const content = new GrowingContent(sizeMaxBytes)
  let { fault } = ends
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      content.append(part.value.slice())
  } catch (error) {
    if (error instanceof ContentTooLarge) {
      await reader.cancel()
      throw error
    }
    fault ??= 'it cannot be unpacked'
  }
  return { content: content.bytes, packedEnd: fault === null ? ends.end : null, fault }
}
