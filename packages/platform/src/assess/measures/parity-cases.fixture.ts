// Cases on which our values are held against Fairlearn's: ordinary ones and every kind that trips a convention
// (a group without positives, nothing predicted positive, tied scores, scores of exactly 0 and 1, absent
// combinations). Made from a seed: the committed reference has a fixed one, the conformance run takes a new one.

import { drawBinomial } from '../intervals/bootstrap.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import type { Row } from '../rows.fixture.ts'
import { benefitNames } from './benefits.ts'
import { betweenGroupsNames } from './between-groups.ts'
import { biasAmplification, differentialFairness } from './differential-fairness.ts'
import { privilegedNames } from './privileged.ts'

/** A case as both sides read it; a row is [index of its cell, label, predicted, score]. */
export interface ParityCase {
  readonly name: string
  readonly columns: string[]
  readonly cells: string[][]
  readonly rows: number[][]
}

interface Kind {
  readonly name: string
  readonly groups: number
  readonly rowsMax: number
  readonly label?: (group: number) => 0 | 1 | undefined
  readonly predicted?: (group: number) => 0 | 1 | undefined
  readonly score?: (random: Random) => number
}

const kinds: readonly Kind[] = [
  { name: 'ordinary', groups: 4, rowsMax: 40 },
  { name: 'many groups', groups: 12, rowsMax: 12 },
  { name: 'one group', groups: 1, rowsMax: 30 },
  { name: 'single rows', groups: 5, rowsMax: 1 },
  {
    name: 'a group without positives',
    groups: 3,
    rowsMax: 20,
    label: (g) => (g === 0 ? 0 : undefined),
  },
  {
    name: 'a group without negatives',
    groups: 3,
    rowsMax: 20,
    label: (g) => (g === 0 ? 1 : undefined),
  },
  { name: 'no positives', groups: 3, rowsMax: 15, label: () => 0 },
  { name: 'no negatives', groups: 3, rowsMax: 15, label: () => 1 },
  { name: 'nothing selected', groups: 3, rowsMax: 15, predicted: () => 0 },
  { name: 'all selected', groups: 3, rowsMax: 15, predicted: () => 1 },
  {
    name: 'a group not selected',
    groups: 3,
    rowsMax: 15,
    predicted: (g) => (g === 1 ? 0 : undefined),
  },
  { name: 'tied scores', groups: 3, rowsMax: 40, score: (random) => Math.round(4 * random()) / 4 },
  { name: 'certain scores', groups: 3, rowsMax: 30, score: (random) => (random() < 0.5 ? 0 : 1) },
]

function makeCase(kind: Kind, random: Random): ParityCase {
  const cells = Array.from({ length: kind.groups }, (_, group) => [
    `s${group % 3}`,
    `a${Math.floor(group / 3)}`,
  ])
  const rows = cells.flatMap((_, group) => {
    const size = 1 + Math.floor(random() * kind.rowsMax)
    const rate = random()
    return Array.from({ length: size }, () => {
      const label = kind.label?.(group) ?? drawBinomial(random, 1, rate)
      const score = kind.score?.(random) ?? (random() + label) / 2
      const predicted = kind.predicted?.(group) ?? (score >= 0.5 ? 1 : 0)
      return [group, label, predicted, score]
    })
  })
  return { name: kind.name, columns: ['sex', 'age'], cells, rows }
}

/** `rounds` cases of every kind. */
export function parityCases(seed: number, rounds: number): ParityCase[] {
  const random = seededRandom(seed)
  return Array.from({ length: rounds }).flatMap(() => kinds.map((kind) => makeCase(kind, random)))
}

const bit = (value: number | undefined): 0 | 1 => (value === 1 ? 1 : 0)

/** The rows of a case as ours. */
export function rowsOfCase({ cells, rows }: ParityCase): Row[] {
  return rows.map(([cell = 0, label, predicted, score = 0]) => ({
    cell: cells[cell] ?? [],
    label: bit(label),
    predicted: bit(predicted),
    score,
  }))
}

/** The column sets a case is compared over. */
export function oversOfCase({ columns }: ParityCase): string[][] {
  return [[], ...columns.map((column) => [column]), ...(columns.length > 1 ? [columns] : [])]
}

/** The control columns of a case: the second column, where there are two. */
export function controlsOfCase({ columns }: ParityCase): string[][] {
  return columns.length === 2 ? [columns.slice(1)] : []
}

/** What a case is compared with AIF360 by. */
export const aif360Names: readonly string[] = [
  ...benefitNames,
  differentialFairness,
  biasAmplification,
  ...privilegedNames,
  ...betweenGroupsNames,
]

/** Who is privileged in a case: those with the first value of each column. */
export function privilegedOfCase({ columns, cells }: ParityCase): Record<string, string[]> {
  return Object.fromEntries(
    columns.map((column, position) => [column, [cells[0]?.[position] ?? '']]),
  )
}
