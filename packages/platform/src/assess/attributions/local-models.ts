// Kernel SHAP and LIME, for comparison: both fit a linear model around one row, over which players' columns are its
// own and which those of a background row. They differ in how a coalition is weighted, and in whether the parts must add up.

import type { Random } from '../intervals/random.ts'
import { type Game, type Hybrid, playersOf, scoresOf, varyingPlayers } from './game.ts'
import { fitLocally } from './local-fit.ts'
import { ridgeFit } from './ridge.ts'

/**
 * Kernel SHAP (Lundberg & Lee 2017): weighted least squares under the condition that the parts add up. Coalitions are
 * drawn by their Shapley weight, each with its complement.
 */
export async function kernelShap(
  game: Game,
  row: number,
  { samples, random }: { readonly samples: number; readonly random: Random },
): Promise<Float64Array> {
  const width = playersOf(game).length
  const players = varyingPlayers(game, row)
  const values = new Float64Array(width)
  if (players.length < 2) return values
  const others = game.background[0]?.length ?? 0
  const hybrids: Hybrid[] = []
  const ends = [new Uint8Array(width).fill(1), ownOf(width, players, () => false)] as const
  for (const own of ends)
    for (let other = 0; other < others; other++) hybrids.push({ row, own, other })
  for (let n = 0; n < samples; n += 2) {
    const chosen = drawCoalition(players.length, random)
    const other = Math.floor(random() * others)
    for (const take of [true, false])
      hybrids.push({ row, own: ownOf(width, players, (at) => chosen[at] === take), other })
  }
  const scores = await scoresOf(game, hybrids)
  const mean = (from: number) =>
    scores.subarray(from, from + others).reduce((sum, score) => sum + score, 0) / others
  const [full, base] = [mean(0), mean(others)]
  const drawn = hybrids.slice(2 * others)
  const found = constrainedFit(
    drawn.map(({ own }) => players.map((player) => own[player] ?? 0)),
    scores.subarray(2 * others),
    { full, base },
  )
  for (const [n, player] of players.entries()) values[player] = found[n] ?? 0
  return values
}

function ownOf(
  width: number,
  players: readonly number[],
  isOwn: (at: number) => boolean,
): Uint8Array {
  const own = new Uint8Array(width).fill(1)
  for (const [at, player] of players.entries()) own[player] = Number(isOwn(at))
  return own
}

/** A coalition of 1 to n − 1 players, its size drawn by the kernel's weight 1 / (s (n − s)). */
function drawCoalition(players: number, random: Random): boolean[] {
  const weights = Array.from({ length: players - 1 }, (_, n) => 1 / ((n + 1) * (players - n - 1)))
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0)
  let size = 1
  for (const weight of weights) {
    left -= weight
    if (left <= 0) break
    size += 1
  }
  const chosen = Array.from({ length: players }, () => false)
  for (let taken = 0; taken < Math.min(size, players - 1); ) {
    const player = Math.floor(random() * players)
    if (chosen[player] === true) continue
    chosen[player] = true
    taken += 1
  }
  return chosen
}

/** Least squares with the parts adding up to full − base: the last player is what is left. */
function constrainedFit(
  coalitions: readonly (readonly number[])[],
  scores: Float64Array,
  { full, base }: { readonly full: number; readonly base: number },
): Float64Array {
  const players = coalitions[0]?.length ?? 0
  const size = players - 1
  const rows = coalitions.map((own) => own.slice(0, size).map((one) => one - (own[size] ?? 0)))
  const targets = coalitions.map(
    (own, n) => (scores[n] ?? 0) - base - (own[size] ?? 0) * (full - base),
  )
  const found = ridgeFit(rows, targets, { weights: rows.map(() => 1), ridge: 1e-9 })
  const last = full - base - found.reduce((sum, value) => sum + value, 0)
  return Float64Array.from([...found, last])
}

/**
 * LIME for tables (Ribeiro et al. 2016): ridge regression on which players are kept, rows weighted by how many are.
 * @returns the coefficient of every player
 */
export async function lime(
  game: Game,
  row: number,
  { samples, random }: { readonly samples: number; readonly random: Random },
): Promise<Float64Array> {
  const width = playersOf(game).length
  const others = game.background[0]?.length ?? 0
  const hybrids = Array.from({ length: samples }, (_, n): Hybrid => {
    const own = Uint8Array.from({ length: width }, () => (n === 0 ? 1 : Number(random() < 0.5)))
    return { row, own, other: Math.floor(random() * others) }
  })
  const scores = await scoresOf(game, hybrids)
  const neighbours = hybrids.map(({ own }) => [...own])
  const distances = neighbours.map((own) => Math.sqrt(own.reduce((sum, one) => sum + 1 - one, 0)))
  return fitLocally({ neighbours, scores, distances }, { selection: 'none' }).coefficients
}
