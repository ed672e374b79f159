// What the client says to the log and hears from it.

import { isJsonObject, type JsonValue, OperatingError } from '@proofhouse/evidence'

/** An answer to one request. */
export interface Answer {
  readonly status: number
  /** What it holds, where that is JSON; null otherwise. */
  readonly value: JsonValue
  /** When to come again, where it says so. */
  readonly retryAfterMs: number | null
}

/** Who carries requests. */
export interface Transport {
  /** @throws server-unreachable where there is no answer; server-refused for one that is none of the log's */
  post(path: string, body: string, signal: AbortSignal): Promise<Answer>
}

/** What became of a decision. `erased`: it has its entry, without content, since its person was erased. */
export type Outcome =
  | { readonly status: 'accepted' | 'repeated' | 'erased'; readonly index: number }
  | { readonly status: 'refused'; readonly problem: string }

/** What a log tells a spool before it sends. */
export interface Greeting {
  /** Number after the highest that has come of its source. */
  readonly next: number
  /** Positions of those held who were erased since. */
  readonly erased: readonly number[]
  /** How long the log remembers whom it erased. */
  readonly rememberedMs: number
}

const noAnswer = (what: string) =>
  new OperatingError('server-refused', `the log's answer is not one: ${what}`)

const isCount = (value: JsonValue | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

function outcomeIn(value: JsonValue | undefined): Outcome {
  const { status, index, problem } = isJsonObject(value) ? value : {}
  if (status === 'refused')
    return { status, problem: typeof problem === 'string' ? problem : 'no reason was given' }
  if ((status === 'accepted' || status === 'repeated' || status === 'erased') && isCount(index))
    return { status, index }
  throw noAnswer('an outcome is none')
}

/** The outcomes of so many decisions. @throws server-refused */
export function readOutcomes(value: JsonValue, count: number): readonly Outcome[] {
  const outcomes = isJsonObject(value) ? value['outcomes'] : undefined
  if (!Array.isArray(outcomes) || outcomes.length !== count)
    throw noAnswer(`it has not the outcomes of ${count} decisions`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON holds
  return (outcomes as readonly JsonValue[]).map(outcomeIn)
}

/** What a log tells a spool. @throws server-refused */
export function readGreeting(value: JsonValue): Greeting {
  const { next, erased, rememberedMs } = isJsonObject(value) ? value : {}
  if (!isCount(next) || !isCount(rememberedMs) || !Array.isArray(erased))
    throw noAnswer('it does not tell a spool what it asks')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON holds
  return { next, rememberedMs, erased: (erased as readonly JsonValue[]).filter(isCount) }
}

/** The registered code that a problem bears; null for other answers. */
export function problemOf({
  value,
}: Answer): { readonly code: string; readonly detail: string } | null {
  const { type, title, detail } = isJsonObject(value) ? value : {}
  const isOurs = typeof type === 'string' && type.startsWith('https://proofhouse.dev/errors#')
  if (!isOurs || typeof title !== 'string') return null
  return { code: title, detail: typeof detail === 'string' ? detail : title }
}
