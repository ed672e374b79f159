// A decision as a program hands it to the client, and as the client spools and sends it: JSON, with the number that its source gives it.

import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonObject, OperatingError } from '@proofhouse/evidence'

/** A decision of a deployed model. */
export type Decision = {
  /** Its deployment, as declared. */
  readonly deployment: string
  readonly input: JsonObject
  readonly output: JsonObject
  /** A pseudonym of the person; without one the decision is its own subject. */
  readonly subject?: string
  readonly explanation?: JsonObject
  readonly context?: JsonObject
  /** Your own name of it; by default a random one. */
  readonly id?: string
  /** When it was decided, UTC, RFC 3339; by default now. */
  readonly time?: string
  /** The entry that it supersedes. */
  readonly corrects?: { readonly log: string; readonly index: number }
}

/** What the log takes of one decision at most, all in all. */
const textMaxBytes = 1_048_576
const idPattern = /^[A-Za-z0-9._-]{1,128}$/
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const nameMax = 256

/** A decision on its way into the spool. */
export interface EncodedDecision {
  /** Its JSON under a number. */
  textOf(sequence: number): string
  readonly sizeBytes: number
  readonly subject: string | undefined
}

const malformed = (message: string) => new OperatingError('decision-malformed', message)

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= nameMax && value.isWellFormed()

/** A source's name as the log takes it. @throws usage-invalid */
export function checkSource(source: string): void {
  if (!idPattern.test(source))
    throw new OperatingError(
      'usage-invalid',
      'a `source` has 1 to 128 letters, digits, `.`, `_` or `-`',
    )
}

/**
 * Encodes a decision. What only its deployment can tell is left to the log.
 * @throws decision-malformed for what no deployment takes; entry-too-large
 */
export function encodeDecision(decision: Decision, source: string, now: Date): EncodedDecision {
  const {
    id = randomUUID(),
    time = now.toISOString(),
    deployment,
    subject,
    input,
    output,
  } = decision
  if (!isName(id)) throw malformed('`id` must be a text of 1 to 256 characters')
  if (!timePattern.test(time)) throw malformed('`time` must be a moment like 2026-01-31T12:00:00Z')
  if (!idPattern.test(deployment))
    throw malformed('`deployment` must be 1 to 128 letters, digits, `.`, `_` or `-`')
  if (subject !== undefined && !isName(subject))
    throw malformed('`subject` must be a text of 1 to 256 characters')
  if (!isJsonObject(input) || !isJsonObject(output))
    throw malformed('`input` and `output` must be objects')
  const { explanation, context, corrects } = decision
  const about = { subject, input, output, explanation, context, corrects }
  const text = jsonOf({ source, id, time, deployment, ...about })
  const sizeBytes = Buffer.byteLength(text)
  if (sizeBytes > textMaxBytes)
    throw new OperatingError('entry-too-large', `a decision has at most ${textMaxBytes} bytes`)
  const textOf = (sequence: number) => `{"sequence":${sequence},${text.slice(1)}`
  return { textOf, sizeBytes, subject }
}

function jsonOf(value: object): string {
  const text = written(value)
  // JSON would say null, and another decision than that which was taken would be kept.
  if (text.includes('null') && hasNoNumber(value))
    throw malformed('`NaN` and infinite numbers have no spelling in JSON')
  return text
}

function written(value: object): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new OperatingError('decision-malformed', 'the decision cannot be said in JSON', { cause })
  }
}

/** Whether a number that is none stands in a value, which has no cycles. */
function hasNoNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(hasNoNumber)
}

/** What a spooled text says of its decision. */
export interface SpooledDecision {
  readonly sequence: number
  readonly source: string
  readonly time: string
  readonly deployment: string
  readonly subject?: string
}

/** Reads a spooled text. */
export function readSpooled(text: string): SpooledDecision {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `encodeDecision` alone makes them, and they are sealed
  return JSON.parse(text) as SpooledDecision
}

/** What is sent in place of a decision that was erased before it was sent. */
export function erasedText({ sequence, source, time, deployment }: SpooledDecision): string {
  return JSON.stringify({ sequence, source, time, deployment, erased: true })
}
