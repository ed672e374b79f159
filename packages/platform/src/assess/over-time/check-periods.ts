// Whether the tables of two periods speak of the same outcomes as the test data. What they leave open stays open: a period without
// labels, or with some, is the usual one.

import { checkColumnExists, type CheckedData, type ColumnRoles } from '../dataset.ts'
import { checkLabels, checkPrediction, checkScore, type LabelClasses } from '../outcome-columns.ts'
import type { AggregateEngine } from '../ports.ts'

/** The tables, and what their columns mean. */
export interface PeriodTables {
  readonly reference: AggregateEngine
  readonly current: AggregateEngine
  /** Labels that came later; null when there are none. */
  readonly later: { readonly engine: AggregateEngine; readonly identifier: string } | null
  readonly roles: ColumnRoles
  /** What is known of the test data: the classes. */
  readonly data: CheckedData
  /** Whether a model makes the predictions; otherwise the periods hold them. */
  readonly hasModel: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Checks every label, prediction and score of both periods and of labels that came later.
 * @throws `config-invalid` where labels cannot be joined by the identifier; `data-unsuitable` for a label or a prediction of
 *   neither class, a row without a prediction, and a score that is no probability
 */
export async function checkPeriods(request: PeriodTables): Promise<void> {
  const { reference, current, later, roles, data, hasModel, signal } = request
  const classes: LabelClasses = {
    label: roles.label,
    classes: [data.positiveClass, data.negativeClass],
    signal,
  }
  for (const engine of [reference, current]) {
    const has = (name: string | null): name is string =>
      engine.table.columns.some((column) => column.name === name)
    if (has(roles.label)) await checkLabels(engine, roles.label, classes)
    if (hasModel) continue
    if (has(roles.prediction)) await checkPrediction(engine, roles.prediction, classes)
    if (has(roles.score)) await checkScore(engine, roles.score, signal)
  }
  if (later === null) return
  for (const { table } of [current, later.engine])
    checkColumnExists(table, later.identifier, 'columns.identifiers')
  checkColumnExists(later.engine.table, roles.label, 'columns.label')
  await checkLabels(later.engine, roles.label, classes)
}
