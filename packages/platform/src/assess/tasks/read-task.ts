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
    /** The model that attached its predictions, as a report names it; null where columns hold them. */
    readonly model: string | null
    readonly signal?: AbortSignal | undefined
  },
): Promise<TaskView> {
  const { label, prediction, score } = roles
  const { task, classes, signal } = by
  const groupColumns = [...roles.protected, ...roles.control]
  const columns = { label, groupColumns, signal }
  // Without a column, the model's predictions are attached.
  const said = prediction ?? score ?? by.model ?? ''
  if (task.kind === 'ranking') return readRanking(engine, { ...columns, ...task, score, said })
  if (task.kind === 'regression')
    return readRegression(engine, { ...columns, ...task, prediction, said })
  assert(prediction !== null, 'the system file names the predicted classes')
  return readMulticlass(engine, { ...columns, ...task, prediction, classes })
}
