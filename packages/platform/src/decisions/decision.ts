// A decision as a client hands it in, and whether it can be accepted: the shape that every decision has, and the fields that its
// deployment declares. No message repeats a value: it may be somebody's.

import {
  type DecisionEntry,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@proofhouse/evidence'
import { type Deployment, type FieldCheck, fieldCheck } from './deployment.ts'

/** A decision, as it is handed in. */
export type Decision = {
  /** The client's own name of it. */
  readonly id: string
  readonly source: string
  /** From 0, without gaps, per source. */
  readonly sequence: number
  /** UTC, RFC 3339. */
  readonly time: string
  readonly deployment: string
  /** A pseudonym of the person; without one the decision is its own subject. */
  readonly subject?: string
  /** Not there in one whose content was erased before it came. */
  readonly input?: JsonObject
  readonly output?: JsonObject
  readonly explanation?: JsonObject
  readonly context?: JsonObject
  /** The decision that this one supersedes. */
  readonly corrects?: { readonly log: string; readonly index: number }
}

/** A deployment, ready to take decisions. */
export interface OpenDeployment {
  readonly deployment: Deployment
  /** Version of its declaration, from 1. */
  readonly version: number
  /** The versions before it, in their order: what entries were made under keeps its meaning. */
  readonly earlier: readonly OpenDeployment[]
  readonly input: FieldCheck
  readonly output: FieldCheck
  /** Fields masked, dropped and kept apart, by group. */
  readonly changes: ReadonlyMap<string, FieldChanges>
}

/** What is done with single fields of a group. */
export interface FieldChanges {
  readonly mask: readonly string[]
  readonly drop: readonly string[]
  readonly apart: readonly string[]
}

const idPattern = /^[A-Za-z0-9._-]{1,128}$/
const timePattern = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/
const textMax = 256
/** How deep what a decision holds may nest: readers of contents and of receipts, which wrap it, stop at 64. */
const depthMax = 32
const fields: ReadonlySet<string> = new Set([
  'id',
  'source',
  'sequence',
  'time',
  'deployment',
  'subject',
  'input',
  'output',
  'explanation',
  'context',
  'corrects',
])

/**
 * Makes the checks of a deployment once.
 * @param before the version that this one follows; null for the first
 */
export function openDeployment(
  deployment: Deployment,
  before: OpenDeployment | null = null,
): OpenDeployment {
  const changes = new Map<string, FieldChanges>()
  for (const group of ['input', 'output', 'explanation', 'context']) {
    const of = (paths: readonly string[] = []) =>
      paths
        .filter((path) => path.startsWith(`${group}/`))
        .map((path) => path.slice(group.length + 1))
    const change = {
      mask: of(deployment.mask),
      drop: of(deployment.drop),
      apart: of(deployment.apart),
    }
    if (Object.values(change).some((list) => list.length > 0)) changes.set(group, change)
  }
  return {
    deployment,
    version: before === null ? 1 : before.version + 1,
    earlier: before === null ? [] : [...before.earlier, before],
    input: fieldCheck(deployment.input),
    output: fieldCheck(deployment.output),
    changes,
  }
}

/** Deployments, each given by its versions in their order. */
export function openVersions(
  all: Iterable<readonly Deployment[]>,
): ReadonlyMap<string, OpenDeployment> {
  const opened = new Map<string, OpenDeployment>()
  for (const versions of all)
    for (const one of versions) opened.set(one.id, openDeployment(one, opened.get(one.id) ?? null))
  return opened
}

/** The version of a deployment that an entry was made under; undefined where it is not known. */
export function declaredBy(
  deployments: ReadonlyMap<string, OpenDeployment>,
  { deployment, declaration = 1 }: Pick<DecisionEntry, 'deployment' | 'declaration'>,
): OpenDeployment | undefined {
  const newest = deployments.get(deployment)
  return newest?.version === declaration ? newest : newest?.earlier[declaration - 1]
}

const isText = (value: JsonValue | undefined, max = textMax): value is string =>
  typeof value === 'string' && value !== '' && value.length <= max && value.isWellFormed()

const isId = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && idPattern.test(value)

/** INVARIANT: whoever reads the entry accepts the time too; days that no month has are among those that `Date` takes. */
const isTime = (value: JsonValue | undefined): boolean => {
  if (typeof value !== 'string' || !timePattern.test(value)) return false
  const [year, month, day] = [value.slice(0, 4), value.slice(5, 7), value.slice(8, 10)].map(Number)
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12)
    return false
  return day >= 1 && day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Whether a value nests in at most so many levels; what lies deeper is not looked at. */
function isWithin(value: JsonValue | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  const members: Iterable<JsonValue> = Array.isArray(value) ? value : Object.values(value)
  for (const member of members)
    if (typeof member === 'object' && member !== null)
      if (levels === 1 || !isWithin(member, levels - 1)) return false
  return true
}

const isPlace = (value: JsonValue | undefined): boolean =>
  isJsonObject(value) &&
  isText(value['log']) &&
  Number.isSafeInteger(value['index']) &&
  Number(value['index']) >= 0 &&
  Object.keys(value).length === 2

/** What is wrong with a decision's own fields, in words; null when nothing is. */
function problemOfShape(value: JsonObject): string | null {
  const { sequence } = value
  if (!isText(value['id'])) return '`id` must be a text of 1 to 256 characters'
  if (!isId(value['source'])) return '`source` must be 1 to 128 letters, digits, `.`, `_` or `-`'
  if (!Number.isSafeInteger(sequence) || Number(sequence) < 0)
    return '`sequence` must be a whole number, zero or more'
  if (!isTime(value['time'])) return '`time` must be a moment like 2026-01-31T12:00:00Z'
  if (value['subject'] !== undefined && !isText(value['subject']))
    return '`subject` must be a text of 1 to 256 characters'
  for (const name of ['input', 'output'])
    if (!isJsonObject(value[name])) return `\`${name}\` must be an object`
  for (const name of ['explanation', 'context'])
    if (value[name] !== undefined && !isJsonObject(value[name]))
      return `\`${name}\` must be an object`
  for (const name of ['explanation', 'context'])
    if (!isWithin(value[name], depthMax)) return `\`${name}\` nests deeper than ${depthMax} levels`
  if (value['corrects'] !== undefined && !isPlace(value['corrects']))
    return '`corrects` must be `{log, index}`'
  for (const name of Object.keys(value))
    if (!fields.has(name)) return `\`${name.slice(0, 40)}\` is not a field of a decision`
  return null
}

/** A decision that can be accepted, with its deployment; or what is wrong with it. */
export type CheckedDecision =
  | { readonly decision: Decision; readonly of: OpenDeployment }
  | { readonly problem: string }

/** Whether a value handed in can be accepted. */
export function checkDecision(
  value: JsonValue | undefined,
  deployments: ReadonlyMap<string, OpenDeployment>,
): CheckedDecision {
  if (!isJsonObject(value)) return { problem: 'a decision is an object' }
  if (value['erased'] === true) return checkErased(value, deployments)
  const problem = problemOfShape(value)
  if (problem !== null) return { problem }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the check above is the proof
  const decision = value as Decision
  const of = deployments.get(decision.deployment)
  if (of === undefined) return { problem: '`deployment` names none that is known' }
  if (of.deployment.personal === false && decision.subject !== undefined)
    return { problem: '`subject`: the deployment declares that its decisions are about nobody' }
  const wrong = of.input(decision.input ?? {})
  if (wrong !== null) return { problem: `input: ${wrong}` }
  const wrongOut = of.output(decision.output ?? {})
  if (wrongOut !== null) return { problem: `output: ${wrongOut}` }
  return { decision, of }
}

/** What a client sends in place of a decision that it erased before it was sent. */
function checkErased(
  value: JsonObject,
  deployments: ReadonlyMap<string, OpenDeployment>,
): CheckedDecision {
  const { erased: _said, ...rest } = value
  const other = ['id', 'subject', 'input', 'output', 'explanation', 'context', 'corrects'].find(
    (name) => rest[name] !== undefined,
  )
  if (other !== undefined)
    return { problem: `\`${other}\` is not a field of a decision that was erased before it came` }
  const problem = problemOfShape({ ...rest, id: 'erased', input: {}, output: {} })
  if (problem !== null) return { problem }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the check above is the proof
  const decision = emptiedDecision(rest as Decision)
  const of = deployments.get(decision.deployment)
  return of === undefined
    ? { problem: '`deployment` names none that is known' }
    : { decision, of: { ...of, changes: new Map() } }
}

/** What stands where a content would: said by a client that erased it before it was sent, or by the log itself. */
const emptied = 'before it came'

/** A decision without anything about anybody. */
function emptiedDecision(
  of: Pick<Decision, 'source' | 'sequence' | 'time' | 'deployment'>,
): Decision {
  const { source, sequence, time, deployment } = of
  return { id: 'erased', source, sequence, time, deployment, context: { erased: emptied } }
}

/** Whether groups of a content are those of an emptied decision. */
export function isEmptied(
  groups: Readonly<Record<string, JsonValue | undefined>> | Decision,
): boolean {
  const { context, input } = groups
  return input === undefined && isJsonObject(context) && context['erased'] === emptied
}
