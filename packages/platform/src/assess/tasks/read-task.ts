// A table as its task sees it.

import { assert } from '@proofhouse/evidence'
import type { ColumnRoles } from '../dataset.ts'
import { readMulticlass } from '../multiclass/read-multiclass.ts'
import type { AggregateEngine } from '../ports.ts'
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
  const { label, prediction } = roles
  const { task, signal } = by
  const groupColumns = [...roles.protected, ...roles.control]
  assert(prediction !== null, 'the system file names the predictions')
  if (task.kind === 'multiclass')
    return readMulticlass(engine, { label, prediction, groupColumns, ...by, ...task })
  assert(task.kind === 'regression', 'the task is known')
  return readRegression(engine, {
    label,
    prediction,
    quantile: task.quantile,
    groupColumns,
    signal,
  })
}
