// Seeded random numbers for the bootstrap: repeatable, so that a report's interval can be recomputed by anyone.
// Not for secrets. Generator: xoshiro128++ (Blackman & Vigna 2019), seeded through splitmix32.

/** A source of uniform numbers in [0, 1). */
export type Random = () => number

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k))

/** The generator of a seed; any integer is a seed. */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const split = (): number => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [split(), split(), split(), split()]
  const next = (): number => {
    const result = (rotate((a + d) | 0, 7) + a) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result
  }
  // 53 bits: 27 high bits of one number, 26 of another.
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992
}
