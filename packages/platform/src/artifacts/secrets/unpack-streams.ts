// Content that is one compressed stream, unpacked within a budget. What cannot be unpacked is said with the reason.

import { gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { bunzip, unxz } from '../archives/bzip2-xz.ts'
import { ContentTooLarge, type Unpack } from '../archives/unpacked.ts'

/** Compressions of files and of members of zip archives. */
export type Compression = 'gzip' | 'zstd' | 'zlib' | 'bzip2' | 'xz' | 'deflate'

/** Why something was not unpacked. */
export interface NotUnpacked {
  readonly why: string
  readonly isBroken?: boolean
}

/** What may still be written while one file is unpacked, all depths together. */
export interface UnpackBudget {
  bytes: number
}

/** Most bytes that are unpacked at once: they are held in memory. */
export const memberMaxBytes = 64 * 1_048_576

/** Unpacked content. */
export interface Inflated {
  readonly content: Uint8Array
  /** Where in the packed bytes the content ended. */
  readonly packedEnd: number
}

type Inflate = (bytes: Uint8Array, sizeMaxBytes: number) => Inflated | Promise<Inflated>

interface Asked {
  readonly maxOutputLength: number
  readonly info: true
}

/** What Node's decompressors give when they are asked for more than the content. */
interface Told {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

const byNode =
  (run: (bytes: Uint8Array, options: Asked) => Uint8Array | Told): Inflate =>
  (bytes, maxOutputLength) => {
    const told = run(bytes, { maxOutputLength, info: true })
    if (told instanceof Uint8Array || !('buffer' in told))
      throw new TypeError('the decompressor told nothing')
    return { content: told.buffer, packedEnd: told.engine.bytesWritten }
  }

/** Of a stream that is broken nothing is taken: it is told as unread. */
function whole(unpack: Unpack): Inflate {
  return async (bytes, sizeMaxBytes) => {
    const { content, packedEnd, fault } = await unpack(new Uint8Array(bytes), sizeMaxBytes)
    if (fault !== null) throw new Error(fault)
    return { content, packedEnd: packedEnd ?? bytes.length }
  }
}

const inflates: Readonly<Record<Compression, Inflate>> = {
  gzip: byNode((bytes, options) => gunzipSync(bytes, options)),
  zlib: byNode((bytes, options) => inflateSync(bytes, options)),
  zstd: byNode((bytes, options) => zstdDecompressSync(bytes, options)),
  deflate: byNode((bytes, options) => inflateRawSync(bytes, options)),
  bzip2: whole(bunzip),
  xz: whole(unxz),
}

/** Unpacks bytes; `name` is the member's that they are of, null for none. */
export async function inflated(
  compression: Compression,
  bytes: Uint8Array,
  { name, budget }: { readonly name: string | null; readonly budget: UnpackBudget },
): Promise<Inflated | NotUnpacked> {
  const about = name === null ? 'it' : `\`${name}\``
  const sizeMaxBytes = Math.min(budget.bytes, memberMaxBytes)
  if (sizeMaxBytes <= 0) return { why: `${about} is beyond the limit of 256 MiB unpacked` }
  try {
    const told = await inflates[compression](bytes, sizeMaxBytes)
    budget.bytes -= told.content.length
    return told
  } catch (error) {
    const tooLarge =
      error instanceof ContentTooLarge ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    return {
      isBroken: !tooLarge,
      why: tooLarge
        ? `${about} unpacks to more than the limit`
        : `${about} cannot be unpacked: it is broken`,
    }
  }
}
