// Which of two sides is wrong. For every tile there are the hashes it stores and the hashes
// computed from below it. Where they differ, the side that leads to the hash above is right, and
// the file of the other one has been changed.

import { digestSizeBytes, entriesPath, equalBytes, tilePath, tileWidth } from '@proofhouse/evidence'
import type { Findings } from './findings.ts'
import { rootOver } from '../../bundle-hash.ts'
import { rootOfEdges } from './hash.ts'

/**
 * A tile and what is known of its hashes; null where a side is missing or unreadable, which is a
 * finding already.
 */
export interface TileSides {
  readonly level: number
  readonly index: number
  readonly width: number
  readonly stored: Uint8Array | null
  readonly computed: Uint8Array | null
}

/** A tile whose hashes are settled. */
export interface SettledTile {
  readonly hashes: Uint8Array
  /** Root over them, or the hash above where that is known better. */
  readonly root: Uint8Array
}

const blameTile = (findings: Findings, { level, index, width }: TileSides) => {
  findings.add(
    tilePath({ level, index, width }),
    level === 0
      ? 'does not hold the hashes of its entries'
      : 'does not hold the roots of the tiles below it',
  )
}

/** The files below a tile whose computed hashes are not the ones it rightly stores. */
function blameBelow(findings: Findings, sides: TileSides): void {
  const { level, index, width, stored, computed } = sides
  if (level === 0) {
    findings.add(entriesPath({ index, width }), 'does not hold the entries of the signed tree')
    return
  }
  if (stored === null || computed === null) return
  for (let n = 0; n < width; n++) {
    const at = [n * digestSizeBytes, (n + 1) * digestSizeBytes] as const
    if (equalBytes(stored.subarray(...at), computed.subarray(...at))) continue
    const child = { level: level - 1, index: index * tileWidth + n, width: tileWidth }
    findings.add(tilePath(child), 'does not lead to the signed root')
    if (level === 1) findings.add(entriesPath(child), 'does not lead to the signed root')
  }
}

const agree = ({ stored, computed }: TileSides) =>
  stored !== null && computed !== null && Buffer.compare(stored, computed) === 0

/**
 * Settles a full tile by the hash that the tile above stores for it; null where that tile is
 * missing. `computedRoot` saves computing the root of the computed side again.
 */
export function settleFullTile(
  sides: TileSides,
  given: {
    readonly above: Uint8Array | null
    readonly computedRoot: Uint8Array | null
    readonly findings: Findings
  },
): SettledTile {
  const { stored, computed } = sides
  const { above, findings } = given
  const computedRoot = given.computedRoot ?? (computed === null ? null : rootOver(computed))
  if (computed !== null && computedRoot !== null && (stored === null || agree(sides)))
    return { hashes: computed, root: computedRoot }
  const storedRoot = stored === null ? null : rootOver(stored)
  if (stored !== null && storedRoot !== null && computed === null)
    return { hashes: stored, root: storedRoot }
  if (stored === null || computed === null || storedRoot === null || computedRoot === null)
    return {
      hashes: new Uint8Array(tileWidth * digestSizeBytes),
      root: above ?? new Uint8Array(32),
    }
  if (above !== null && equalBytes(storedRoot, above)) {
    blameBelow(findings, sides)
    return { hashes: stored, root: storedRoot }
  }
  blameTile(findings, sides)
  if (above === null || !equalBytes(computedRoot, above)) blameBelow(findings, sides)
  return { hashes: computed, root: computedRoot }
}

/**
 * Disputed tiles at the right edge that are tried in all combinations; a log has at most eight
 * levels.
 */
const disputesMax = 8

/**
 * Settles the partial tiles at the right edge, which have no hash above them but the signed root:
 * of all choices of sides, the one that leads to it. `edges[level]` is null where a level has no
 * partial tile. Null when no choice does.
 */
export function settleEdges(
  edges: readonly (TileSides | null)[],
  root: Uint8Array,
  findings: Findings,
): Uint8Array[] | null {
  const disputed = edges.filter((sides) => sides !== null && !agree(sides))
  const choices = 2 ** Math.min(disputed.length, disputesMax)
  for (let choice = 0; choice < choices; choice++) {
    const takesStored = (sides: TileSides) =>
      disputed.includes(sides) && ((choice >> disputed.indexOf(sides)) & 1) === 1
    const hashes = edges.map((sides) => {
      if (sides === null) return new Uint8Array()
      const { stored, computed } = sides
      return (takesStored(sides) ? stored : computed) ?? stored ?? computed
    })
    if (!hashes.every((one) => one !== null) || !equalBytes(rootOfEdges(hashes), root)) continue
    for (const sides of disputed)
      if (sides !== null && sides.stored !== null && sides.computed !== null)
        (takesStored(sides) ? blameBelow : blameTile)(findings, sides)
    return hashes
  }
  for (const sides of disputed)
    if (sides !== null && sides.stored !== null && sides.computed !== null) {
      blameTile(findings, sides)
      blameBelow(findings, sides)
    }
  return null
}
