// Commitments to the groups of a decision: a salted hash each, so that one can be shown without the others and none can be guessed.
// The salts come from one random record salt that lies in the sealed payload alone: with it gone, a commitment says nothing.
// Page: spec/decisions.md.

import { type Sha256, sha256 } from './digest.ts'
import { type Bytes, concatBytes, equalBytes, utf8 } from './encoding.ts'
import { assert } from './errors.ts'

/** What a decision consists of; single fields are `group/field`. */
export const decisionGroups = [
  'context',
  'explanation',
  'id',
  'input',
  'output',
  'subject',
] as const

/** Length of a record salt in bytes. */
export const recordSaltSizeBytes = 32
/** Length of a group's salt in bytes. */
export const groupSaltSizeBytes = 16
/** A name's length is one byte before it is hashed. */
export const groupNameSizeMaxBytes = 255

const groupLabel = utf8('proofhouse.dev/decision/v1\0')
const saltLabel = utf8('proofhouse.dev/decision-salt/v1\0')

const names: ReadonlySet<string> = new Set(decisionGroups)

/** Whether a text names a group, or one field of a group. */
export function isGroupName(name: string): boolean {
  const slash = name.indexOf('/')
  return (
    names.has(slash < 0 ? name : name.slice(0, slash)) &&
    slash !== name.length - 1 &&
    name.isWellFormed() &&
    utf8(name).length <= groupNameSizeMaxBytes
  )
}

/** `u8 length ‖ name`. */
function sizedName(name: string): Bytes {
  const bytes = utf8(name)
  assert(bytes.length > 0 && bytes.length <= groupNameSizeMaxBytes, `group name \`${name}\``)
  return concatBytes(Uint8Array.of(bytes.length), bytes)
}

/**
 * The salt of a group: the first 16 bytes of `SHA256(label ‖ record salt ‖ u8 len(name) ‖ name)`.
 * @param recordSalt 32 random bytes, never used for another decision
 */
export function groupSalt(recordSalt: Uint8Array, name: string, hash: Sha256 = sha256): Bytes {
  assert(recordSalt.length === recordSaltSizeBytes, 'a record salt has 32 bytes')
  return new Uint8Array(
    hash(concatBytes(saltLabel, recordSalt, sizedName(name))).subarray(0, groupSaltSizeBytes),
  )
}

/** What is hashed for a group: `label ‖ u8 len(name) ‖ name ‖ salt ‖ canonical JSON of the value`. */
function commitmentInput(name: string, salt: Uint8Array, value: Uint8Array): Bytes {
  assert(salt.length === groupSaltSizeBytes, 'a group salt has 16 bytes')
  return concatBytes(groupLabel, sizedName(name), salt, value)
}

/** What a commitment was made of. */
export interface OpenedCommitment {
  readonly name: string
  readonly salt: Uint8Array
  /** Canonical JSON. */
  readonly value: Uint8Array
}

/** The commitment to a group's value. */
export function commit({ name, salt, value }: OpenedCommitment, hash: Sha256 = sha256): Bytes {
  return new Uint8Array(hash(commitmentInput(name, salt, value)))
}

/** Whether a commitment was made of this. */
export function isCommitment(
  commitment: Uint8Array,
  opened: OpenedCommitment,
  hash: Sha256 = sha256,
): boolean {
  return equalBytes(commitment, commit(opened, hash))
}
