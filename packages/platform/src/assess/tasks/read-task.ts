// A table as its task sees it.

import { assert } from '@proofhouse/evidence'
import type { ColumnRoles } from '../dataset.ts'
import { readMulticlass } from '../multiclass/read-multiclass.ts'
import type { AggregateEngine } from '../ports.ts'
import { readRanking } from '../ranking/read-ranking.ts'
import { readRegression } from '../regression/read-regression.ts'
import type { Task } from './task.ts'
import type { TaskView } from './task-view.ts'

/** Counts what the measures of a task need; the table must have been checked for it. */
export function readTask(
  engine: AggregateEngine,
  roles: ColumnRoles,
  by: {
    readonly task: Exclude<Task, { readonly kind: 'binary' }>
    readonly classes: readonly string[]
    readonly signal?: AbortSignal | undefined
  },
): Promise<TaskView> {
  const { label, prediction, score } = roles
  const { task, classes, signal } = by
  const groupColumns = [...roles.protected, ...roles.control]
  if (task.kind === 'ranking') {
    assert(score !== null, 'the system file names the scores')
    return readRanking(engine, { label, score, groupColumns, signal, ...task })
  }
  assert(prediction !== null, 'the system file names the predictions')
  const columns = { label, prediction, groupColumns, signal }
  return task.kind === 'multiclass'
    ? readMulticlass(engine, { ...columns, ...task, classes })
    : readRegression(engine, { ...columns, ...task })
}
