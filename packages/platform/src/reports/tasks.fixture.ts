// Reports of the tasks that are not binary, for tests: findings and measures as the product makes them, of rows made up here. The names of
// classes and columns may be hostile.

import { measureMulticlass } from '../assess/multiclass/measure-multiclass.ts'
import {
  type MulticlassCase,
  multiclassTable,
} from '../assess/multiclass/multiclass-cases.fixture.ts'
import { multiclassFindings } from '../assess/multiclass/multiclass-findings.ts'
import { measureRanking } from '../assess/ranking/measure-ranking.ts'
import { rankingTableOf } from '../assess/ranking/ranking-cases.fixture.ts'
import { rankingFindings } from '../assess/ranking/ranking-findings.ts'
import { measureRegression } from '../assess/regression/measure-regression.ts'
import { regressionTable } from '../assess/regression/regression-cases.fixture.ts'
import { regressionFindings } from '../assess/regression/regression-findings.ts'
import type { Measure, TaskFindings } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { reportFixture } from './report.fixture.ts'

const overs = [[], ['group']] as const
const options = {
  also: new Set<string>(),
  confidence: 0.95,
  overs,
  explored: [],
  withins: [],
  mode: 'strict',
} as const
const rows = Array.from({ length: 90 }, (_, n) => n)
const groupOf = (n: number) => (n % 3 === 0 ? 'f' : 'm')

function multiclass(name: (text: string) => string): [TaskFindings, readonly Measure[]] {
  const classes = ['basic', 'premium', 'refused'].map(name)
  const one: MulticlassCase = {
    name: 'tariffs',
    topK: 2,
    classes,
    groups: rows.map(groupOf),
    labels: rows.map((n) => classes[n % 3 === 2 ? 2 : n % 2] ?? ''),
    predictions: rows.map((n) => classes[n % 7 === 0 ? 1 : n % 3 === 2 ? 2 : n % 2] ?? ''),
    scores: null,
  }
  const table = multiclassTable(one)
  const by = { label: name('tariff'), prediction: name('said'), classes, top_k: null }
  return [
    multiclassFindings(table, overs, { ...by, confidence: 0.95 }),
    measureMulticlass(table, { ...options, classes, topK: 2 }),
  ]
}

function regression(name: (text: string) => string): [TaskFindings, readonly Measure[]] {
  const table = regressionTable({
    groups: rows.map(groupOf),
    labels: rows.map((n) => 30_000 + 100 * n),
    predictions: rows.map((n) => 30_500 + 100 * n + 40 * ((n * 7) % 31) - (n % 3 === 0 ? 900 : 0)),
  })
  const by = { label: name('wage'), prediction: name('said'), quantile: 0.5 }
  return [
    regressionFindings(table, overs, by),
    measureRegression(table, { ...options, quantile: 0.5 }),
  ]
}

function ranking(name: (text: string) => string): [TaskFindings, readonly Measure[]] {
  const one = {
    name: 'applicants',
    topK: 3,
    queries: rows.map((n) => `q${Math.floor(n / 6)}`),
    labels: rows.map((n) => n % 4),
    scores: rows.map((n) => (n % 4) + ((n * 5) % 7) / 3),
    groups: rows.map((n) => (groupOf(n) === 'f' ? 'a' : 'b')),
  }
  const tableOf = (over: readonly string[]) => rankingTableOf(one, over)
  const by = { label: name('fit'), score: name('score'), query: name('vacancy'), top_k: 3 }
  return [rankingFindings(tableOf, overs, by), measureRanking(tableOf, options)]
}

/** A report of each task; `name` makes the names of columns and classes. */
export function taskReports(
  name: (text: string) => string = (text) => text,
): readonly (readonly [TaskFindings['kind'], AssessmentReport])[] {
  const report = reportFixture()
  return [multiclass, regression, ranking].map((make) => {
    const [task, measures] = make(name)
    return [
      task.kind,
      {
        ...report,
        columns: { ...report.columns, label: name('label'), positive_class: null },
        task,
        groups: task.groups.map(({ over, slice, n }) => ({ over, slice, n })),
        measures,
        rules: [],
        curves: null,
        checks: null,
        folds: null,
        explanations: null,
        triggers: null,
        robustness: null,
        over_time: null,
      },
    ] as const
  })
}
