// What is asked of a workspace's decision log: decisions by whom they are about and when, single ones, receipts, what is missing.

import { type DecisionEntry, type JsonObject, textOf, utf8 } from '@proofhouse/evidence'
import { Type } from 'typebox'
import {
  type DecisionSearch,
  findDecisions,
  type Gap,
  makeReceipt,
  readDecision,
} from '../decisions/index.ts'
import { decisionOperation, operate } from './decision-operation.ts'
import type { Services } from './services.ts'

const wholeNumber = Type.Integer({ minimum: 0 })
const text = Type.String()

/** A row of what was found. */
export interface FoundDecision {
  readonly index: number
  readonly time: string
  readonly deployment: string
  readonly outcome: string
  readonly source: string
  readonly sequence: number
  readonly erased: boolean
}

/** Finds; no content is opened. */
export const searching = decisionOperation({
  name: 'find',
  changes: false,
  shape: Type.Object(
    {
      subject: Type.Optional(text),
      deployment: Type.Optional(text),
      outcome: Type.Optional(text),
      fromMs: Type.Optional(Type.Number()),
      toMs: Type.Optional(Type.Number()),
      after: Type.Optional(wholeNumber),
      limit: wholeNumber,
    },
    { additionalProperties: false },
  ),
  async run({ log }, search): Promise<readonly FoundDecision[]> {
    const rows = await findDecisions(log, search)
    return rows.map(({ index, timeMs, deployment, outcome, source, sequence, key }) => {
      const time = new Date(timeMs).toISOString()
      return { index, time, deployment, outcome, source, sequence, erased: key === 0 }
    })
  },
})

/** Decisions that answer a search; no content is opened. @throws usage-invalid and what the log throws */
export function searchDecisions(
  { folder, search }: { readonly folder: string; readonly search: DecisionSearch },
  services: Services,
): Promise<readonly FoundDecision[]> {
  return operate(searching, { folder, request: search }, services)
}

/** A decision that is shown. */
export interface ShownDecision {
  readonly index: number
  readonly entry: DecisionEntry
  /** Null once they are erased. */
  readonly groups: JsonObject | null
}

/** Opens one decision. */
export const showing = decisionOperation({
  name: 'show',
  changes: false,
  shape: Type.Object({ index: wholeNumber }, { additionalProperties: false }),
  async run({ log }, asked): Promise<ShownDecision> {
    const { index, entry, content } = await readDecision(log, asked.index)
    return { index, entry, groups: content?.groups ?? null }
  },
})

/** One decision, opened. @throws usage-invalid and what the log throws */
export function showDecision(
  { folder, index }: { readonly folder: string; readonly index: number },
  services: Services,
): Promise<ShownDecision> {
  return operate(showing, { folder, request: { index } }, services)
}

/** Makes a receipt, as text. */
export const receipting = decisionOperation({
  name: 'receipt',
  changes: false,
  shape: Type.Object(
    { index: wholeNumber, groups: Type.Union([Type.Array(text), Type.Null()]) },
    { additionalProperties: false },
  ),
  run: async ({ log, verifierKey, erasureOf }, { index, groups }): Promise<string> =>
    textOf(await makeReceipt(log, { index, groups, logKey: verifierKey, erasureOf })),
})

/** A receipt of a decision, as bytes. @throws usage-invalid and what the log throws */
export async function receiptOfDecision(
  given: {
    readonly folder: string
    readonly index: number
    readonly groups: readonly string[] | null
  },
  services: Services,
): Promise<Uint8Array> {
  const { folder, index, groups } = given
  const request = { index, groups: groups === null ? null : [...groups] }
  return utf8(await operate(receipting, { folder, request }, services))
}

/** What has come of every source, and what is missing. */
export interface SourceReport {
  readonly source: string
  readonly next: number
  readonly gaps: readonly Gap[]
}

/** Lists sources. */
export const listing = decisionOperation({
  name: 'sources',
  changes: false,
  shape: Type.Object({}, { additionalProperties: false }),
  run: ({ log }): Promise<readonly SourceReport[]> => Promise.resolve(log.sources.list()),
})

/** Every source of the log. */
export function listSources(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<readonly SourceReport[]> {
  return operate(listing, { folder, request: {} }, services)
}
