// Rows drawn without replacement from counted rows, exactly, in time that does not grow with the rows: what an exchange of rows
// between two periods comes to once only counts are left of them.

import type { Random } from '../intervals/random.ts'

/** Counted rows of which some are drawn. */
export interface Urn {
  /** Rows of the kind that is counted. */
  readonly rows: number
  /** All other rows. */
  readonly others: number
  /** How many are drawn. */
  readonly size: number
}

/** Draws up to which going row by row is quicker than rejection. */
const rowByRowMax = 24

/** How many of the rows drawn are of the kind that is counted: one draw from the hypergeometric distribution. */
export function drawHypergeometric(random: Random, urn: Urn): number {
  const { rows, others, size } = urn
  const all = rows + others
  if (size === 0 || rows === 0) return 0
  if (others === 0) return size
  if (size === all) return rows
  // By symmetry, the rarer kind and the smaller of what is drawn and what is left.
  if (rows > others) return size - drawHypergeometric(random, { rows: others, others: rows, size })
  if (2 * size > all) return rows - drawHypergeometric(random, { rows, others, size: all - size })
  return Math.min(rows, size) <= rowByRowMax ? rowByRow(random, urn) : rejected(random, urn)
}

/** Marks the smaller of the two sets row by row: either set gives the same distribution. */
function rowByRow(random: Random, { rows, others, size }: Urn): number {
  const [draws, marked] = rows < size ? [rows, size] : [size, rows]
  let [left, hits] = [rows + others, 0]
  for (let n = 0; n < draws; n++) {
    if (random() * left < marked - hits) hits += 1
    left -= 1
  }
  return hits
}

/** Steps from the mode up to which a chance is multiplied up, which is quicker than logarithms. */
const stepsMax = 40

/**
 * By the ratio of uniforms under the hat of Stadlober (1990), "The ratio of uniforms approach for generating discrete random
 * variates": fewer than two tries on average, whatever the rows.
 */
function rejected(random: Random, urn: Urn): number {
  const { rows, others, size } = urn
  const all = rows + others
  const share = rows / all
  const mean = size * share
  const variance = (mean * (1 - share) * (all - size)) / (all - 1)
  const mode = Math.floor(((size + 1) * (rows + 1)) / (all + 2))
  const width = 2 * Math.sqrt((2 / Math.E) * (variance + 0.5)) + 3 - 2 * Math.sqrt(3 / Math.E)
  for (;;) {
    // Never 0, by which nothing can be divided.
    const u = 1 - random()
    const hits = Math.floor(mean + 0.5 + (width * (random() - 0.5)) / u)
    if (hits < 0 || hits > rows || hits > size) continue
    if (u * u <= chanceRatio(urn, hits, mode)) return hits
  }
}

/** The chance of `hits` over that of `mode`. */
function chanceRatio(urn: Urn, hits: number, mode: number): number {
  if (Math.abs(hits - mode) > stepsMax) return Math.exp(weight(urn, hits) - weight(urn, mode))
  const { rows, others, size } = urn
  const rest = others - size
  let ratio = 1
  for (let k = mode; k < hits; k++) ratio *= ((rows - k) * (size - k)) / ((k + 1) * (rest + k + 1))
  for (let k = mode; k > hits; k--) ratio *= (k * (rest + k)) / ((rows - k + 1) * (size - k + 1))
  return ratio
}

/** The logarithm of the chance of a number, but for a constant. */
const weight = ({ rows, others, size }: Urn, hits: number): number =>
  -logFactorial(hits) -
  logFactorial(rows - hits) -
  logFactorial(size - hits) -
  logFactorial(others - size + hits)

const tableSize = 256
const table = Float64Array.from({ length: tableSize }, () => 0)
for (let n = 2; n < tableSize; n++) table[n] = (table[n - 1] ?? 0) + Math.log(n)
const halfLogTwoPi = Math.log(2 * Math.PI) / 2

/** ln n!, by Stirling's series beyond a table: three terms are exact to 1e-15 there. */
function logFactorial(n: number): number {
  if (n < tableSize) return table[n] ?? 0
  const inverse = 1 / n
  const square = inverse * inverse
  const series = inverse * (1 / 12 - square * (1 / 360 - square / 1260))
  return (n + 0.5) * Math.log(n) - n + halfLogTwoPi + series
}
