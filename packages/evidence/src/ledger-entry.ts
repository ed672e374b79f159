// What an entry of the evidence log holds: a signed envelope, or, where the envelope is larger than
// an entry may be (C2SP tlog-tiles: 65,535 bytes), a reference that pins it by digest and says what
// it is about, while the envelope goes to the blob store. A reference needs no signature: the
// digest pins one envelope, and that one is signed.

import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { type HexDigest, sha256Hex } from './digest.ts'
import { encodeEnvelope, type Envelope, parseEnvelope } from './dsse.ts'
import { type Bytes, equalBytes, fromBase64 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { isJsonObject, parseJson } from './json.ts'
import { count, listOf, oneOf, record, sha256Text, type Shape, shapeOf, uriText } from './shape.ts'
import { parseStatement, type ResourceDescriptor, resourceDescriptor } from './statement.ts'

/** The `type` of every reference. */
const envelopeReferenceType = 'https://proofhouse.dev/envelope-reference/v1'

/** Largest entry of a log in bytes (its length is a u16 in an entry bundle). */
const entrySizeMaxBytes = 65_535

/** An envelope kept outside the log. */
export type EnvelopeReference = {
  readonly type: typeof envelopeReferenceType
  /** SHA-256 of the envelope's bytes in the blob store. */
  readonly digest: HexDigest
  readonly sizeBytes: number
  readonly predicateType: string
  readonly subject: readonly ResourceDescriptor[]
}

/** An entry, read. */
export type LedgerEntry =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'reference'; readonly reference: EnvelopeReference }

/** The bytes to append for an envelope, and the blob to store first when it does not fit. */
export interface EncodedEntry {
  readonly entry: Bytes
  readonly blob: { readonly digest: HexDigest; readonly bytes: Bytes } | null
}

const referenceShape: Shape<EnvelopeReference> = shapeOf(
  record({
    type: oneOf([envelopeReferenceType]),
    digest: sha256Text,
    sizeBytes: count,
    predicateType: uriText,
    subject: listOf(resourceDescriptor, 1),
  }),
)

/**
 * The entry of an envelope over a statement.
 * @throws entry-too-large when even the reference does not fit, because there are too many subjects
 */
export function encodeLedgerEntry(envelope: Envelope): EncodedEntry {
  const bytes = encodeEnvelope(envelope)
  if (bytes.length <= entrySizeMaxBytes) return { entry: bytes, blob: null }
  const digest = sha256Hex(bytes)
  const { predicateType, subject } = parseStatement(fromBase64(envelope.payload))
  const entry = canonicalJson({
    type: envelopeReferenceType,
    digest,
    sizeBytes: bytes.length,
    predicateType,
    subject,
  })
  if (entry.length > entrySizeMaxBytes)
    throw new OperatingError(
      'entry-too-large',
      `a statement about ${subject.length} subjects fits no ledger entry; split it`,
    )
  return { entry, blob: { digest, bytes } }
}

/**
 * What an entry holds.
 * @throws envelope-malformed, statement-malformed
 */
export function parseLedgerEntry(entry: Uint8Array): LedgerEntry {
  const value = parseJson(entry, 'envelope-malformed')
  if (!isJsonObject(value) || value['type'] !== envelopeReferenceType)
    return { kind: 'envelope', envelope: parseEnvelope(entry) }
  const reference = referenceShape(parseCanonicalJson(entry), 'reference', 'read')
  return { kind: 'reference', reference }
}

/**
 * The envelope that a reference pins, from the bytes somebody kept for it.
 * @throws envelope-malformed when the bytes are not the ones pinned, or are about something else
 *   than it says
 */
export function resolveReference(reference: EnvelopeReference, blob: Uint8Array): Envelope {
  if (blob.length !== reference.sizeBytes || sha256Hex(blob) !== reference.digest)
    throw new OperatingError(
      'envelope-malformed',
      `the ${blob.length} bytes kept for envelope \`${reference.digest}\` are not that envelope`,
    )
  const envelope = parseEnvelope(blob)
  const { predicateType, subject } = parseStatement(fromBase64(envelope.payload))
  const told = canonicalJson({ predicateType, subject })
  const pinned = canonicalJson({
    predicateType: reference.predicateType,
    subject: reference.subject,
  })
  if (!equalBytes(told, pinned))
    throw new OperatingError(
      'envelope-malformed',
      `envelope \`${reference.digest}\` is not about what its ledger entry says`,
    )
  return envelope
}
