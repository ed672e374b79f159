// Takes a stream of pieces of any length apart into lengths of one's own, holding no more than one of each.

/** Reads a stream in lengths that the reader asks for. */
export class ByteTaker {
  readonly #pieces: AsyncIterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array()
  #ended = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]()
  }

  /**
   * The next bytes: as many as asked for, fewer only where the stream ends. They may be a part of a
   * piece, so they hold until the piece's giver changes it.
   */
  async take(sizeBytes: number): Promise<Uint8Array> {
    if (this.#piece.length >= sizeBytes) {
      const whole = this.#piece.subarray(0, sizeBytes)
      this.#piece = this.#piece.subarray(sizeBytes)
      return whole
    }
    const taken = new Uint8Array(sizeBytes)
    let at = 0
    while (at < sizeBytes) {
      if (this.#piece.length === 0 && !(await this.#next())) break
      const part = this.#piece.subarray(0, sizeBytes - at)
      taken.set(part, at)
      at += part.length
      this.#piece = this.#piece.subarray(part.length)
    }
    return taken.subarray(0, at)
  }

  /** Ends the stream early, so that whoever feeds it lets go of what they hold. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#pieces.return?.()
    this.#ended = true
  }

  async #next(): Promise<boolean> {
    if (this.#ended) return false
    const next = await this.#pieces.next()
    if (next.done === true) this.#ended = true
    else this.#piece = next.value
    return !this.#ended
  }
}
