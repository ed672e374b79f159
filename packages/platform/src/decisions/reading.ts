// Reading decisions: pages of the index, single contents, receipts. Contents are opened one by one, for those who are shown them.

import {
  type DecisionContent,
  type DecisionEntry,
  encodeReceipt,
  type Bytes,
  groupSalt,
  OperatingError,
  parseDecisionEntry,
  type Receipt,
  receiptCorrectionsMax,
  receiptType,
  type ReceiptErasure,
  textOf,
  toBase64,
} from '@proofhouse/evidence'
import type { Supersession } from './corrections.ts'
import type { DecisionLog } from './decision-log.ts'
import type { DecisionQuery, IndexRow } from './index-segment.ts'
import { openContent } from './sealing.ts'

const pageMax = 1_000

/** What is asked for, by whom it is about and not by a tag. */
export interface DecisionSearch extends Omit<DecisionQuery, 'tag'> {
  readonly subject?: string
}

/** A decision that was read. */
export interface ReadDecision extends Supersession {
  readonly index: number
  readonly entry: DecisionEntry
  /** Its bytes, as they stand in the log. */
  readonly entryBytes: Bytes
  /** Null once it is erased. */
  readonly content: DecisionContent | null
}

/**
 * Decisions that answer a search, in the order of the log, a page at a time; nothing is opened.
 * @throws usage-invalid when a page is too large
 */
export async function findDecisions(
  log: DecisionLog,
  { subject, ...query }: DecisionSearch,
): Promise<readonly Omit<IndexRow, 'tag'>[]> {
  if (query.limit > pageMax || query.limit < 1)
    throw new OperatingError('usage-invalid', `a page has 1 to ${pageMax} decisions`)
  const tag = subject === undefined ? {} : { tag: log.tagger.tagOf('subject', subject) }
  const rows = await log.index.find({ ...query, ...tag })
  return rows.map(({ tag: _tag, ...row }) => row)
}

/**
 * One decision, opened.
 * @throws usage-invalid for one that is not there; ledger-corrupt when its content does not open
 */
export async function readDecision(log: DecisionLog, index: number): Promise<ReadDecision> {
  const row = await log.index.row(index)
  if (row === null)
    throw new OperatingError(
      'usage-invalid',
      `there is no decision ${index}; the log has ${log.size}`,
    )
  for await (const { entry } of log.stores.ledger.read(index, index + 1)) {
    const content = await contentOf(log, row, entry)
    const linked = await log.corrections.of(index, log.index.size)
    return { index, entry: parseDecisionEntry(entry), entryBytes: entry, content, ...linked }
  }
  throw new OperatingError('ledger-corrupt', `entry ${index} is not in the log`)
}

async function contentOf(
  log: DecisionLog,
  row: IndexRow,
  entry: Bytes,
): Promise<DecisionContent | null> {
  const sealed = row.key === 0 ? null : await log.vault.read(row)
  const key = sealed === null ? null : await log.keys.key(row.key)
  if (sealed === null || key === null) return null
  const content = openContent(key, sealed, { ...log.place, entry })
  // An erasure may have gone over it since the row was looked up.
  if (content === null && log.erasures.of(row.index) === null)
    throw new OperatingError(
      'ledger-corrupt',
      `the content of entry ${row.index} does not open in its place: it was changed or moved`,
    )
  return content
}

/** What a receipt is made with. */
export interface ReceiptRequest {
  readonly index: number
  /** Groups to show; every one when it is null. */
  readonly groups: readonly string[] | null
  /** Verifier key of the log. */
  readonly logKey: string
  /** The statement that emptied an entry, with its proof. */
  readonly erasureOf: (pendingIndex: number) => Promise<ReceiptErasure>
}

/**
 * A receipt of a decision: what is there of the groups asked for, or the statement of its erasure.
 * @throws usage-invalid for a group that it does not have
 */
export async function makeReceipt(log: DecisionLog, request: ReceiptRequest): Promise<Bytes> {
  const { index, logKey } = request
  const { content, entry, entryBytes, supersededBy } = await readDecision(log, index)
  const names = request.groups ?? Object.keys(entry.commitments)
  const unknown = names.find((name) => !Object.hasOwn(entry.commitments, name))
  if (unknown !== undefined)
    throw new OperatingError(
      'usage-invalid',
      `decision ${index} has no group \`${unknown}\`; it has ${Object.keys(entry.commitments).join(', ')}`,
    )
  const revealed =
    content === null
      ? []
      : names.map((name) => {
          const salt = toBase64(groupSalt(content.recordSalt, name))
          return [name, { salt, value: content.groups[name] ?? null }] as const
        })
  const record = log.erasures.of(index)
  const erasure =
    record?.pendingIndex === null || record === null
      ? null
      : await request.erasureOf(record.finalIndex ?? record.pendingIndex)
  return encodeReceipt({
    type: receiptType,
    entry: textOf(entryBytes),
    revealed: Object.fromEntries(revealed),
    proof: await log.stores.ledger.proof(index),
    logKey,
    erasure,
    ...(supersededBy.length === 0 ? {} : { corrections: await proven(log, supersededBy) }),
  })
}

/** Entries with what proves that they are in the log. */
async function proven(
  log: DecisionLog,
  indexes: readonly number[],
): Promise<NonNullable<Receipt['corrections']>> {
  const corrections: { readonly entry: string; readonly proof: string }[] = []
  for (const index of indexes.slice(-receiptCorrectionsMax))
    for await (const { entry } of log.stores.ledger.read(index, index + 1))
      corrections.push({ entry: textOf(entry), proof: await log.stores.ledger.proof(index) })
  return corrections
}
