// Weighted least squares with a ridge, by Gaussian elimination: for the few features of a local model.

/** Weighted ridge regression without an intercept, by Gaussian elimination. */
export function ridgeFit(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  { weights, ridge }: { readonly weights: readonly number[]; readonly ridge: number },
): Float64Array {
  const size = rows[0]?.length ?? 0
  const system = Array.from({ length: size }, (_, i) => {
    const line = new Float64Array(size + 1)
    line[i] = ridge
    return line
  })
  for (const [n, row] of rows.entries())
    for (const [i, line] of system.entries()) {
      const scaled = (weights[n] ?? 0) * (row[i] ?? 0)
      if (scaled === 0) continue
      for (let j = 0; j < size; j++) line[j] = (line[j] ?? 0) + scaled * (row[j] ?? 0)
      line[size] = (line[size] ?? 0) + scaled * (targets[n] ?? 0)
    }
  return solve(system)
}

/** Solves in place, with partial pivoting; a column without a pivot gets 0. */
export function solve(system: Float64Array[]): Float64Array {
  const size = system.length
  for (let column = 0; column < size; column++) {
    const best = system.reduce(
      (top, line, n) =>
        n >= column && Math.abs(line[column] ?? 0) > Math.abs(system[top]?.[column] ?? 0) ? n : top,
      column,
    )
    const [pivot, here] = [system[best], system[column]]
    if (pivot === undefined || here === undefined || (pivot[column] ?? 0) === 0) continue
    system[best] = here
    system[column] = pivot
    for (const [n, line] of system.entries()) {
      if (n === column) continue
      const factor = (line[column] ?? 0) / (pivot[column] ?? 1)
      if (factor !== 0)
        for (let k = column; k <= size; k++) line[k] = (line[k] ?? 0) - factor * (pivot[k] ?? 0)
    }
  }
  return Float64Array.from(system, (line, n) =>
    (line[n] ?? 0) === 0 ? 0 : (line[size] ?? 0) / (line[n] ?? 1),
  )
}
