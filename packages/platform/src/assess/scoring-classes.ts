// Which of the data's two label values each class of the model is. Getting this wrong turns every measure upside down,
// so it is never guessed: it is declared, or named by the model's own file, or the names are the same on both sides.

import { OperatingError } from '@proofhouse/evidence'
import { canonicalText, listed } from './dataset-values.ts'

/** What is known about the classes. */
export interface ClassRequest {
  /** Name of the model, for messages. */
  readonly model: string
  /** The two label values of the data, canonical. */
  readonly labels: readonly [string, string]
  /** `model.classes` of the configuration, in the order of the model's outputs. */
  readonly declared: readonly string[] | null
  /** Class names found in the model's file, in its order; null when it names none. */
  readonly found: readonly string[] | null
  /** Whether the model's label output is text: then its values are names, not positions. */
  readonly namesItself: boolean
}

/** Label values by position in the model's outputs. */
export type Classes = readonly [string, string]

/** Position in {@link Classes} of each value of the model's label output; empty when they cannot be told. */
export type ClassPositions = ReadonlyMap<string, number>

/**
 * Matches the model's classes with the data's label values.
 * @throws `model-mismatch` saying what to write under `model.classes` where it cannot be known
 */
export function matchClasses(request: ClassRequest): {
  classes: Classes
  positions: ClassPositions
} {
  const { labels, model, declared } = request
  const found = request.found?.map((name) => canonicalText(name) ?? '') ?? null
  if (found !== null && found.length !== 2)
    mismatch(
      model,
      `tells ${found.length} classes apart (${listed(found)}); only two can be assessed`,
    )
  const classes = chooseClasses(request, found)
  if (declared !== null && found !== null && sameSet(found, labels) && found[0] !== classes[0])
    mismatch(
      model,
      `names its classes ${listed(found)}, in this order, and \`model.classes\` says ${listed(declared)}; ` +
        'correct `model.classes` or leave it out',
    )
  return { classes, positions: ownPositions(request, found, classes) }
}

/** The model's own class names, by position: as its file names them, or as its label output would. */
function ownPositions(
  { namesItself }: ClassRequest,
  found: readonly string[] | null,
  classes: Classes,
): ClassPositions {
  if (found !== null) return byName(sameSet(found, classes) ? classes : found)
  if (namesItself || sameSet(['0', '1'], classes)) return byName(classes)
  // A number may be a position or a label value: only where it cannot be both is it read at all.
  if (classes.some((name) => ['0', '1'].includes(name))) return byName([])
  return byName(['0', '1'])
}

function chooseClasses(request: ClassRequest, found: readonly string[] | null): Classes {
  const { labels, declared, model, namesItself } = request
  if (declared !== null) {
    const given = declared.map((name) => canonicalText(name) ?? '')
    if (sameSet(given, labels)) return [given[0] ?? '', given[1] ?? '']
    throw new OperatingError(
      'config-invalid',
      `\`model.classes\` lists ${listed(declared)}, and the label is ${listed(labels)}; ` +
        'list exactly the label values, in the order of the model’s outputs',
    )
  }
  if (found !== null && sameSet(found, labels)) return [found[0] ?? '', found[1] ?? '']
  const sorted: Classes = labels[0] < labels[1] ? labels : [labels[1], labels[0]]
  const isNatural = ['0 1', 'false true'].includes(sorted.join(' '))
  // A label output of text is compared row by row with the probabilities, which shows whether this order is right.
  if (isNatural && (found === null || sameSet(found, ['0', '1']))) return sorted
  if (namesItself && found === null) return sorted
  const own = found === null ? 'does not name its classes' : `names its classes ${listed(found)}`
  return mismatch(
    model,
    `${own}, and the label is ${listed(labels)}; say which is which, in the order of the model's outputs: ` +
      `\`model.classes: [${sorted.join(', ')}]\` or \`[${sorted.toReversed().join(', ')}]\``,
  )
}

function byName(names: readonly string[]): ClassPositions {
  return new Map(names.map((name, position) => [name, position]))
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length && new Set(a).size === a.length && a.every((name) => b.includes(name))
  )
}

function mismatch(model: string, problem: string): never {
  throw new OperatingError('model-mismatch', `${model}: the model ${problem}`)
}
