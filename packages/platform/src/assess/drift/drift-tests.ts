// Every test of drift by the name under which the system file asks for it, and which one a column gets.

import {
  categoryTests,
  defaultTest,
  type DriftTest,
  numberTests,
  type Periods,
} from './evidently.ts'
import {
  contingencyTest,
  hellingerOfCategories,
  hellingerOfNumbers,
  jensenShannonOfCategories,
  jensenShannonOfNumbers,
  kolmogorovSmirnovDistance,
  largestShareChange,
  wassersteinDistance,
} from './nannyml.ts'

type Numbers = Extract<Periods, { kind: 'number' }>
type Categories = Extract<Periods, { kind: 'category' }>

/** A test whose threshold may have to be given: NannyML takes it from the spread of earlier periods. */
export interface NamedTest<Column> extends Omit<DriftTest<Column>, 'threshold'> {
  readonly threshold: number | null
}

/** The tests of numbers: Evidently's by its names, NannyML's after `nannyml.`. */
export const testsOfNumbers: Readonly<Record<string, NamedTest<Numbers>>> = {
  ...numberTests,
  'nannyml.kolmogorov_smirnov': {
    score: (c) => kolmogorovSmirnovDistance(c.reference, c.current),
    threshold: null,
    kind: 'distance',
  },
  'nannyml.wasserstein': {
    score: (c) => wassersteinDistance(c.reference, c.current),
    threshold: null,
    kind: 'distance',
  },
  'nannyml.jensen_shannon': {
    score: (c) => jensenShannonOfNumbers(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
  'nannyml.hellinger': {
    score: (c) => hellingerOfNumbers(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
}

/** The tests of categories. */
export const testsOfCategories: Readonly<Record<string, NamedTest<Categories>>> = {
  ...categoryTests,
  'nannyml.chi2': {
    score: (c) => contingencyTest(c.reference, c.current),
    threshold: 0.05,
    kind: 'chance',
  },
  'nannyml.l_infinity': {
    score: (c) => largestShareChange(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
  'nannyml.jensen_shannon': {
    score: (c) => jensenShannonOfCategories(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
  'nannyml.hellinger': {
    score: (c) => hellingerOfCategories(c.reference, c.current),
    threshold: 0.1,
    kind: 'distance',
  },
}

/** The names a system file may give for columns of one kind. */
export const driftTestNames = {
  numbers: Object.keys(testsOfNumbers),
  categories: Object.keys(testsOfCategories),
} as const

/** A test asked for, with a threshold of its own or the test's. */
export interface TestChoice {
  readonly test: string
  /** Null for the test's own. */
  readonly threshold: number | null
}

/** How to compare two periods. */
export interface DriftOptions {
  /** For columns of numbers; null for Evidently's choice. */
  readonly numbers: TestChoice | null
  /** For all others; null for Evidently's choice. */
  readonly categories: TestChoice | null
  /** For single columns, before the two above. */
  readonly columns: Readonly<Record<string, TestChoice>>
  /** Share of drifted columns from which the data as a whole count as drifted. */
  readonly share: number
}

/** What Evidently does when nobody says anything. */
export const defaultDriftOptions: DriftOptions = {
  numbers: null,
  categories: null,
  columns: {},
  share: 0.5,
}

/** The threshold a test has by itself; null where it must be given, undefined for a name that no test has. */
export function ownThreshold(test: string): number | null | undefined {
  return (testsOfNumbers[test] ?? testsOfCategories[test])?.threshold
}

/** The test of a column: the one asked for, else Evidently's. */
export function chosenTest(column: string, periods: Periods, options: DriftOptions): TestChoice {
  const general = periods.kind === 'number' ? options.numbers : options.categories
  const own = Object.hasOwn(options.columns, column) ? options.columns[column] : undefined
  return own ?? general ?? { test: defaultTest(periods), threshold: null }
}
