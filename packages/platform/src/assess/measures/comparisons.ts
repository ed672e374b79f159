// Every way in which the groups' rates are compared: each of Fairlearn's generated metrics, and the named criteria built of them.
// `between_groups` compares groups with each other, `to_overall` each group with everyone, `group_min` and `group_max` give the
// worst-off group's own rate. The names are Fairlearn's, with the rate named as in `performance.…`.

import type { MeasureDefinition } from '../measure-definition.ts'

/** The rates that groups are compared by, and the value of each that is best; null where none is. */
const comparedRates = {
  accuracy: { title: 'Accuracy', ideal: 1 },
  zero_one_loss: { title: 'Zero-one loss', ideal: 0 },
  precision: { title: 'Precision', ideal: 1 },
  selection_rate: { title: 'Selection rate', ideal: null },
  true_positive_rate: { title: 'True positive rate', ideal: 1 },
  true_negative_rate: { title: 'True negative rate', ideal: 1 },
  false_positive_rate: { title: 'False positive rate', ideal: 0 },
  false_negative_rate: { title: 'False negative rate', ideal: 0 },
  false_discovery_rate: { title: 'False discovery rate', ideal: 0 },
  false_omission_rate: { title: 'False omission rate', ideal: 0 },
  negative_predictive_value: { title: 'Negative predictive value', ideal: 1 },
} as const satisfies Record<string, { readonly title: string; readonly ideal: number | null }>

/** A rate that groups are compared by; `performance.` before it is its measure. */
export type ComparedRate = keyof typeof comparedRates

/** What is taken of a family of rates; the ideal is null where it is that of the rate itself. */
const forms = {
  difference: {
    title: 'difference',
    ideal: 0,
    definition: (rate: string) => `largest minus smallest ${rate} over the groups`,
  },
  ratio: {
    title: 'ratio',
    ideal: 1,
    definition: (rate: string) => `smallest ${rate} divided by the largest, over the groups`,
  },
  difference_to_overall: {
    title: 'difference to overall',
    ideal: 0,
    definition: (rate: string) => `largest distance of a group's ${rate} from everyone's`,
  },
  ratio_to_overall: {
    title: 'ratio to overall',
    ideal: 1,
    definition: (rate: string) =>
      `smallest ratio of a group's ${rate} and everyone's, the smaller divided by the larger`,
  },
  group_min: {
    title: 'of the lowest group',
    ideal: null,
    definition: (rate: string) => `smallest ${rate} over the groups`,
  },
  group_max: {
    title: 'of the highest group',
    ideal: null,
    definition: (rate: string) => `largest ${rate} over the groups`,
  },
} as const

/** What is taken of a family of rates. */
export type Form = keyof typeof forms

/** How a fairness measure comes about. */
export interface Comparison {
  /** The rates compared, all in the same form. */
  readonly rates: readonly ComparedRate[]
  readonly form: Form
  /** How several rates become one value: the worse of them, or their mean. */
  readonly combine: 'worst' | 'mean'
}

/** The comparison of one rate in one form. */
type PlainName = `fairness.${ComparedRate}_${Form}`

const opportunity = ['true_positive_rate'] as const
const odds = ['true_positive_rate', 'false_positive_rate'] as const

