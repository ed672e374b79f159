// What of a decision is kept outside the log: the record salt and the groups' values, sealed with AES-256-GCM under the key of the
// person they are about. Here is what is sealed and what it is bound to; sealing itself is the host's. Page: spec/decisions.md.

import { isGroupName, recordSaltSizeBytes } from './commitment.ts'
import { type Bytes, concatBytes, utf8 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { isJsonObject, type JsonValue } from './json.ts'
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'

const label = utf8('proofhouse.dev/sealed-decision/v1\0')

/** What a sealed payload is bound to: with any other of these it does not open. */
export interface SealedPlace {
  readonly tenant: string
  /** Origin of the decision log. */
  readonly origin: string
  /** The entry's bytes: source, sequence, deployment and commitments among them. */
  readonly entry: Uint8Array
}

/** A decision's content, unsealed. */
export interface DecisionContent {
  readonly recordSalt: Bytes
  /** Group name → value. */
  readonly groups: Readonly<Record<string, JsonValue>>
}

function sized(bytes: Uint8Array): Bytes {
  const framed = new Uint8Array(4 + bytes.length)
  new DataView(framed.buffer).setUint32(0, bytes.length)
  framed.set(bytes, 4)
  return framed
}

/** The associated data of a sealed payload: `label ‖ u32 len ‖ tenant ‖ u32 len ‖ origin ‖ u32 len ‖ entry`. */
export function sealedAssociatedData({ tenant, origin, entry }: SealedPlace): Bytes {
  return concatBytes(label, sized(utf8(tenant)), sized(utf8(origin)), sized(entry))
}

/** What is sealed: `record salt ‖ canonical JSON of an object, group name → value`. */
export function encodeDecisionContent({ recordSalt, groups }: DecisionContent): Bytes {
  assert(recordSalt.length === recordSaltSizeBytes, 'a record salt has 32 bytes')
  return concatBytes(recordSalt, canonicalJson(groups))
}

/** Reads what was sealed. @throws decision-malformed */
export function decodeDecisionContent(bytes: Uint8Array): DecisionContent {
  const refuse = (problem: string, cause?: unknown) =>
    new OperatingError('decision-malformed', `the content of a decision ${problem}`, { cause })
  let groups: JsonValue
  try {
    groups = parseCanonicalJson(bytes.subarray(recordSaltSizeBytes))
  } catch (cause) {
    throw refuse('is not a salt and canonical JSON', cause)
  }
  if (!isJsonObject(groups) || !Object.keys(groups).every((name) => isGroupName(name)))
    throw refuse('has other names than those of groups')
  return { recordSalt: new Uint8Array(bytes.subarray(0, recordSaltSizeBytes)), groups }
}
