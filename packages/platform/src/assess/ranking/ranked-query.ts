// One query and its rows in order of score. Rows of equal scores share their places: each gets the mean of what the places give, as
// scikit-learn's NDCG has it, so that no order among them is made up.

/** The rows of one query. */
export interface QueryRows {
  /** How relevant each row truly is; 0 or more. */
  readonly relevance: Float64Array
  readonly scores: Float64Array
  /** The group of each row, as a number. */
  readonly groups: Uint32Array
}

/** What the places of a query's rows give them. */
export interface Places {
  /** Attention by place: 1 / log₂(1 + place), as in the discounted gain. */
  readonly attention: Float64Array
  /** The chance to be among the first k. */
  readonly inTop: Float64Array
}

const attentionAt = (place: number): number => 1 / Math.log2(1 + place)

/** Positions of the rows, the highest number first. */
const descending = (numbers: Float64Array): Uint32Array =>
  Uint32Array.from(numbers.keys()).toSorted((a, b) => (numbers[b] ?? 0) - (numbers[a] ?? 0))

/** The runs of equal scores: their rows, and the places they share, from 1. */
function* ties(scores: Float64Array): Generator<{ rows: Uint32Array; first: number }> {
  const order = descending(scores)
  let start = 0
  for (let end = 1; end <= order.length; end++) {
    if (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) continue
    yield { rows: order.subarray(start, end), first: start + 1 }
    start = end
  }
}

/** The attention of each row, and its chance to be among the first k. */
export function placesOf({ scores }: QueryRows, topK: number): Places {
  const attention = new Float64Array(scores.length)
  const inTop = new Float64Array(scores.length)
  for (const { rows, first } of ties(scores)) {
    let shared = 0
    for (let place = first; place < first + rows.length; place++) shared += attentionAt(place)
    const reached = Math.min(rows.length, Math.max(0, topK - first + 1))
    for (const row of rows) {
      attention[row] = shared / rows.length
      inTop[row] = reached / rows.length
    }
  }
  return { attention, inTop }
}

/** scikit-learn's NDCG of the first k places; null where no row is relevant. */
export function ndcg({ relevance, scores }: QueryRows, topK: number): number | null {
  const discount = (place: number) => (place > topK ? 0 : attentionAt(place))
  let best = 0
  for (const [n, row] of descending(relevance).entries())
    best += (relevance[row] ?? 0) * discount(n + 1)
  if (best === 0) return null
  let gained = 0
  for (const { rows, first } of ties(scores)) {
    let [shared, relevant] = [0, 0]
    for (const [n, row] of rows.entries()) {
      shared += discount(first + n)
      relevant += relevance[row] ?? 0
    }
    gained += (relevant / rows.length) * shared
  }
  return gained / best
}

/** Pairs whose more relevant row is in one group and whose other row is in another, and how many of them are in order. */
export interface Pairs {
  readonly pairs: number
  /** A tie in the scores is half in order. */
  readonly inOrder: number
}

/** The pairs of each group's more relevant rows with the rows of other groups, and all pairs whatever the groups. */
export function pairsOf({ relevance, scores, groups }: QueryRows): {
  readonly all: Pairs
  readonly byGroup: ReadonlyMap<number, Pairs>
} {
  const byGroup = new Map<number, { pairs: number; inOrder: number }>()
  const all = { pairs: 0, inOrder: 0 }
  for (let i = 0; i < scores.length; i++)
    for (let j = 0; j < scores.length; j++) {
      if (!((relevance[i] ?? 0) > (relevance[j] ?? 0))) continue
      const [own, other] = [scores[i] ?? 0, scores[j] ?? 0]
      const inOrder = own > other ? 1 : own === other ? 0.5 : 0
      all.pairs += 1
      all.inOrder += inOrder
      const group = groups[i] ?? 0
      if (group === groups[j]) continue
      const found = byGroup.get(group) ?? { pairs: 0, inOrder: 0 }
      byGroup.set(group, { pairs: found.pairs + 1, inOrder: found.inOrder + inOrder })
    }
  return { all, byGroup }
}
