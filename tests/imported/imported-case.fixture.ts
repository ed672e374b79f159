// One system that other tools and ours measure: rows made from a seed, and the system file that asks for what the
// others give.

import { seededRandom } from '../../packages/platform/src/assess/intervals/random.ts'

const columns = ['id', 'sex', 'age_group', 'job', 'amount', 'months', 'outcome', 'said', 'score']
const rowsPerPeriod = 240

/** Rows of one period as CSV; later ones ask for more money. Names hold what must be escaped in JSON and in Python. */
function period(draw: () => number, later: number): string {
  const body = Array.from({ length: rowsPerPeriod }, (_, id) => {
    const sex = draw() < 0.45 ? 'female' : 'male'
    const age = draw() < 0.3 ? "'under' 25" : '25, or "more"'
    const job = draw() < 0.5 + later / 10 ? 'clerk' : 'worker, skilled'
    const amount = Math.round(1_000 * (1 + later + 3 * draw() ** 2))
    const months = 1 + Math.floor(12 * draw())
    const isGood = draw() < (sex === 'male' ? 0.7 : 0.6)
    const score = Math.min(0.99, Math.max(0.01, (isGood ? 0.62 : 0.38) + 0.6 * (draw() - 0.5)))
    const said = score >= 0.5 ? 'yes' : 'no'
    const cells = [id, sex, age, job, amount, months, isGood ? 'yes' : 'no', said, score]
    return cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',')
  })
  return `${[columns.join(','), ...body].join('\n')}\n`
}

/** The data of two periods. */
export function importedCase(seed: number): {
  readonly reference: string
  readonly current: string
} {
  const draw = seededRandom(seed)
  return { reference: period(draw, 0), current: period(draw, 0.4) }
}

const rates = ['accuracy', 'selection_rate', 'false_negative_rate']
const forms = [
  'difference',
  'ratio',
  'difference_to_overall',
  'ratio_to_overall',
  'group_min',
  'group_max',
]

/** The system over these data. */
export const importedSystem = `system:
  id: imported
  name: System measured elsewhere too
  purpose: Decides about rows.
  owner: tests@example.org
  risk_class: minimal
  jurisdictions: [EU]
data:
  test: current.csv
  reference: reference.csv
  current: current.csv
columns:
  label: outcome
  positive_class: "yes"
  protected: [sex, age_group]
  control: [job]
  identifiers: [id]
  prediction: said
  score: score
assessment:
  measures:
${rates.flatMap((rate) => forms.map((form) => `    - fairness.${rate}_${form}`)).join('\n')}
    - drift.psi
    - drift.wasserstein
drift:
  numbers: {test: wasserstein}
  categories: {test: jensenshannon}
policy:
  rules:
    - measure: performance.accuracy
      min: 0.5
      rationale: Better than guessing.
`

/**
 * How a file that a peer wrote is read, and how many of its numbers stand beside ours; null where it must be
 * refused.
 */
interface ImportReading {
  readonly peer: 'fairlearn' | 'fairlearn-old' | 'evidently' | 'evidently-old'
  readonly name: string
  readonly args: readonly string[]
  readonly compared: number | null
}

const bySex = ['--over', 'sex']
const byBoth = ['--over', 'sex,age_group']
const byJob = [...bySex, '--within', 'job']
const rate = ['--metric', 'selection_rate']

const reading = (
  peer: ImportReading['peer'],
  name: string,
  compared: number | null,
  args: readonly string[] = [],
): ImportReading => ({ peer, name, args, compared })

/** Every file that the peers write. */
export const importReadings: readonly ImportReading[] = [
  ...['columns', 'index', 'split', 'records'].map((form) =>
    reading('fairlearn', `by-sex-${form}`, 10, bySex),
  ),
  reading('fairlearn', 'by-sex-table', 10),
  reading('fairlearn', 'by-sex-records-without-groups', null, bySex),
  reading('fairlearn', 'by-sex-columns', null),
  ...['columns', 'index', 'split'].map((form) =>
    reading('fairlearn', `by-both-${form}`, 20, byBoth),
  ),
  reading('fairlearn', 'by-both-table', 20),
  reading('fairlearn', 'by-both-split', null, bySex),
  ...['columns', 'split'].map((form) => reading('fairlearn', `within-job-${form}`, 0, byJob)),
  reading('fairlearn', 'within-job-table', 0),
  reading('fairlearn', 'overall', 5, bySex),
  reading('fairlearn', 'one-metric-index', 2, [...bySex, ...rate]),
  reading('fairlearn', 'one-metric-index', null, bySex),
  reading('fairlearn', 'one-metric-split', 2, bySex),
  reading('fairlearn', 'one-metric-table', 2),
  reading('fairlearn', 'dictionary', 28, bySex),
  reading('fairlearn', 'dictionary-within', 14, byJob),
  reading('fairlearn', 'functions', 4, bySex),
  reading('fairlearn-old', 'summary', 3, [...bySex, '--metric', 'accuracy']),
  reading('fairlearn-old', 'dashboard', 40),
  reading('evidently', 'snapshot', 19),
  reading('evidently-old', 'report', 20),
  reading('evidently-old', 'test-suite', 0),
]
