// A part of a column of numbers, as a reader names it.

/** The part between two edges, such as `10 to below 20`; part 0 lies below the first edge. */
export function rangeLabel(edges: readonly number[], part: number): string {
  const [from, to] = [edges[part - 1], edges[part]]
  if (from === undefined) return to === undefined ? 'all' : `below ${to}`
  return to === undefined ? `${from} and above` : `${from} to below ${to}`
}
