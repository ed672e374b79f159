// What a decision is looked up by: the label that its deployment names among its outputs.

import type { JsonValue } from '@proofhouse/evidence'
import type { OpenDeployment } from './decision.ts'

/** What a decision is looked up by, of its content. */
export function outcomeIn(
  of: OpenDeployment | undefined,
  groups: Readonly<Record<string, JsonValue>>,
): string {
  const name = of?.deployment.outcome
  if (name === undefined) return ''
  const apart = `output/${name}`
  return Object.hasOwn(groups, apart) ? labelOf(groups[apart]) : outcomeOf(of, groups['output'])
}

/** What a decision is looked up by, of its output. */
export function outcomeOf(of: OpenDeployment | undefined, output: JsonValue | undefined): string {
  const name = of?.deployment.outcome
  if (name === undefined || typeof output !== 'object' || output === null) return ''
  return Object.hasOwn(output, name) ? labelOf(Reflect.get(output, name)) : ''
}

const labelOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'boolean' ? String(value).slice(0, 128) : ''
