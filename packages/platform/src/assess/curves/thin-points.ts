// Few points that look like many: the line through them stays as near to every point left out as so many points allow.
// Ramer 1972 and Douglas & Peucker 1973, the worst segment first, until the points are used up.

/** A stretch between two kept points, and the point in it that lies furthest from the straight line. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly furthest: number
  readonly distance: number
}

/** Closer to the line than this, a point adds nothing but rounding. */
const negligible = 1e-12

/**
 * Positions of at most `pointsMax` points, ascending, the first and the last among them.
 * @param x one coordinate per point, of about the range of `y`
 * @param pointsMax at least 2
 */
export function thinPoints(x: Float64Array, y: Float64Array, pointsMax: number): number[] {
  const last = x.length - 1
  if (last < 1) return [...x.keys()]
  const stretches = [widest(x, y, 0, last)]
  while (stretches.length < pointsMax - 1) {
    let worst = 0
    for (const [n, { distance }] of stretches.entries())
      if (distance > (stretches[worst]?.distance ?? 0)) worst = n
    const stretch = stretches[worst]
    if (stretch === undefined || stretch.distance < negligible) break
    const { from, to, furthest } = stretch
    stretches.splice(worst, 1, widest(x, y, from, furthest), widest(x, y, furthest, to))
  }
  return [0, ...stretches.map(({ to }) => to)]
}

function widest(x: Float64Array, y: Float64Array, from: number, to: number): Stretch {
  const [startX, startY] = [x[from] ?? 0, y[from] ?? 0]
  const [wide, high] = [(x[to] ?? 0) - startX, (y[to] ?? 0) - startY]
  const length = Math.hypot(wide, high)
  let [furthest, distance] = [from, 0]
  for (let n = from + 1; n < to; n++) {
    const [right, up] = [(x[n] ?? 0) - startX, (y[n] ?? 0) - startY]
    const away = length === 0 ? Math.hypot(right, up) : Math.abs(wide * up - high * right) / length
    if (away > distance) [furthest, distance] = [n, away]
  }
  return { from, to, furthest, distance }
}
