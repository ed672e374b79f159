// Receipts of decisions: the entry, its proof, and as much of the content as its holder shows. Whoever verifies one learns whether
// the decision stands in the log, whether what is shown is what was committed to, and, where nothing is shown, whether it
// was erased or is being withheld. Page: spec/receipt.md.

import { canonicalJson } from './canonical-json.ts'
import { groupSaltSizeBytes, isCommitment, isGroupName } from './commitment.ts'
import { type DecisionEntry, parseDecisionEntry } from './decision-entry.ts'
import { type Sha256, sha256 } from './digest.ts'
import { type DsseVerifier, type Envelope, verifyEnvelope } from './dsse.ts'
import { ecdsaVerifier } from './ecdsa.ts'
import { type Bytes, fromBase64, utf8 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { isJsonObject, type JsonValue, parseJson } from './json.ts'
import { parseLedgerEntry, resolveReference } from './ledger-entry.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import { erasure, type Erasure, isErasedBy } from './predicates/erasure.ts'
import {
  openCorrections,
  type ReceiptCorrection,
  receiptCorrections,
  type SupersedingEntry,
} from './receipt-corrections.ts'
import {
  anyText,
  anything,
  mapOf,
  nullable,
  oneOf,
  record,
  type Shape,
  shapeOf,
  someText,
} from './shape.ts'
import { readStatement, statementPayloadType } from './statement.ts'
import { parseTlogProof, verifyTlogProof } from './tlog-proof.ts'
import {
  checkTrust,
  type TrustedCheckpoint,
  trustLogOnly,
  type TrustPolicy,
} from './trust-policy.ts'

/** The `type` of every receipt. */
export const receiptType = 'https://proofhouse.dev/decision-receipt/v1'

/** A statement of erasure, with what proves it. */
export type ReceiptErasure = {
  /** The evidence log's entry, as text. */
  readonly entry: string
  /** The envelope, where the entry only refers to it. */
  readonly envelope: string | null
  /** tlog-proof of the entry in the evidence log. */
  readonly proof: string
  readonly logKey: string
  /** PEM of the key that signed the statement. */
  readonly publicKey: string
}

/** A receipt, read. */
export type Receipt = {
  readonly type: typeof receiptType
  /** The decision's entry, as text. */
  readonly entry: string
  /** What is shown: group → its salt in base64 and its value. */
  readonly revealed: Readonly<Record<string, { readonly salt: string; readonly value: JsonValue }>>
  /** tlog-proof of the entry in the decision log. */
  readonly proof: string
  /** Verifier key of the decision log: shows integrity; whose log it is, a policy from elsewhere does. */
  readonly logKey: string
  readonly erasure: ReceiptErasure | null
  /** Later decisions that supersede it, where there were any when the receipt was made. */
  readonly corrections?: readonly ReceiptCorrection[]
}

/** What a verifier believes, from outside the receipt. */
export interface ReceiptTrust {
  /** Whose decision log it must be, and which witnesses must have seen it. */
  readonly decisions?: TrustPolicy
  /** Whose evidence log a statement of erasure must be in. */
  readonly evidence?: TrustPolicy
  /** Who must have signed a statement of erasure. */
  readonly keys?: readonly DsseVerifier[]
}

/** What a receipt proved. */
export interface ReceiptReport {
  /**
   * `valid`: something is shown, and it is what was committed to · `erased`: nothing is shown, and a statement of erasure covers the
   * entry · `withheld`: nothing is shown, and no such statement is there · `missing`: the entry is not in the log.
   */
  readonly verdict: 'valid' | 'erased' | 'withheld' | 'missing'
  readonly origin: string
  readonly index: number
  readonly entry: DecisionEntry
  /** Group → value. */
  readonly revealed: Readonly<Record<string, JsonValue>>
  /** Groups that were committed to and are not shown. */
  readonly hidden: readonly string[]
  readonly erasure: { readonly index: number; readonly state: Erasure['state'] } | null
  /** Later entries of the same log that supersede it. That none is named does not show that there is none. */
  readonly supersededBy: readonly SupersedingEntry[]
  /** Whether the decision log is the one that the given policy names. */
  readonly logEstablished: boolean
  /** Whether the statement of erasure is in the log, and signed by a key, that were given; null without a statement. */
  readonly erasureEstablished: boolean | null
  readonly witnesses: TrustedCheckpoint['witnesses']
  /** All of that in one line. */
  readonly summary: string
}

/** A receipt's shape, also where it stands in something else. */
export const receiptShape: Shape<Receipt> = shapeOf(
  record(
    {
      type: oneOf([receiptType]),
      entry: someText,
      revealed: mapOf(record({ salt: someText, value: anything })),
      proof: someText,
      logKey: someText,
      erasure: nullable(
        record({
          entry: someText,
          envelope: nullable(anyText),
          proof: someText,
          logKey: someText,
          publicKey: someText,
        }),
      ),
    },
    { corrections: receiptCorrections },
  ),
)

const malformed = (message: string, cause?: unknown) =>
  new OperatingError('receipt-malformed', message, { cause })

/** The bytes of a receipt. */
export function encodeReceipt(receipt: Receipt): Bytes {
  return canonicalJson(receiptShape(receipt, 'receipt', 'write'))
}

/** Reads a receipt. @throws receipt-malformed */
export function parseReceipt(bytes: Uint8Array): Receipt {
  const value = parseJson(bytes, 'receipt-malformed')
  if (!isJsonObject(value)) throw malformed('a receipt is an object')
  try {
    return receiptShape(value, 'receipt', 'read')
  } catch (cause) {
    throw malformed(cause instanceof Error ? cause.message : 'unreadable', cause)
  }
}

/**
 * Verifies a receipt, offline.
 * @throws receipt-malformed, decision-malformed, proof-malformed
 * @throws proof-invalid when something that is shown is not what was committed to
 * @throws trust-not-met and what checkpoints and envelopes throw
 */
export async function verifyReceipt(
  bytes: Uint8Array,
  given: ReceiptTrust = {},
  hash: Sha256 = sha256,
): Promise<ReceiptReport> {
  const receipt = parseReceipt(bytes)
  const entryBytes = utf8(receipt.entry)
  const entry = parseDecisionEntry(entryBytes)
  const revealed = openGroups(receipt, entry, hash)
  const { index, hashes, checkpoint: note } = parseTlogProof(receipt.proof)
  const trust = given.decisions ?? trustLogOnly(receipt.logKey)
  const { checkpoint, witnesses } = await checkTrust(note, trust)
  const { origin, size, root } = checkpoint
  const claim = { leafHash: leafHash(entryBytes, hash), index, size, proof: hashes, root }
  const included = holds(() => verifyInclusion(claim, hash))
  const erased = receipt.erasure === null ? null : await openErasure(receipt.erasure, given, hash)
  const covers = erased !== null && isErasedBy(erased.erasure, origin, index) ? erased : null
  const shown = Object.keys(revealed).length > 0
  const place = { log: origin, index }
  const supersededBy = await openCorrections(receipt.corrections ?? [], { place, trust, hash })
  const told = {
    verdict: !included ? 'missing' : shown ? 'valid' : covers === null ? 'withheld' : 'erased',
    origin,
    index,
    entry,
    revealed,
    hidden: Object.keys(entry.commitments).filter((name) => !Object.hasOwn(revealed, name)),
    erasure: covers === null ? null : { index: covers.index, state: covers.erasure.state },
    supersededBy,
    logEstablished: given.decisions !== undefined,
    erasureEstablished: covers?.established ?? null,
    witnesses,
  } as const
  return { ...told, summary: summarize(told) }
}

/** Whether an inclusion holds: that it does not is an answer. */
function holds(verify: () => void): boolean {
  try {
    verify()
    return true
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'proof-invalid') return false
    throw error
  }
}

