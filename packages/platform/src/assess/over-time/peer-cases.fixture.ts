// Periods on which our estimates without labels and our reconstruction are held against NannyML's. Made from a seed.

import { normal } from '../intervals/normal-number.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import { estimatePerformance, type ScoredRows } from './expected-performance.ts'
import { reconstruct } from './reconstruction.ts'

/** Scores of two periods, the labels of the first. */
interface ScoreCase {
  readonly reference: { readonly score: number[]; readonly label: number[] }
  readonly current: { readonly score: number[]; readonly predicted: number[] }
}

/** A table of two periods, column by column. */
interface TableCase {
  readonly numbers: Readonly<Record<string, readonly [(number | null)[], (number | null)[]]>>
  readonly categories: Readonly<Record<string, readonly [(string | null)[], (string | null)[]]>>
}

/** Everything asked of the peer. */
export interface PeerCases {
  readonly scores: readonly ScoreCase[]
  readonly tables: readonly TableCase[]
}

const drawn = <T>(rows: number, draw: () => T): T[] => Array.from({ length: rows }, draw)

/** `rounds` cases of either kind. */
export function peerCases(seed: number, rounds: number): PeerCases {
  const random = seededRandom(seed)
  return {
    scores: drawn(rounds, () => scoreCase(random)),
    tables: drawn(rounds, () => tableCase(random)),
  }
}

function scoreCase(random: Random): ScoreCase {
  const isTied = random() < 0.5
  const score = (shift: number) => {
    const value = Math.min(1, random() ** (1 + shift))
    return isTied ? Math.round(20 * value) / 20 : value
  }
  const before = drawn(300, () => score(0))
  const now = drawn(200, () => score(1))
  return {
    reference: { score: before, label: before.map((one) => Number(random() < one * one)) },
    current: { score: now, predicted: now.map((one) => Number(one >= 0.4)) },
  }
}

function tableCase(random: Random): TableCase {
  const rows = [120, 80] as const
  const both = <T>(draw: (period: 0 | 1) => T) =>
    [drawn(rows[0], () => draw(0)), drawn(rows[1], () => draw(1))] as const
  const a = both((period) => (random() < 0.05 ? null : 5 * normal(random) + period))
  const follows = (values: readonly (number | null)[]) =>
    values.map((x) => (x ?? 0) + normal(random))
  return {
    numbers: {
      a,
      b: [follows(a[0]), follows(a[1])],
      c: both(() => normal(random)),
      d: both(() => 3),
    },
    // Of values as frequent as each other the peer fills gaps with the first by name; so do we.
    categories: {
      e: both((period) => (random() < 0.05 ? null : `v${Math.floor((3 + period) * random())}`)),
      f: both(() => (random() < 0.3 ? 'x' : 'y')),
    },
  }
}

/** Our answer to a case of scores. */
export function estimatesOf({ reference, current }: ScoreCase): Record<string, number> {
  const now: ScoredRows = {
    score: Float64Array.from(current.score),
    predicted: Uint8Array.from(current.predicted),
  }
  const before = {
    score: Float64Array.from(reference.score),
    predicted: Uint8Array.from(reference.score, () => 0),
    label: Uint8Array.from(reference.label),
  }
  return { ...estimatePerformance(before, now) }
}

/** Our answer to a case of tables. */
export function errorsOf({ numbers, categories }: TableCase): Record<string, number> {
  const found = reconstruct([
    ...Object.values(numbers).map(([before, now]) => ({
      kind: 'number' as const,
      reference: Float64Array.from(before, (x) => x ?? Number.NaN),
      current: Float64Array.from(now, (x) => x ?? Number.NaN),
    })),
    ...Object.values(categories).map(([reference, current]) => ({
      kind: 'category' as const,
      reference,
      current,
    })),
  ])
  return {
    reference: found?.reference.mean ?? Number.NaN,
    current: found?.current.mean ?? Number.NaN,
  }
}

/** How near our value must come: the peer rounds its counts to five decimals before it makes a ROC AUC of them. */
export const toleranceOf = (name: string): number => (name === 'roc_auc' ? 1e-6 : 1e-9)
