// What is known of a measure before any data: its words, its range, its best value; and what happens where data define nothing.

/** Facts about a measure that hold whatever the data. */
export interface MeasureDefinition {
  readonly title: string
  readonly definition: string
  /** The value at perfection (performance) or parity (fairness); null where no value is better in itself. */
  readonly ideal: number | null
  /** The smallest value there can be. */
  readonly low: number
  /** The largest value there can be. */
  readonly high: number
  /** Whether it needs scores (probabilities), not only decisions. */
  readonly needsScores: boolean
  /** `rate`: one value per slice. `disparity`: one value over all slices of some columns. */
  readonly kind: 'rate' | 'disparity'
  /** Whether every assessment measures it; the others are measured where a rule or the system file names them. */
  readonly standard: boolean
}

/**
 * `strict` leaves undefined what the data do not define; `compatible` gives what Fairlearn and scikit-learn give
 * there (0.0 for a rate with nothing in its denominator).
 */
export type Mode = 'strict' | 'compatible'
