// What an assessment needs of a task, whatever the task is: the sizes of groups, the measures over them, and what a report shows.

import type { Measure } from '../measure.ts'
import type { MulticlassFindings } from '../multiclass/multiclass-findings.ts'
import type { RankingFindings } from '../ranking/ranking-findings.ts'
import type { RegressionFindings } from '../regression/regression-findings.ts'
import type { FoundGroup } from './cells.ts'
import type { GroupOptions } from './measure-groups.ts'

/** The rows of one group. */
interface GroupSize {
  readonly cell: readonly string[]
  readonly rows: number
}

/** What the report of a task shows beside its measures. */
export type TaskFindings = RegressionFindings | MulticlassFindings | RankingFindings

/** What a task that is not binary shows beside its measures. */
export interface MeasuredTask {
  readonly findings: TaskFindings
  /** Everyone, then the groups of each column set, in order. */
  readonly groups: readonly FoundGroup[]
}

/** A table as a task sees it: counts, of which everything follows. */
export interface TaskView {
  /** The groups of a column set, in order; `[]` gives everyone. */
  readonly sizes: (over: readonly string[]) => readonly GroupSize[]
  readonly measure: (options: GroupOptions) => readonly Measure[]
  /** Limits are simultaneous over the groups of one column set. */
  readonly findings: (overs: readonly (readonly string[])[], confidence: number) => TaskFindings
}
