// Evidently's tests by its names, and which of them it takes for a column: what `compatible` drift is measured by.

import {
  categoryHellinger,
  categoryShares,
  energyDistance,
  jensenShannon,
  kullbackLeibler,
  numberHellinger,
  numberBins,
  psi,
  sharesOf,
  wassersteinNormed,
} from './distances.ts'
import {
  type CategoryCounts,
  type NumberCounts,
  hasMoreNumbersThan,
  pairCategories,
  totalOf,
} from './distribution.ts'
import { andersonDarling } from './anderson-darling.ts'
import { eppsSingleton } from './epps-singleton.ts'
import { kernelTest, totalVariationTest } from './permutation-tests.ts'
import {
  chiSquare,
  cramerVonMises,
  fisherExact,
  gTest,
  kolmogorovSmirnov,
  mannWhitneyLess,
  proportionsTest,
  studentTest,
} from './two-sample-tests.ts'

/** Two periods of one column. */
export type Periods =
  | {
      readonly kind: 'number'
      readonly reference: NumberCounts
      readonly current: NumberCounts
      /** Whether both are stored as integers. */
      readonly whole: boolean
    }
  | {
      readonly kind: 'category'
      readonly reference: CategoryCounts
      readonly current: CategoryCounts
    }

type Numbers = Extract<Periods, { kind: 'number' }>
type Categories = Extract<Periods, { kind: 'category' }>

/** A score, the value at which Evidently says drift, and on which side. */
export interface DriftTest<Column> {
  readonly score: (column: Column) => number
  readonly threshold: number
  /** `distance`: drift at or above the threshold. `chance`: below it. */
  readonly kind: 'distance' | 'chance'
  /** Whether the chance is right for two samples of any size, however small it is. */
  readonly isExact?: true
}

const shares = (column: Numbers) =>
  sharesOf(numberBins(column.reference, column.current, column.whole))
const parts = ({ reference, current }: Categories) => categoryShares(reference, current)

/** The tests of numbers. */
export const numberTests = {
  psi: { score: (c) => psi(shares(c)), threshold: 0.1, kind: 'distance' },
  kl_div: { score: (c) => kullbackLeibler(shares(c)), threshold: 0.1, kind: 'distance' },
  jensenshannon: { score: (c) => jensenShannon(shares(c)), threshold: 0.1, kind: 'distance' },
  hellinger: {
    score: (c) => numberHellinger(c.reference, c.current, c.whole),
    threshold: 0.1,
    kind: 'distance',
  },
  wasserstein: {
    score: (c) => wassersteinNormed(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
  ed: { score: (c) => energyDistance(c.reference, c.current), threshold: 0.1, kind: 'distance' },
  ks: {
    score: (c) => kolmogorovSmirnov(c.reference, c.current),
    threshold: 0.05,
    kind: 'chance',
    isExact: true,
  },
  cramer_von_mises: {
    score: (c) => cramerVonMises(c.reference, c.current),
    threshold: 0.1,
    kind: 'chance',
  },
  mannw: { score: (c) => mannWhitneyLess(c.reference, c.current), threshold: 0.05, kind: 'chance' },
  anderson: {
    score: (c) => andersonDarling(c.reference, c.current),
    threshold: 0.1,
    kind: 'chance',
  },
  es: { score: (c) => eppsSingleton(c.reference, c.current), threshold: 0.05, kind: 'chance' },
  empirical_mmd: {
    score: (c) => kernelTest(c.reference, c.current),
    threshold: 0.1,
    kind: 'chance',
  },
  t_test: { score: (c) => studentTest(c.reference, c.current), threshold: 0.05, kind: 'chance' },
} as const satisfies Record<string, DriftTest<Numbers>>

/** The tests of categories. */
export const categoryTests = {
  psi: { score: (c) => psi(parts(c)), threshold: 0.1, kind: 'distance' },
  kl_div: { score: (c) => kullbackLeibler(parts(c)), threshold: 0.1, kind: 'distance' },
  jensenshannon: { score: (c) => jensenShannon(parts(c)), threshold: 0.1, kind: 'distance' },
  hellinger: {
    score: (c) => categoryHellinger(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
  TVD: {
    score: (c) => totalVariationTest(c.reference, c.current),
    threshold: 0.1,
    kind: 'chance',
  },
  g_test: { score: (c) => gTest(c.reference, c.current), threshold: 0.1, kind: 'chance' },
  fisher_exact: {
    score: (c) => fisherExact(c.reference, c.current),
    threshold: 0.1,
    kind: 'chance',
    isExact: true,
  },
  chisquare: { score: (c) => chiSquare(c.reference, c.current), threshold: 0.05, kind: 'chance' },
  z: { score: (c) => proportionsTest(c.reference, c.current), threshold: 0.05, kind: 'chance' },
} as const satisfies Record<string, DriftTest<Categories>>

/** Reference rows up to which Evidently tests; beyond, it measures a distance. */
const testedRowsMax = 1_000
/** Numbers with no more distinct values are taken for categories. */
const distinctNumbersMax = 5

/** The name of the test that Evidently takes for a column when none is named. */
export function defaultTest(column: Periods): string {
  const rows = totalOf(column.reference)
  const hasMoreThan = (most: number) =>
    column.kind === 'number'
      ? hasMoreNumbersThan(column.reference, column.current, most)
      : pairCategories(column.reference, column.current).values.length > most
  const likeNumbers = column.kind === 'number' && hasMoreThan(distinctNumbersMax)
  if (rows > testedRowsMax) return likeNumbers ? 'wasserstein' : 'jensenshannon'
  if (likeNumbers) return 'ks'
  return hasMoreThan(2) ? 'chisquare' : 'z'
}
