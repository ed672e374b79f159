// Which key belongs to which tag: an open-addressing table over typed arrays, 24 bytes a place, so that ten million people take
// some 400 MB and not gigabytes of objects.

const loadMax = 0.6
const tagWords = 4
const capacityMin = 1024

/** Tags (16 bytes, as good as random) to numbers of keys. */
export class SubjectTable {
  #tags = new Uint32Array(capacityMin * tagWords)
  /** Number + 1; 0 for a free place, -1 for one that was taken out. */
  #numbers = new Float64Array(capacityMin)
  #used = 0
  #size = 0

  /** Subjects in it. */
  get size(): number {
    return this.#size
  }

  /** The number of a tag; -1 when there is none. */
  get(tag: Buffer): number {
    const place = this.#find(tag)
    return place < 0 ? -1 : (this.#numbers[place] ?? 0) - 1
  }

  /** Sets the number of a tag. */
  set(tag: Buffer, number: number): void {
    const place = this.#find(tag)
    if (place >= 0) {
      this.#numbers[place] = number + 1
      return
    }
    if (this.#used + 1 > this.#numbers.length * loadMax) this.#grow()
    this.#put(
      [0, 4, 8, 12].map((at) => tag.readUInt32LE(at)),
      number + 1,
    )
  }

  /** Takes a tag out. */
  delete(tag: Buffer): void {
    const place = this.#find(tag)
    if (place < 0) return
    this.#numbers[place] = -1
    this.#tags.fill(0, place * tagWords, (place + 1) * tagWords)
    this.#size -= 1
  }

  #find(tag: Buffer): number {
    const mask = this.#numbers.length - 1
    const [a, b, c, d] = [
      tag.readUInt32LE(0),
      tag.readUInt32LE(4),
      tag.readUInt32LE(8),
      tag.readUInt32LE(12),
    ]
    for (let place = a & mask; ; place = (place + 1) & mask) {
      const number = this.#numbers[place]
      if (number === 0) return -1
      const at = place * tagWords
      if (
        number !== -1 &&
        this.#tags[at] === a &&
        this.#tags[at + 1] === b &&
        this.#tags[at + 2] === c &&
        this.#tags[at + 3] === d
      )
        return place
    }
  }

  #put(words: readonly number[], stored: number): void {
    const mask = this.#numbers.length - 1
    let place = (words[0] ?? 0) & mask
    while (this.#numbers[place] !== 0) place = (place + 1) & mask
    this.#tags.set(words, place * tagWords)
    this.#numbers[place] = stored
    this.#used += 1
    this.#size += 1
  }

  #grow(): void {
    const [tags, numbers] = [this.#tags, this.#numbers]
    // Where most places were only taken out, it need not grow.
    const capacity =
      this.#size > (numbers.length * loadMax) / 2 ? numbers.length * 2 : numbers.length
    this.#tags = new Uint32Array(capacity * tagWords)
    this.#numbers = new Float64Array(capacity)
    this.#used = 0
    this.#size = 0
    for (let place = 0; place < numbers.length; place++) {
      const stored = numbers[place] ?? 0
      if (stored > 0)
        this.#put([...tags.subarray(place * tagWords, (place + 1) * tagWords)], stored)
    }
  }
}
