// "Did you mean …?": the valid name nearest to a misspelt one, by optimal string alignment distance
// (insertions, deletions, substitutions and swaps of neighbours), so that an error can be fixed from its own text.

/** Names longer than this are not compared: nobody misspells them by hand. */
const nameLengthMax = 128

function distance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const edit = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      current.push(swapped ? Math.min(edit, (before[j - 2] ?? 0) + 1) : edit)
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}

/**
 * The candidate nearest to `name`, or undefined when none is near enough to be a likely meaning
 * (more than a third of the letters differ). A candidate that ends in `.name` is the one meant.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > nameLengthMax) return undefined
  const wanted = name.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    if (candidate.length > nameLengthMax) continue
    const lower = candidate.toLowerCase()
    const suffix = lower.slice(lower.indexOf('.') + 1)
    const d = Math.min(distance(wanted, lower), distance(wanted, suffix))
    if (d < bestDistance) {
      best = candidate
      bestDistance = d
    }
  }
  return best
}
