// Whether the columns of what was true and what was predicted hold that and nothing else, in whichever table they stand. A cell that is
// neither class would be counted as the negative one, so it is refused.

import { assert, OperatingError } from '@proofhouse/evidence'
import { listed, rowList, shortened } from './dataset-values.ts'
import type { AggregateEngine, CategoryProfile, CellSample, DataTable } from './ports.ts'

/** The label of the test data, and what it is. */
export interface LabelClasses {
  readonly label: string
  /** Both classes, in canonical text. */
  readonly classes: readonly string[]
  readonly signal: AbortSignal | undefined
}

/**
 * Checks that a column holds labels: where it holds any, one of the classes.
 * @throws `data-unsuitable`
 */
export async function checkLabels(
  engine: AggregateEngine,
  column: string,
  by: LabelClasses,
): Promise<void> {
  const { signal, classes: expected } = by
  const found = await category(engine, column, { signal, expected })
  refuseOthers(engine.table, found, {
    ...by,
    role: 'label',
    remedy:
      'write both with the same values, and leave the cell empty where the outcome is not known',
  })
}

/**
 * Checks that a column holds predictions: one of the classes in every row.
 * @throws `data-unsuitable`
 */
export async function checkPrediction(
  engine: AggregateEngine,
  column: string,
  by: LabelClasses,
): Promise<void> {
  const { signal, classes: expected } = by
  const found = await category(engine, column, { signal, expected })
  if (found.missing > 0)
    unsuitable(
      `${engine.table.path}: the prediction column \`${column}\` is empty in ` +
        `${rowList(found.missingRows, found.missing)}; every row needs a prediction`,
    )
  refuseOthers(engine.table, found, {
    ...by,
    role: 'prediction',
    remedy: 'write both with the same values',
  })
}

function refuseOthers(
  table: DataTable,
  found: CategoryProfile,
  by: LabelClasses & { readonly role: 'label' | 'prediction'; readonly remedy: string },
): void {
  if (found.firstUnexpected === null) return
  const others = found.values
    .map(({ value }) => value)
    .filter((value) => !by.classes.includes(value))
  throw new OperatingError(
    'data-unsuitable',
    `${table.path}: the ${by.role} column \`${found.column}\` holds ${listed(others, 5)}, ` +
      `which the label \`${by.label}\` never is (it is ${listed(by.classes)}), ` +
      `first ${cellText(found.firstUnexpected)}; ${by.remedy}`,
    { details: { row: found.firstUnexpected.row, column: found.column } },
  )
}

/**
 * Checks that a column holds scores: a probability in every row.
 * @throws `data-unsuitable`
 */
export async function checkScore(
  engine: AggregateEngine,
  column: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await numbers(engine, column, signal)
  const where = `${engine.table.path}: the score column \`${column}\``
  const mustBe = 'a score is the probability of the positive class, from 0 to 1'
  if (found.missing > 0)
    unsuitable(`${where} is empty in ${rowList(found.missingRows, found.missing)}; ${mustBe}`)
  if (found.unreadable > 0)
    unsuitable(`${where} holds ${cellText(found.firstUnreadable)}; ${mustBe}`)
  if (found.infinite > 0) unsuitable(`${where} holds ${cellText(found.firstInfinite)}; ${mustBe}`)
  if (found.min !== null && found.min < 0)
    unsuitable(`${where} holds ${cellText(found.firstMin)}; ${mustBe}`)
  if (found.max !== null && found.max > 1)
    unsuitable(`${where} holds ${cellText(found.firstMax)}; ${mustBe}`)
}

/** A cell as a message names it. */
export function cellText(sample: CellSample | null): string {
  return `\`${shortened(sample?.text ?? '')}\` in row ${sample?.row ?? '?'}`
}

/**
 * The values of a column.
 * @throws `data-unsuitable` where it holds lists or structures
 */
export async function category(
  engine: AggregateEngine,
  column: string,
  by: { readonly signal?: AbortSignal | undefined; readonly expected?: readonly string[] },
): Promise<CategoryProfile> {
  refuseNested(engine.table, column)
  const { signal, ...request } = by
  const [profile] = await engine.profile([{ column, as: 'category', ...request }], signal)
  assert(profile?.as === 'category', 'a profile answers its request')
  return profile
}

/** The numbers of a column that is no structure. */
export async function numbers(
  engine: AggregateEngine,
  column: string,
  signal: AbortSignal | undefined,
) {
  refuseNested(engine.table, column)
  const [profile] = await engine.profile([{ column, as: 'number' }], signal)
  assert(profile?.as === 'number', 'a profile answers its request')
  return profile
}

function refuseNested(table: DataTable, name: string): void {
  const column = table.columns.find((c) => c.name === name)
  if (column?.kind !== 'other') return
  unsuitable(
    `${table.path}: column \`${name}\` has the type ${shortened(column.type)}; ` +
      'write it as text, a number or a boolean',
  )
}

/** @throws `data-unsuitable` always */
export function unsuitable(message: string): never {
  throw new OperatingError('data-unsuitable', message)
}
