// A realistic report for tests: the figures of the German credit example, and variations of it made to hurt.
// The outcome counts are the example's own; intervals are Wilson's, wide enough to look like the real ones.

import type { Measure, MeasureName, OutcomeCounts, RuleOutcome } from '../assess/index.ts'
import { type AssessmentReport, type ReportGroup, reportFormat } from './assessment-report.ts'
import { besideFixture, ranModelFixture } from './beside.fixture.ts'
import { digest, findingsFixture } from './checks.fixture.ts'
import { curvesFixture } from './curves.fixture.ts'

const cells: readonly (readonly [sex: string, age: string, counts: OutcomeCounts])[] = [
  ['female', '25_and_over', { tn: 14, fp: 22, fn: 7, tp: 69 }],
  ['female', 'under_25', { tn: 8, fp: 10, fn: 4, tp: 20 }],
  ['male', '25_and_over', { tn: 39, fp: 44, fn: 32, tp: 198 }],
  ['male', 'under_25', { tn: 5, fp: 8, fn: 2, tp: 18 }],
]
const overs = [[], ['sex'], ['age_group'], ['sex', 'age_group']] as const

function groups(): ReportGroup[] {
  return overs.flatMap((over) => {
    const slices = new Map<string, ReportGroup>()
    for (const [sex, age_group, counts] of cells) {
      const all: Record<string, string> = { sex, age_group }
      const slice =
        over.length === 0 ? null : Object.fromEntries(over.map((c) => [c, all[c] ?? '']))
      const key = JSON.stringify(slice)
      const seen = slices.get(key) ?? { over, slice, n: 0, tp: 0, fp: 0, tn: 0, fn: 0 }
      slices.set(key, {
        over,
        slice,
        n: seen.n + counts.tp + counts.fp + counts.tn + counts.fn,
        tp: seen.tp + counts.tp,
        fp: seen.fp + counts.fp,
        tn: seen.tn + counts.tn,
        fn: seen.fn + counts.fn,
      })
    }
    return [...slices.values()]
  })
}

/** Wilson's score interval with a normal quantile of 2.24 (97.5 % twice over). */
function share(hits: number, n: number): Pick<Measure, 'value' | 'low' | 'high'> {
  if (n === 0) return { value: null, low: null, high: null }
  const [p, z2] = [hits / n, 2.24 ** 2]
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n)
  const half = (2.24 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n)
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

function ratesOf(g: ReportGroup): Measure[] {
  const rate = (measure: MeasureName, hits: number, n: number): Measure => ({
    measure,
    over: g.over,
    slice: g.slice,
    ...share(hits, n),
    n: g.n,
    ...(n === 0 ? { note: 'no rows to take the rate of' } : {}),
  })
  const [positives, negatives] = [g.tp + g.fn, g.fp + g.tn]
  return [
    rate('performance.accuracy', g.tp + g.tn, g.n),
    rate('performance.precision', g.tp, g.tp + g.fp),
    rate('performance.recall', g.tp, positives),
    rate('performance.selection_rate', g.tp + g.fp, g.n),
    rate('performance.true_positive_rate', g.tp, positives),
    rate('performance.true_negative_rate', g.tn, negatives),
    rate('performance.false_positive_rate', g.fp, negatives),
    rate('performance.false_negative_rate', g.fn, positives),
  ]
}

const single = (
  measure: MeasureName,
  over: readonly string[],
  value: number,
  [low, high]: readonly [number, number],
): Measure => ({ measure, over, slice: null, value, low, high, n: 500 })

