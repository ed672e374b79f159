// The part of seek-bzip that is used; the package has no typings. Its own `decode` counts no blocks.

declare module 'seek-bzip' {
  /** One stream. */
  export default class Bunzip {
    constructor(
      input: {
        readByte(): number
        read(into: Uint8Array, offset: number, count: number): number
        eof(): boolean
      },
      output: { writeByte(byte: number): void },
    )
    readonly reader: { read(bits: number): number }
    readonly streamCRC: number
    /** Reads the next block. Returns false at the end of the stream. */
    _init_block(): boolean
    /** Writes the block. */
    _read_bunzip(): number
  }
}
