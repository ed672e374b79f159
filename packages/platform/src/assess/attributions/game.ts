// The game that a decision is: features are players, and a coalition is worth the model's mean score when its features are those of
// the row and all others those of background rows (interventional expectation, Janzing et al. 2020).

import type { ModelColumns, Predictor } from '../predictor.ts'

/** One question to the model: which features are the row's own, and which background row gives the others. */
export interface Hybrid {
  /** Number of the row that is explained, among the rows given. */
  readonly row: number
  /** 1 for the features that are its own. */
  readonly own: Uint8Array
  /** Number of the background row, among the background. */
  readonly other: number
}

/** Rows to explain, and rows to compare them with. */
export interface Game {
  readonly predictor: Pick<Predictor, 'predict'>
  readonly rows: ModelColumns
  readonly background: ModelColumns
}

/** Questions put to the model at once: a bound on memory. */
const askedMax = 65_536

/** The model's scores for hybrids, in their order. */
export async function scoresOf(game: Game, hybrids: readonly Hybrid[]): Promise<Float64Array> {
  const scores = new Float64Array(hybrids.length)
  for (let from = 0; from < hybrids.length; from += askedMax) {
    const part = hybrids.slice(from, from + askedMax)
    scores.set((await game.predictor.predict(columnsOf(game, part))).score, from)
  }
  return scores
}

function columnsOf({ rows, background }: Game, hybrids: readonly Hybrid[]): ModelColumns {
  return rows.map((column, feature) => {
    const other = background[feature] ?? []
    if (column instanceof Float64Array && other instanceof Float64Array) {
      const cells = new Float64Array(hybrids.length)
      for (const [n, hybrid] of hybrids.entries())
        cells[n] =
          (hybrid.own[feature] === 1 ? column[hybrid.row] : other[hybrid.other]) ?? Number.NaN
      return cells
    }
    return hybrids.map((hybrid) =>
      textAt(
        hybrid.own[feature] === 1 ? column : other,
        hybrid.own[feature] === 1 ? hybrid.row : hybrid.other,
      ),
    )
  })
}

function textAt(column: ModelColumns[number], row: number): string | null {
  return column instanceof Float64Array ? null : (column[row] ?? null)
}

/** Features in which a row differs from at least one background row: the others have no say. */
export function varyingFeatures(
  { rows, background }: Pick<Game, 'rows' | 'background'>,
  row: number,
): number[] {
  const cellOf = (column: ModelColumns[number], at: number) => column[at] ?? null
  return rows.flatMap((column, feature) => {
    const others = background[feature] ?? []
    const own = cellOf(column, row)
    for (let n = 0; n < others.length; n++) if (!Object.is(cellOf(others, n), own)) return [feature]
    return []
  })
}
