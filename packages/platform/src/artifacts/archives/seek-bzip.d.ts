// The part of seek-bzip that is used; the package has no typings.

declare module 'seek-bzip' {
  const Bunzip: {
    decode(
      input: {
        readByte(): number
        read(into: Uint8Array, offset: number, count: number): number
        eof(): boolean
      },
      output: { writeByte(byte: number): void },
      multistream: boolean,
    ): void
  }
  export default Bunzip
}