const disparities: readonly Measure[] = [
  single('performance.roc_auc', [], 0.7618666, [0.717, 0.8068]),
  single('performance.brier', [], 0.177345, [0.1621, 0.1932]),
  single('performance.log_loss', [], 0.530708, [0.4921, 0.5712]),
  single('performance.balanced_accuracy', [], 0.655714, [0.6037, 0.7069]),
  single('performance.f1', [], 0.82544, [0.7943, 0.8549]),
  single('fairness.demographic_parity_ratio', ['sex'], 0.985812, [0.8636, 1]),
  single('fairness.demographic_parity_difference', ['sex'], 0.011148, [0, 0.1139]),
  single('fairness.equalized_odds_difference', ['sex'], 0.050926, [0, 0.2618]),
  single('fairness.equalized_odds_ratio', ['sex'], 0.914062, [0.6072, 1]),
  single('fairness.equal_opportunity_difference', ['sex'], 0.026, [0, 0.1281]),
  single('fairness.demographic_parity_ratio', ['age_group'], 0.952953, [0.7732, 1]),
  single('fairness.demographic_parity_difference', ['age_group'], 0.036863, [0, 0.1808]),
  single('fairness.equalized_odds_difference', ['age_group'], 0.026023, [0, 0.2984]),
  single('fairness.equalized_odds_ratio', ['age_group'], 0.955182, [0.5741, 1]),
  single('fairness.equal_opportunity_difference', ['age_group'], 0.008913, [0, 0.1742]),
  single('fairness.demographic_parity_ratio', ['sex', 'age_group'], 0.879121, [0.6404, 1]),
  single('fairness.equalized_odds_difference', ['sex', 'age_group'], 0.085264, [0, 0.5121]),
]

function rules(measures: readonly Measure[]): RuleOutcome[] {
  const find = (name: string, over: readonly string[], slice?: string) =>
    measures.find(
      (m) =>
        m.measure === name &&
        m.over.join() === over.join() &&
        (slice === undefined || Object.values(m.slice ?? {}).join() === slice),
    ) ?? null
  const fairness = ['eu-ai-act:art-10-2-f-g-10-5-new-art-4a', 'nist-ai-rmf:measure-2-11']
  const by = ['sex', 'age_group']
  return [
    {
      id: 'auc',
      measure: 'performance.roc_auc',
      over: [],
      min: 0.7,
      warn_at_used: 0.75,
      severity: 'high',
      holds: 'interval',
      rationale: 'Below 0.70 a score ranks applicants too poorly to lend by.',
      requirements: ['eu-ai-act:art-15-1-3'],
      verdict: 'pass',
      reason: 'performance.roc_auc is 0.7619 (0.717 to 0.8068): keeps the minimum 0.7',
      worst: find('performance.roc_auc', []),
    },
    {
      id: 'bad-credits-refused',
      measure: 'performance.true_negative_rate',
      over: [],
      min: 0.3,
      warn_at_used: 0.5,
      severity: 'medium',
      holds: 'interval',
      rationale: 'An approved bad credit counts five times a refused good one.',
      requirements: ['eu-ai-act:art-15-1-3'],
      verdict: 'warn',
      reason:
        'performance.true_negative_rate is 0.44 (0.3528 to 0.531): keeps the minimum 0.3 but is past the warning level 0.5',
      worst: find('performance.true_negative_rate', []),
    },
    {
      id: 'approval-by-sex',
      measure: 'fairness.demographic_parity_ratio',
      over: ['sex'],
      min: 0.8,
      warn_at_used: 0.84,
      severity: 'critical',
      holds: 'interval',
      rationale: 'Four fifths. The whole interval must hold.',
      requirements: fairness,
      verdict: 'pass',
      reason: 'fairness.demographic_parity_ratio is 0.9858 (0.8636 to 1): keeps the minimum 0.8',
      worst: find('fairness.demographic_parity_ratio', ['sex']),
    },
    {
      id: 'approval-by-age',
      measure: 'fairness.demographic_parity_ratio',
      over: ['age_group'],
      min: 0.8,
      warn_at_used: 0.84,
      severity: 'critical',
      holds: 'interval',
      rationale: 'Four fifths, as for sex; 75 test rows are under 25.',
      requirements: fairness,
      verdict: 'inconclusive',
      reason:
        'fairness.demographic_parity_ratio is 0.953 (0.7732 to 1): the interval holds values on both sides of the minimum 0.8',
      worst: find('fairness.demographic_parity_ratio', ['age_group']),
    },
    {
      id: 'good-applicants-approved',
      measure: 'performance.true_positive_rate',
      over: by,
      min: 0.85,
      warn_at_used: 0.88,
      severity: 'high',
      holds: 'point',
      rationale: 'In no group may more than 15 in 100 of those who would repay be refused.',
      requirements: fairness,
      verdict: 'fail',
      reason:
        'performance.true_positive_rate for sex=female and age_group=under_25 (the worst of 4 groups) is 0.8333: breaks the minimum 0.85',
      worst: find('performance.true_positive_rate', by, 'female,under_25'),
    },
  ]
}

