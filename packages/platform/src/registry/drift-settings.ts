// `drift:` in the system file: its defaults, and what its shape cannot say.

import {
  defaultDriftOptions,
  type DriftOptions,
  driftTestNames,
  isOverTimeMeasure,
  ownThreshold,
  type Rule,
} from '../assess/index.ts'
import { nearestName } from '../nearest-name.ts'
import type { DriftSource } from './drift-schema.ts'

/** How to compare two periods. */
export interface DriftSettings extends DriftOptions {
  /** Columns that are not compared. */
  readonly ignore: readonly string[]
}

/** The settings with every default filled in. */
export function driftOf(source: DriftSource): DriftSettings {
  const choice = (test: DriftSource['numbers']) =>
    test === undefined ? null : { test: test.test, threshold: test.threshold ?? null }
  return {
    numbers: choice(source.numbers),
    categories: choice(source.categories),
    columns: Object.fromEntries(
      Object.entries(source.columns ?? {}).map(([name, { test, threshold = null }]) => [
        name,
        { test, threshold },
      ]),
    ),
    ignore: source.ignore ?? [],
    share: source.share ?? defaultDriftOptions.share,
  }
}

/** Ends reading with a message about a place of the file. */
export type Refuse = (segments: readonly (string | number)[], message: string) => never

/** Every test asked for exists, is for the kind of column it is asked for, and has a threshold. */
export function checkDriftTests(drift: DriftSettings, refuse: Refuse): void {
  const check = (
    at: readonly string[],
    choice: DriftOptions['numbers'],
    names: readonly string[],
    what: string,
  ): void => {
    if (choice === null) return
    const { test, threshold } = choice
    if (!names.includes(test)) {
      const near = nearestName(test, names)
      refuse(
        [...at, 'test'],
        `there is no test \`${test}\` ${what}; ` +
          (near === undefined ? `there are ${names.join(', ')}` : `did you mean \`${near}\`?`),
      )
    }
    if (threshold === null && ownThreshold(test) === null)
      refuse(at, `\`${test}\` has no threshold of its own; give one in \`threshold\``)
  }
  const { numbers, categories } = driftTestNames
  check(['drift', 'numbers'], drift.numbers, numbers, 'for numbers')
  check(['drift', 'categories'], drift.categories, categories, 'for categories')
  const all = [...new Set([...numbers, ...categories])]
  for (const [name, choice] of Object.entries(drift.columns))
    check(['drift', 'columns', name], choice, all, 'of drift')
}

/** A measure of drift needs two periods, and is over one column or none. */
export function checkDriftRule(
  data: { readonly reference?: string; readonly current?: string },
  rule: Rule,
  refuse: (message: string) => never,
): void {
  if (data.reference === undefined || data.current === undefined)
    refuse(
      `\`${rule.measure}\` compares two periods; name them in \`data.reference\` and \`data.current\``,
    )
  if (isOverTimeMeasure(rule.measure) && rule.over.length > 0)
    refuse(`\`${rule.measure}\` is over both periods as wholes; remove \`over\``)
  if (rule.over.length > 1)
    refuse(`\`${rule.measure}\` is over one column, or over none for the one that changed most`)
  if (rule.slice !== undefined) refuse(`\`${rule.measure}\` has no slices; remove \`slice\``)
}
