// LZ4 frames, as joblib and the lz4 program write them. Blocks may repeat what earlier ones of their frame hold. Checksums
// are not compared: what a loader refuses for one is scanned all the same.
// Sources: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, lz4_Block_format.md

import type { Bytes } from '@proofhouse/evidence'
import { GrowingContent, type Unpack } from '../../archives/unpacked.ts'

const magic = { frame: 0x184d2204, skippable: 0x184d2a50 } as const

class Fault extends Error {}

/** Frames one after the other, and such that are passed over by definition. */
export const unpackLz4: Unpack = (packed, sizeMaxBytes) => {
  const content = new GrowingContent(sizeMaxBytes)
  let at = 0
  try {
    for (let end = frame(packed, at, content); end !== null; end = frame(packed, at, content))
      at = end
    return { content: content.bytes, packedEnd: at, fault: null }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { content: content.bytes, packedEnd: null, fault: error.message }
  }
}

/** Unpacks the frame at a place. @returns where it ends; null where no frame begins */
function frame(packed: Bytes, start: number, content: GrowingContent): number | null {
  if (packed.length - start < 7) return null
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const first = view.getUint32(start, true)
  if ((first & 0xfffffff0) >>> 0 === magic.skippable) {
    const end = start + 8 + (packed.length - start < 8 ? 0 : view.getUint32(start + 4, true))
    if (end > packed.length) throw new Fault('a frame that is passed over is cut off')
    return end
  }
  if (first !== magic.frame) return null
  const flags = packed[start + 4] ?? 0
  if (flags >> 6 !== 1) throw new Fault('a frame of another version of LZ4')
  if ((flags & 1) !== 0) throw new Fault('a frame that needs a dictionary from elsewhere')
  const begin = content.length
  let at = start + 7 + ((flags & 8) === 0 ? 0 : 8)
  for (;;) {
    if (at + 4 > packed.length) throw new Fault('a frame is cut off')
    const written = view.getUint32(at, true)
    at += 4
    if (written === 0) return at + ((flags & 4) === 0 ? 0 : 4)
    const size = written & 0x7fffffff
    const data = packed.subarray(at, at + size)
    if (written >>> 31 === 1) content.append(data)
    else block(data, content, begin)
    if (data.length < size) throw new Fault('a block is cut off')
    at += size + ((flags & 16) === 0 ? 0 : 4)
  }
}

/** One block: runs of letters, each with a repetition behind it but for the last. */
function block(data: Bytes, content: GrowingContent, begin: number): void {
  let at = 0
  const length = (first: number): number => {
    if (first < 15) return first
    let whole = first
    for (;;) {
      const more = data[at++]
      if (more === undefined) throw new Fault('a block ends inside a length')
      whole += more
      if (more < 255) return whole
    }
  }
  while (at < data.length) {
    const token = data[at++] ?? 0
    const literals = length(token >> 4)
    content.append(data.subarray(at, at + literals))
    at += literals
    if (at > data.length) throw new Fault('a block ends inside a run')
    if (at === data.length) return
    const distance = (data[at] ?? 0) + 256 * (data[at + 1] ?? 0)
    at += 2
    const count = 4 + length(token & 15)
    if (distance === 0 || distance > content.length - begin)
      throw new Fault('a block repeats what is not there')
    content.repeat(distance, count)
  }
}
