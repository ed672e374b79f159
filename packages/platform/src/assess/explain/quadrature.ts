// Gauss–Legendre quadrature on [0, 1], which makes the average over all orders of features one short sum: the Shapley
// weight of a product over the features of a path is an integral of a polynomial (Owen, "Multilinear extensions of
// games", 1972).

/** Points and weights of a rule. */
export interface Quadrature {
  readonly points: Float64Array
  readonly weights: Float64Array
}

const rules = new Map<number, Quadrature>()

/** The rule that is exact for what paths of so many different features need: polynomials of one degree less. */
export function quadratureFor(features: number): Quadrature {
  const count = Math.max(1, Math.ceil(features / 2))
  const known = rules.get(count)
  if (known !== undefined) return known
  const rule = gaussLegendre(count)
  rules.set(count, rule)
  return rule
}

/** Zeros of the Legendre polynomial by Newton's method, from Tricomi's approximation. */
function gaussLegendre(count: number): Quadrature {
  const points = new Float64Array(count)
  const weights = new Float64Array(count)
  for (let n = 0; n < count; n++) {
    let x = Math.cos((Math.PI * (n + 0.75)) / (count + 0.5))
    let slope = 1
    for (let step = 0; step < 100; step++) {
      const [value, below] = legendre(count, x)
      slope = (count * (x * value - below)) / (x * x - 1)
      const change = value / slope
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    slope = legendreSlope(count, x)
    points[n] = (1 - x) / 2
    weights[n] = 1 / ((1 - x * x) * slope * slope)
  }
  return { points, weights }
}

/** The polynomials of degree `count` and `count` − 1 at x. */
function legendre(count: number, x: number): readonly [number, number] {
  let [value, below] = [1, 0]
  for (let k = 1; k <= count; k++)
    [value, below] = [((2 * k - 1) * x * value - (k - 1) * below) / k, value]
  return [value, below]
}

function legendreSlope(count: number, x: number): number {
  const [value, below] = legendre(count, x)
  return (count * (x * value - below)) / (x * x - 1)
}
