// Scores of very large tables. A list of every distinct score grows with the rows; on a grid it does not, and counts stay
// counts: exact, additive, and the same in any order.

/** Above this many rows scores are taken to the grid. */
export const exactScoresRowsMax = 20_000_000

/** Above this many rows the numbers of a task that is not binary are taken to the grid: there are four lists of them. */
export const exactNumbersRowsMax = 1_000_000

/**
 * Veltkamp's constant, 2⁴¹ + 1: `x·c − (x·c − x)` is x rounded to 53 − 41 = 12 significant bits, by IEEE arithmetic alone,
 * so every engine gives the same bits.
 */
export const scoreGridFactor = 2 ** 41 + 1

/**
 * A score on the grid: 12 significant bits of its distance from 0 or from 1, whichever is nearer, so that at most
 * 0.025 % of that distance is lost, also for the smallest. Source: Dekker, "A floating-point technique for extending
 * the available precision" (1971).
 */
export function gridScore(score: number): number {
  return score <= 0.5 ? rounded(score) : 1 - rounded(1 - score)
}

function rounded(x: number): number {
  const scaled = x * scoreGridFactor
  return scaled - (scaled - x)
}
