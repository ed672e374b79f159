// From what a client sent to what can be written: checked against its deployment, committed to, its subject told by a tag alone. It asks
// nothing of the log's state, and so goes on in another thread as well.

import {
  assert,
  type Bytes,
  type JsonValue,
  OperatingError,
  parseDecisionEntry,
  textOf,
} from '@proofhouse/evidence'
import { checkDecision, type Decision, type OpenDeployment } from './decision.ts'
import { tagSizeBytes } from './key-pages.ts'
import { outcomeOf } from './outcomes.ts'
import { hasRepeatedNames } from './repeated-names.ts'
import { commitDecision, type CommittedDecision, randomBytes } from './sealing.ts'
import { Tagger } from './subject-keys.ts'

/** Decisions of one request at most. */
const requestMax = 2_000

/** A decision that can be written. */
export interface PreparedDecision extends CommittedDecision {
  readonly source: string
  readonly sequence: number
  readonly deployment: string
  readonly timeMs: number
  /** What it is looked up by. */
  readonly outcome: string
  /** Whose key seals it. */
  readonly tag: Buffer
  /** Whether it says that it supersedes another one. */
  readonly isCorrection: boolean
}

/** A decision that can be written, or why it is refused. */
export type Prepared = PreparedDecision | { readonly problem: string }

/** What decisions are checked against, and the key that makes tags of subjects. */
export interface Preparation {
  readonly deployments: ReadonlyMap<string, OpenDeployment>
  readonly tagger: Tagger
}

/** Prepares one decision. */
export function prepare(value: JsonValue | undefined, by: Preparation): Prepared {
  const checked = checkDecision(value, by.deployments)
  if ('problem' in checked) return checked
  const { decision, of } = checked
  const { deployment, sequence, source, time } = decision
  try {
    const { entry, content } = commitDecision(decision, of)
    const outcome = outcomeOf(of, decision.output)
    const tag = tagOf(decision, of, by.tagger)
    const timeMs = Date.parse(time)
    const isCorrection = decision.corrects !== undefined
    const told = { source, sequence, deployment, timeMs, outcome, isCorrection }
    return { ...told, tag, entry, content }
  } catch (error) {
    if (error instanceof OperatingError) return { problem: error.message }
    throw error
  }
}

/** Prepares, in place of a decision, one with nothing about anybody: its person was erased after it was made. */
export function prepareEmptied({ entry }: PreparedDecision, by: Preparation): PreparedDecision {
  const { source, sequence, deployment, time } = parseDecisionEntry(entry)
  const emptied = prepare({ source, sequence, deployment, time, erased: true }, by)
  assert(!('problem' in emptied), 'what a prepared decision leaves when it is emptied is taken')
  return emptied
}

function tagOf(decision: Decision, { deployment }: OpenDeployment, tagger: Tagger): Buffer {
  if (deployment.personal === false) return tagger.tagOf('deployment', deployment.id)
  if (decision.subject !== undefined) return tagger.tagOf('subject', decision.subject)
  return randomBytes(tagSizeBytes)
}

/**
 * The decisions of a request's body.
 * @throws decision-malformed where it is no list, too long a one, or a name stands twice in one object
 */
export function decisionsIn(body: Uint8Array): readonly JsonValue[] {
  let [text, values]: [string, unknown] = ['', null]
  try {
    // Not as a text that is mended: bytes that are none would be replaced, and something else recorded than was sent.
    text = textOf(body)
    values = JSON.parse(text)
  } catch {
    throw new OperatingError('decision-malformed', 'the body is no JSON')
  }
  if (!Array.isArray(values) || values.length > requestMax)
    throw new OperatingError('decision-malformed', `send a list of at most ${requestMax} decisions`)
  if (hasRepeatedNames(text, values))
    throw new OperatingError(
      'decision-malformed',
      'a name stands twice in one object: readers would not agree on what was decided',
    )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse makes nothing else
  return values as readonly JsonValue[]
}

/** Decisions packed for another thread: bytes that are handed over, and few texts that are copied. */
export interface PackedDecisions {
  /** Tag, entry and content of each, one behind the other. */
  readonly bytes: Bytes
  /** Sizes of entry and content; both 0 for one that is refused. */
  readonly sizes: Uint32Array<ArrayBuffer>
  /** Sequence, time, and 1 for one that supersedes another one. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** Places in `texts` of source, deployment and outcome; the first is the problem of one that is refused. */
  readonly names: Uint32Array<ArrayBuffer>
  readonly texts: readonly string[]
}

const namesEach = 3
const numbersEach = 3

/** The decisions of a request's body, prepared and packed. @throws decision-malformed */
export const preparedIn = (body: Uint8Array, by: Preparation): PackedDecisions =>
  pack(decisionsIn(body).map((value) => prepare(value, by)))

/** Packs decisions. */
export function pack(all: readonly Prepared[]): PackedDecisions {
  const sizes = new Uint32Array(all.length * 2)
  const numbers = new Float64Array(all.length * numbersEach)
  const names = new Uint32Array(all.length * namesEach)
  const places = new Map<string, number>()
  const placeOf = (text: string): number => {
    let place = places.get(text)
    if (place === undefined) places.set(text, (place = places.size))
    return place
  }
  let sizeBytes = 0
  for (const [n, one] of all.entries()) {
    if ('problem' in one) {
      names[n * namesEach] = placeOf(one.problem)
      continue
    }
    sizes[n * 2] = one.entry.length
    sizes[n * 2 + 1] = one.content.length
    numbers[n * numbersEach] = one.sequence
    numbers[n * numbersEach + 1] = one.timeMs
    numbers[n * numbersEach + 2] = one.isCorrection ? 1 : 0
    names[n * namesEach] = placeOf(one.source)
    names[n * namesEach + 1] = placeOf(one.deployment)
    names[n * namesEach + 2] = placeOf(one.outcome)
    sizeBytes += tagSizeBytes + one.entry.length + one.content.length
  }
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for (const one of all)
    if (!('problem' in one))
      for (const part of [one.tag, one.entry, one.content]) {
        bytes.set(part, at)
        at += part.length
      }
  return { bytes, sizes, numbers, names, texts: [...places.keys()] }
}

/** Unpacks decisions: views of the bytes they were packed in. */
export function unpack({ bytes, sizes, numbers, names, texts }: PackedDecisions): Prepared[] {
  let at = 0
  const take = (sizeBytes: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + (at += sizeBytes) - sizeBytes, sizeBytes)
  const textAt = (place: number) => texts[names[place] ?? 0] ?? ''
  return Array.from({ length: sizes.length / 2 }, (_, n): Prepared => {
    const entrySize = sizes[n * 2] ?? 0
    if (entrySize === 0) return { problem: textAt(n * namesEach) }
    return {
      tag: take(tagSizeBytes),
      entry: take(entrySize),
      content: take(sizes[n * 2 + 1] ?? 0),
      sequence: numbers[n * numbersEach] ?? 0,
      timeMs: numbers[n * numbersEach + 1] ?? 0,
      isCorrection: numbers[n * numbersEach + 2] === 1,
      source: textAt(n * namesEach),
      deployment: textAt(n * namesEach + 1),
      outcome: textAt(n * namesEach + 2),
    }
  })
}