/** A report with one rule of each verdict, over the figures of the example. */
export function reportFixture(): AssessmentReport {
  const measures = [...groups().flatMap(ratesOf), ...disparities]
  return {
    format: reportFormat,
    generated_at: '2026-07-24T09:31:07.120Z',
    tool: { name: 'proofhouse', version: '0.1.0' },
    verdict: 'fail',
    system: {
      id: 'german-credit',
      name: 'Consumer credit scoring',
      purpose:
        'Scores an application for a consumer credit and proposes approval at a score of 0.55 and above.',
      owner: 'Credit risk analytics (example)',
      risk_class: 'high',
      jurisdictions: ['EU'],
    },
    run: {
      id: 'run-01J3J5W7Q2',
      announced_at: '2026-07-24T09:31:02.004Z',
      announced_index: 12,
      closed_index: 18,
      preregistration: 'unwitnessed',
      earlier_runs: [
        {
          id: 'run-01J3J4Z0AA',
          announced_at: '2026-07-24T08:02:44.000Z',
          outcome: 'completed',
          error_code: null,
          verdict: 'fail',
          policy_digest: digest('77'),
          model_root_digest: digest('e5dd'),
          policy_changed: true,
          vouched: true,
        },
        {
          id: 'run-01J3J50C3B',
          announced_at: '2026-07-24T08:40:10.000Z',
          outcome: 'abandoned',
          error_code: null,
          verdict: null,
          policy_digest: digest('9c01'),
          model_root_digest: null,
          policy_changed: false,
          vouched: false,
        },
      ],
    },
    artifacts: {
      ...besideFixture,
      system_file: 'examples/german-credit/proofhouse.yaml',
      rule_lines: [38, 45, 52, 60, 68, 76],
      model: {
        path: 'model.onnx',
        root_digest: digest('e5dd3e092b63c89f'),
        size_bytes: 42_210,
        check: { verdict: 'pass', findings: [] },
        scan: {
          verdict: 'clean',
          rules_digest: digest('5ca4'),
          files: [{ path: 'model.onnx', format: 'onnx', verdict: 'clean' }],
        },
        signature: { path: '.proofhouse/model.sig', key_hint: digest('ab12') },
        ...ranModelFixture,
      },
      data: [
        {
          role: 'train',
          path: 'data/train.csv',
          sha256: digest('df988c06'),
          size_bytes: 131_780,
          rows: 500,
          columns: 21,
        },
        {
          role: 'test',
          path: 'data/test.csv',
          sha256: digest('4817bacf'),
          size_bytes: 131_566,
          rows: 500,
          columns: 21,
        },
      ],
      policy_digest: digest('9c01'),
    },
    columns: {
      label: 'credit_risk',
      positive_class: 'good',
      protected: ['sex', 'age_group'],
      identifiers: ['applicant_id'],
      features: 17,
    },
    assessment: {
      mode: 'strict',
      confidence: 0.95,
      interval: 'exact',
      threshold: 0.55,
      explored: [],
    },
    groups: groups(),
    measures,
    rules: rules(measures),
    warnings: ['2 slices have fewer than 50 rows; their intervals are wide.'],
    task: null,
    curves: curvesFixture,
    ...findingsFixture,
    not_checked: [
      'Robustness to changed inputs was not tested.',
      'Drift was not looked at: no current data were given.',
    ],
    ledger: {
      origin: 'proofhouse.local/german-credit',
      size: 19,
      root: 'OF2jDzkXKCyJOd/4UZV+UZqxhGsTUaFMCts7EWMnQqo=',
      vkey: 'proofhouse.local/german-credit+2a540629+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4',
      trust: 'intact; origin not established; unwitnessed',
      statements: [
        { index: 12, type: 'https://proofhouse.dev/run-announced/v1', digest: digest('01') },
        { index: 15, type: 'https://proofhouse.dev/measures/v1', digest: digest('02') },
        { index: 17, type: 'https://slsa.dev/verification_summary/v1', digest: digest('03') },
      ],
    },
    verify: [
      {
        shows: 'every file in the pack is the one recorded, and its statements are signed',
        command: 'npx proofhouse pack verify .proofhouse/pack.zip',
      },
      {
        shows: 'the ledger is complete and unchanged',
        command: 'npx proofhouse ledger fsck .proofhouse/ledger',
      },
    ],
  }
}
