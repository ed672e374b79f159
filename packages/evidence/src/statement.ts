// in-toto Statement v1 (github.com/in-toto/attestation, spec/v1/statement.md): a predicate of a
// named type about artifacts named by digest. Statements are written as canonical JSON and read
// from any unambiguous JSON.
// INVARIANT: what makeStatement returns passes readStatement, whatever the predicate type.

import { canonicalJson } from './canonical-json.ts'
import type { Bytes } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'
import {
  anything,
  anyText,
  type Check,
  listOf,
  mapOf,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  someText,
  textLike,
  uriText,
} from './shape.ts'

/** The `_type` of every statement. */
const statementType = 'https://in-toto.io/Statement/v1'

/** The DSSE payload type of a statement in JSON. */
export const statementPayloadType = 'application/vnd.in-toto+json'

/** An artifact, by digest, URI or content (spec/v1/resource_descriptor.md). */
export type ResourceDescriptor = {
  readonly name?: string
  readonly uri?: string
  /** Algorithm → lower-case hexadecimal digest. */
  readonly digest?: Readonly<Record<string, string>>
  /** Base64. */
  readonly content?: string
  readonly downloadLocation?: string
  readonly mediaType?: string
  readonly annotations?: JsonObject
}

/** A statement that its predicate holds for its subjects (DESIGN glossary: statement subjects). */
export type Statement<Predicate> = {
  readonly _type: typeof statementType
  readonly subject: readonly ResourceDescriptor[]
  readonly predicateType: string
  readonly predicate: Predicate
}

/** A predicate type: its URI and the shape every predicate of it has. */
export interface PredicateType<Predicate> {
  readonly uri: string
  readonly shape: Shape<Predicate>
}

const digestText = textLike(/^([0-9a-f]{2})+$/, 'a digest in lower-case hexadecimal')

/** Optional fields of a descriptor, each where present. */
const descriptorFields = {
  name: anyText,
  uri: uriText,
  digest: mapOf(digestText, { sizeMin: 1 }),
  content: anyText,
  downloadLocation: uriText,
  mediaType: someText,
  annotations: mapOf(anything),
} as const

/** A descriptor that names something: a URI, a digest or the content itself. */
export const resourceDescriptor: Check = (value, at, direction) => {
  record({}, descriptorFields)(value, at, direction)
  if (!isJsonObject(value) || ['uri', 'digest', 'content'].every((name) => !(name in value)))
    refuseShape(at, 'a descriptor with `uri`, `digest` or `content`')
}

/** A subject must have a digest (spec/v1/statement.md: matched purely by digest). */
const subjectDescriptor: Check = (value, at, direction) => {
  record({ digest: descriptorFields.digest }, descriptorFields)(value, at, direction)
}

const statementShape: Shape<Statement<JsonObject>> = shapeOf(
  record({
    _type: oneOf([statementType]),
    subject: listOf(subjectDescriptor, 1),
    predicateType: uriText,
    predicate: mapOf(anything),
  }),
)

/**
 * A statement about subjects, ready to sign.
 * @throws statement-malformed when a subject has no digest, or the predicate lacks or adds a field
 */
export function makeStatement<Predicate extends JsonObject>(
  type: PredicateType<Predicate>,
  subject: readonly ResourceDescriptor[],
  predicate: Predicate,
): Statement<Predicate> {
  const statement = { _type: statementType, subject, predicateType: type.uri, predicate } as const
  statementShape(statement, 'statement', 'write')
  type.shape(predicate, 'predicate', 'write')
  return statement
}

/** Canonical JSON bytes of a statement: the payload of its envelope. */
export function encodeStatement(statement: Statement<JsonObject>): Bytes {
  return canonicalJson(statement)
}

/**
 * The statement in a payload, of whatever predicate type.
 * @throws statement-malformed
 */
export function parseStatement(payload: Uint8Array): Statement<JsonObject> {
  return statementShape(parseJson(payload, 'statement-malformed'), 'statement', 'read')
}

/**
 * The statement in a payload, which must be of the given predicate type; unknown fields are kept.
 * @throws statement-malformed
 */
export function readStatement<Predicate extends JsonObject>(
  payload: Uint8Array,
  type: PredicateType<Predicate>,
): Statement<Predicate> {
  const statement = parseStatement(payload)
  if (statement.predicateType !== type.uri)
    throw new OperatingError(
      'statement-malformed',
      `statement is of type \`${statement.predicateType}\`, not \`${type.uri}\``,
    )
  return { ...statement, predicate: type.shape(statement.predicate, 'predicate', 'read') }
}