/** The values that are shown, each checked against its commitment. */
function openGroups(
  { revealed }: Receipt,
  { commitments }: DecisionEntry,
  hash: Sha256,
): Record<string, JsonValue> {
  const values: [string, JsonValue][] = []
  for (const [name, { salt, value }] of Object.entries(revealed)) {
    const commitment = commitments[name]
    if (!isGroupName(name) || commitment === undefined || !Object.hasOwn(commitments, name))
      throw new OperatingError('proof-invalid', `nothing named \`${name}\` was committed to`)
    const opened = { name, salt: saltOf(salt), value: canonicalJson(value) }
    if (!isCommitment(fromBase64(commitment), opened, hash))
      throw new OperatingError(
        'proof-invalid',
        `\`${name}\` is not what was committed to: its value or its salt was changed`,
      )
    values.push([name, value])
  }
  return Object.fromEntries(values)
}

function saltOf(text: string): Bytes {
  try {
    const salt = fromBase64(text)
    if (salt.length === groupSaltSizeBytes) return salt
  } catch (cause) {
    throw malformed('a salt is not base64', cause)
  }
  throw malformed(`a salt has ${groupSaltSizeBytes} bytes`)
}

interface OpenedErasure {
  readonly erasure: Erasure
  readonly index: number
  readonly established: boolean
}

async function openErasure(
  { entry, envelope, proof, logKey, publicKey }: ReceiptErasure,
  given: ReceiptTrust,
  hash: Sha256,
): Promise<OpenedErasure> {
  const trust = given.evidence ?? trustLogOnly(logKey)
  const { index } = await verifyTlogProof({ proof, entry: utf8(entry), trust }, hash)
  const verifiers = given.keys ?? [await ecdsaVerifier(publicKey)]
  const opened = await verifyEnvelope(envelopeOf(utf8(entry), envelope), verifiers)
  if (opened.payloadType !== statementPayloadType)
    throw malformed('its statement of erasure is no statement')
  const { predicate } = readStatement(opened.payload, erasure)
  return {
    erasure: predicate,
    index,
    established: given.evidence !== undefined && given.keys !== undefined,
  }
}

function envelopeOf(entry: Bytes, kept: string | null): Envelope {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind === 'envelope') return parsed.envelope
  if (kept === null) throw malformed('the envelope of its statement of erasure is not in it')
  return resolveReference(parsed.reference, utf8(kept))
}

const verdictTexts = {
  valid: 'valid',
  erased: 'valid, content erased',
  withheld: 'valid, content withheld',
  missing: 'missing: the entry is not in the log',
} as const

function summarize(told: Omit<ReceiptReport, 'summary'>): string {
  const { verdict, erasure: by, hidden, supersededBy, witnesses } = told
  const { logEstablished, erasureEstablished } = told
  const erased = by === null ? '' : ` (statement ${by.index}, ${by.state})`
  return [
    `${verdictTexts[verdict]}${verdict === 'erased' ? erased : ''}`,
    ...(verdict === 'valid' && hidden.length > 0 ? [`not shown: ${hidden.join(', ')}`] : []),
    ...(verdict === 'valid' && by !== null ? [`its operator has erased it${erased}`] : []),
    ...(supersededBy.length > 0
      ? [`superseded by entry ${supersededBy.map(({ index }) => index).join(', ')}`]
      : []),
    `origin ${logEstablished ? '' : 'not '}established`,
    ...(erasureEstablished === false ? ['erasure by whom not established'] : []),
    witnesses.length === 0
      ? 'unwitnessed'
      : `witnessed by ${witnesses.map(({ name }) => name).join(', ')}`,
  ].join('; ')
}
