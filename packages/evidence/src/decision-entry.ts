// The entry of one decision in a decision log: which deployment decided, when, as which number of which source, and a salted
// commitment to each group of what was decided about whom. Nothing in it is about the person. Page: spec/decisions.md.

import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { groupNameSizeMaxBytes, isGroupName } from './commitment.ts'
import { digestSizeBytes, type HexDigest } from './digest.ts'
import { type Bytes, fromBase64 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { isJsonObject } from './json.ts'
import {
  type Check,
  count,
  idText,
  mapOf,
  oneOf,
  record,
  refuseShape,
  sha256Text,
  type Shape,
  shapeOf,
  someText,
  timestamp,
} from './shape.ts'

/** The `type` of every decision entry. */
export const decisionType = 'https://proofhouse.dev/decision/v1'

/** A decision's entry, read. */
export type DecisionEntry = {
  readonly type: typeof decisionType
  /** Id of the deployment that decided. */
  readonly deployment: string
  /** Root digest of the model. */
  readonly model: HexDigest
  /** Who numbered it: one client, one process of it. */
  readonly source: string
  /** From 0, without gaps, per source. */
  readonly sequence: number
  /** When it was decided, as its source says: UTC, RFC 3339. */
  readonly time: string
  /** Group name → SHA-256 in base64. */
  readonly commitments: Readonly<Record<string, string>>
  /** Version of the deployment's declaration, where it is not the first. */
  readonly declaration?: number
  /** The entry that this one supersedes. */
  readonly corrects?: { readonly log: string; readonly index: number }
}

const laterVersion: Check = (value, at, direction) => {
  count(value, at, direction)
  if (value === 0 || value === 1) refuseShape(at, 'a version from 2; the first is not named')
}

const commitment: Check = (value, at) => {
  if (typeof value !== 'string' || value.length !== 44 || !isDigest(value))
    refuseShape(at, 'a SHA-256 digest in base64')
}

function isDigest(text: string): boolean {
  try {
    return fromBase64(text).length === digestSizeBytes
  } catch {
    return false
  }
}

const commitments: Check = (value, at, direction) => {
  mapOf(commitment, { sizeMin: 1 })(value, at, direction)
  const names = isJsonObject(value) ? Object.keys(value) : []
  const bad = names.find((name) => !isGroupName(name))
  if (bad !== undefined)
    refuseShape(
      `${at}.${bad}`,
      `named for a group, or a group, a slash and a field, in at most ${groupNameSizeMaxBytes} bytes`,
    )
}

const entryShape: Shape<DecisionEntry> = shapeOf(
  record(
    {
      type: oneOf([decisionType]),
      deployment: idText,
      model: sha256Text,
      source: idText,
      sequence: count,
      time: timestamp,
      commitments,
    },
    { declaration: laterVersion, corrects: record({ log: someText, index: count }) },
  ),
)

/** The bytes of an entry: canonical JSON. @throws statement-malformed */
export function encodeDecisionEntry(entry: DecisionEntry): Bytes {
  return canonicalJson(entryShape(entry, 'decision', 'write'))
}

/**
 * Reads an entry; fields that nobody here knows are kept.
 * @throws decision-malformed
 */
export function parseDecisionEntry(bytes: Uint8Array): DecisionEntry {
  try {
    return entryShape(parseCanonicalJson(bytes), 'decision', 'read')
  } catch (cause) {
    throw new OperatingError(
      'decision-malformed',
      `the entry is no decision: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      { cause },
    )
  }
}