/** The criteria that go by names of their own. */
const criteria = {
  'fairness.demographic_parity_difference': {
    rates: ['selection_rate'],
    form: 'difference',
    combine: 'worst',
    title: 'Demographic parity difference',
    definition: 'largest minus smallest selection rate over the groups',
    standard: true,
  },
  'fairness.demographic_parity_ratio': {
    rates: ['selection_rate'],
    form: 'ratio',
    combine: 'worst',
    title: 'Demographic parity ratio',
    definition: 'smallest selection rate divided by the largest, over the groups',
    standard: true,
  },
  'fairness.equalized_odds_difference': {
    rates: odds,
    form: 'difference',
    combine: 'worst',
    title: 'Equalized odds difference',
    definition: 'the larger of the differences of true and of false positive rates over the groups',
    standard: true,
  },
  'fairness.equalized_odds_ratio': {
    rates: odds,
    form: 'ratio',
    combine: 'worst',
    title: 'Equalized odds ratio',
    definition: 'the smaller of the ratios of true and of false positive rates over the groups',
    standard: true,
  },
  'fairness.equal_opportunity_difference': {
    rates: opportunity,
    form: 'difference',
    combine: 'worst',
    title: 'Equal opportunity difference',
    definition: 'largest minus smallest true positive rate over the groups',
    standard: true,
  },
  'fairness.equal_opportunity_ratio': {
    rates: opportunity,
    form: 'ratio',
    combine: 'worst',
    title: 'Equal opportunity ratio',
    definition: 'smallest true positive rate divided by the largest, over the groups',
    standard: false,
  },
  'fairness.equalized_odds_difference_mean': {
    rates: odds,
    form: 'difference',
    combine: 'mean',
    title: 'Equalized odds difference, mean',
    definition: 'the mean of the differences of true and of false positive rates over the groups',
    standard: false,
  },
  'fairness.equalized_odds_ratio_mean': {
    rates: odds,
    form: 'ratio',
    combine: 'mean',
    title: 'Equalized odds ratio, mean',
    definition: 'the mean of the ratios of true and of false positive rates over the groups',
    standard: false,
  },
  'fairness.equalized_odds_difference_to_overall': {
    rates: odds,
    form: 'difference_to_overall',
    combine: 'worst',
    title: 'Equalized odds difference to overall',
    definition: "largest distance of a group's true or false positive rate from everyone's",
    standard: false,
  },
  'fairness.equalized_odds_ratio_to_overall': {
    rates: odds,
    form: 'ratio_to_overall',
    combine: 'worst',
    title: 'Equalized odds ratio to overall',
    definition: "smallest ratio of a group's true or false positive rate and everyone's",
    standard: false,
  },
} as const satisfies Record<
  string,
  Comparison & Pick<MeasureDefinition, 'title' | 'definition' | 'standard'>
>

/** The name of a fairness measure. */
export type DisparityName = keyof typeof criteria | PlainName

const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal are its type's
  Object.keys(record) as Key[]

/** Every rate that groups are compared by. */
export const comparedRateNames: readonly ComparedRate[] = keysOf(comparedRates)

/** The title of a rate. */
export const comparedRateTitle = (rate: ComparedRate): string => comparedRates[rate].title

const plain = comparedRateNames.flatMap((rate) =>
  keysOf(forms).map((form) => ({
    name: `fairness.${rate}_${form}` as const,
    comparison: { rates: [rate], form, combine: 'worst' } satisfies Comparison,
  })),
)

/** Every fairness measure, in the order in which they are reported. */
export const disparityNames: readonly DisparityName[] = [
  ...keysOf(criteria),
  ...plain.map(({ name }) => name),
]

const comparisons: ReadonlyMap<DisparityName, Comparison> = new Map<DisparityName, Comparison>([
  ...keysOf(criteria).map((name) => [name, criteria[name]] as const),
  ...plain.map(({ name, comparison }) => [name, comparison] as const),
])

/** How a fairness measure comes about. */
export function comparisonOf(name: DisparityName): Comparison {
  const found = comparisons.get(name)
  if (found === undefined) throw new TypeError(`no comparison is called ${name}`)
  return found
}

function definitionOf(name: DisparityName): MeasureDefinition {
  const { rates, form } = comparisonOf(name)
  const [rate = 'selection_rate'] = rates
  const { title, ideal } = comparedRates[rate]
  const told = forms[form]
  const facts =
    name in criteria
      ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just asked
        criteria[name as keyof typeof criteria]
      : {
          title: `${title} ${told.title}`,
          definition: told.definition(title.toLowerCase()),
          standard: false,
        }
  return {
    title: facts.title,
    definition: facts.definition,
    standard: facts.standard,
    ideal: told.ideal ?? ideal,
    low: 0,
    high: 1,
    needsScores: false,
    kind: 'disparity',
  }
}

/** The facts about every fairness measure. */
export const disparityCatalogue: Readonly<Record<DisparityName, MeasureDefinition>> =
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from every name
  Object.fromEntries(disparityNames.map((name) => [name, definitionOf(name)])) as Record<
    DisparityName,
    MeasureDefinition
  >
