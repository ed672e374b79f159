// The catalogue of a task's figures: each by itself, and compared between groups in each form.

import type { MeasureDefinition } from '../measure-definition.ts'
import { type GroupForm, groupForms } from './estimate.ts'

/** Facts about a figure of a task. */
export interface FigureFacts {
  readonly title: string
  readonly definition: string
  readonly ideal: number | null
  readonly low: number
  readonly high: number
  readonly needsScores: boolean
  /** Whether every assessment takes it. */
  readonly standard: boolean
  /** The comparisons between groups that every assessment takes; the others where they are asked for. */
  readonly compared: readonly GroupForm[]
}

/** The name of a figure of a task, or of its comparison between groups. */
export type GroupedName<Prefix extends string, Figure extends string> =
  | `${Prefix}.${Figure}`
  | `${Prefix}.${Figure}_${GroupForm}`

/** Every form. */
const groupFormNames: readonly GroupForm[] = ['difference', 'ratio', 'group_max', 'group_min']

/** The forms that a figure has: a ratio of what may be negative says nothing. */
export const formsOf = ({ low }: Pick<FigureFacts, 'low'>): readonly GroupForm[] =>
  groupFormNames.filter((form) => form !== 'ratio' || low >= 0)

/** The facts about a task's figures and all of their comparisons. */
export function groupCatalogue<Prefix extends string, Figure extends string>(
  prefix: Prefix,
  figures: Readonly<Record<Figure, FigureFacts>>,
): Readonly<Record<GroupedName<Prefix, Figure>, MeasureDefinition>> {
  const entries = Object.entries<FigureFacts>(figures).flatMap(([name, facts]) => {
    const { compared, ...own } = facts
    const alone: MeasureDefinition = { ...own, kind: 'rate' }
    const forms = formsOf(facts).map((form): readonly [string, MeasureDefinition] => [
      `${prefix}.${name}_${form}`,
      comparisonOf(facts, form, compared.includes(form)),
    ])
    return [[`${prefix}.${name}`, alone] as const, ...forms]
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from every name
  return Object.fromEntries(entries) as Record<GroupedName<Prefix, Figure>, MeasureDefinition>
}

/** A title inside a sentence: `mean error`, but `R²` and `F1`. */
const withinSentence = (title: string): string =>
  /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title

function comparisonOf(facts: FigureFacts, form: GroupForm, standard: boolean): MeasureDefinition {
  const { title, ideal, definition } = groupForms[form]
  const { low, high } = facts
  const isOwn = form === 'group_max' || form === 'group_min'
  return {
    title: `${facts.title} ${title}`,
    definition: definition(withinSentence(facts.title)),
    ideal: isOwn ? facts.ideal : ideal,
    low: isOwn ? low : 0,
    high: isOwn ? high : form === 'ratio' ? 1 : high - Math.min(0, low),
    needsScores: facts.needsScores,
    kind: 'disparity',
    standard: standard && facts.standard,
  }
}
