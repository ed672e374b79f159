// How far two lists of values go together.

/** Pearson's correlation; 0 where either does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, x) => sum + x, 0) / Math.max(1, of.length)
  const [ma, mb] = [mean(a), mean(b)]
  let [both, first, second] = [0, 0, 0]
  for (const [n, x] of a.entries()) {
    const y = b[n] ?? 0
    both += (x - ma) * (y - mb)
    first += (x - ma) ** 2
    second += (y - mb) ** 2
  }
  return both / Math.max(Math.sqrt(first * second), 1e-12)
}
