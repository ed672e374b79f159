// Whether `changes:` in the system file fits the data, before anything is attacked: what it names must be there to change.

import { OperatingError } from '@proofhouse/evidence'
import {
  type AggregateEngine,
  canonicalText,
  type ColumnChange,
  type ReadColumn,
} from '../assess/index.ts'
import { nearestName } from '../nearest-name.ts'

/**
 * @param asked the model's columns
 * @throws config-invalid naming the column, and the nearest name that there is
 */
export async function checkChanges(
  changes: Readonly<Record<string, ColumnChange>>,
  asked: readonly Pick<ReadColumn, 'name' | 'as'>[],
  test: AggregateEngine,
): Promise<void> {
  for (const [name, change] of Object.entries(changes)) {
    const column = asked.find((one) => one.name === name)
    if (column === undefined)
      throw refusal(
        `\`${name}\` is no column that the model reads${nearest(
          name,
          asked.map((one) => one.name),
        )}`,
      )
    const { min, max, step, allowed } = change
    if (column.as === 'number') {
      if (allowed !== undefined)
        throw refusal(
          `\`${name}\` is a number: state \`min\`, \`max\` or \`step\`, not \`allowed\``,
        )
      if (min !== undefined && max !== undefined && min > max)
        throw refusal(`\`${name}\` has a \`min\` of ${min} above its \`max\` of ${max}`)
      continue
    }
    if (min !== undefined || max !== undefined || step !== undefined)
      throw refusal(
        `\`${name}\` is a category: state \`allowed\`, not \`min\`, \`max\` or \`step\``,
      )
    if (allowed !== undefined) await checkCategories(name, allowed, test)
  }
}

async function checkCategories(
  name: string,
  allowed: readonly string[],
  test: AggregateEngine,
): Promise<void> {
  const [profile] = await test.profile([{ column: name, as: 'category-counts' }])
  // Of a column with too many values to list, nobody can say which are misspelt.
  if (profile?.as !== 'category-counts' || profile.values === null) return
  const { values } = profile
  const unknown = allowed.find((value) => !values.includes(canonicalText(value) ?? ''))
  if (unknown !== undefined)
    throw refusal(
      `\`${unknown}\` is no value of \`${name}\` in the test data${nearest(unknown, values)}`,
    )
}

function nearest(name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  return near === undefined ? '' : `; did you mean \`${near}\`?`
}

const refusal = (problem: string): OperatingError =>
  new OperatingError('config-invalid', `\`changes\`: ${problem}`)
