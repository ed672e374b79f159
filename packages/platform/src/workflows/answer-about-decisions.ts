// What is asked of a workspace's decision log: decisions by whom they are about and when, single ones, receipts, what is missing. What is
// shown of contents is stated in the log of accesses first.

import {
  type DecisionEntry,
  type JsonObject,
  type JsonValue,
  parseReceipt,
  textOf,
  utf8,
} from '@proofhouse/evidence'
import { type Static, Type } from 'typebox'
import {
  type DecisionSearch,
  findDecisions,
  type Gap,
  makeReceipt,
  readDecision,
} from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionOperation, type OperationServices, operate } from './decision-operation.ts'
import type { Services } from './services.ts'
import { type Accessor, accessorShape, type Shown, stateAccess } from './state-access.ts'

const wholeNumber = Type.Integer({ minimum: 0 })
const text = Type.String()
const closed = { additionalProperties: false } as const

/** A row of what was found. */
export interface FoundDecision {
  readonly index: number
  readonly time: string
  readonly deployment: string
  readonly outcome: string
  readonly source: string
  readonly sequence: number
  readonly erased: boolean
  readonly supersedes: number | null
  readonly supersededBy: readonly number[]
  /** What was asked to be shown of its content. */
  readonly groups?: JsonObject
}

const searchShape = Type.Object(
  {
    subject: Type.Optional(text),
    deployment: Type.Optional(text),
    outcome: Type.Optional(text),
    fromMs: Type.Optional(Type.Number()),
    toMs: Type.Optional(Type.Number()),
    after: Type.Optional(wholeNumber),
    limit: wholeNumber,
    /** Groups to open; none for what the index says alone. */
    show: Type.Array(text),
    by: accessorShape,
  },
  closed,
)

/** Finds; opens what is shown, and nothing else. */
export const searching = decisionOperation({
  name: 'find',
  changes: false,
  shape: searchShape,
  run: search,
})

async function search(
  opened: DecisionLogInUse,
  { show, by, ...asked }: Static<typeof searchShape>,
  services: OperationServices,
): Promise<readonly FoundDecision[]> {
  const { log } = opened
  const found: FoundDecision[] = []
  const shown: Shown[] = []
  // Where somebody gives a reason it must not name whom it is about, and nothing else tells who that is.
  const isNaming = asked.subject === undefined && (by.as !== null || by.reason !== null)
  for (const row of await findDecisions(log, asked)) {
    const { index, timeMs, deployment, outcome, source, sequence, key } = row
    const isOpened = key !== 0 && (show.length > 0 || isNaming)
    const content = isOpened ? (await readDecision(log, index)).content : null
    const groups = Object.entries(content?.groups ?? {}).filter(([name]) => show.includes(name))
    const field = log.deployments.get(deployment)?.deployment.outcome
    shown.push({
      index,
      subject: asked.subject ?? content?.groups['subject'],
      groups: [
        ...(asked.subject === undefined ? [] : ['subject']),
        ...(outcome === '' || field === undefined ? [] : [`output/${field}`]),
        ...groups.map(([name]) => name),
      ],
    })
    const time = new Date(timeMs).toISOString()
    const linked = await log.corrections.of(index, log.index.size)
    const erased = key === 0
    const told = { index, time, deployment, outcome, source, sequence, erased, ...linked }
    found.push(show.length === 0 ? told : { ...told, groups: Object.fromEntries(groups) })
  }
  await stateAccess(opened, services, { act: 'find', by, shown })
  return found
}

/** What is looked for, what is shown of it, and who asks. */
export interface FindRequest {
  readonly search: DecisionSearch
  readonly show: readonly string[]
  readonly by: Accessor
}

/** Decisions that answer a search. @throws usage-invalid and what the log throws */
export function searchDecisions(
  { folder, search: asked, show, by }: FindRequest & { readonly folder: string },
  services: Services,
): Promise<readonly FoundDecision[]> {
  return operate(searching, { folder, request: { ...asked, show: [...show], by } }, services)
}

/** A decision that is shown. */
export interface ShownDecision {
  readonly index: number
  readonly entry: DecisionEntry
  /** Null once they are erased. */
  readonly groups: Readonly<Record<string, JsonValue>> | null
  readonly supersedes: number | null
  readonly supersededBy: readonly number[]
}

/** Opens one decision. */
export const showing = decisionOperation({
  name: 'show',
  changes: false,
  shape: Type.Object({ index: wholeNumber, by: accessorShape }, closed),
  async run(opened, asked, services): Promise<ShownDecision> {
    const found = await readDecision(opened.log, asked.index)
    const { index, entry, content, supersedes, supersededBy } = found
    const groups = content?.groups ?? null
    const shown = [{ index, groups: Object.keys(groups ?? {}), subject: groups?.['subject'] }]
    await stateAccess(opened, services, { act: 'show', by: asked.by, shown })
    return { index, entry, groups, supersedes, supersededBy }
  },
})

/** One decision, opened. @throws usage-invalid and what the log throws */
export function showDecision(
  request: { readonly folder: string; readonly index: number; readonly by: Accessor },
  services: Services,
): Promise<ShownDecision> {
  const { folder, index, by } = request
  return operate(showing, { folder, request: { index, by } }, services)
}

/** Makes a receipt, as text. */
export const receipting = decisionOperation({
  name: 'receipt',
  changes: false,
  shape: Type.Object(
    { index: wholeNumber, groups: Type.Union([Type.Array(text), Type.Null()]), by: accessorShape },
    closed,
  ),
  async run(opened, { index, groups, by }, services): Promise<string> {
    const { log, verifierKey, erasureOf } = opened
    const receipt = await makeReceipt(log, { index, groups, logKey: verifierKey, erasureOf })
    const { content } = await readDecision(log, index)
    const subject = content?.groups['subject']
    const shown = [{ index, groups: Object.keys(parseReceipt(receipt).revealed), subject }]
    await stateAccess(opened, services, { act: 'receipt', by, shown })
    return textOf(receipt)
  },
})

/** A receipt of a decision, as bytes. @throws usage-invalid and what the log throws */
export async function receiptOfDecision(
  given: {
    readonly folder: string
    readonly index: number
    readonly groups: readonly string[] | null
    readonly by: Accessor
  },
  services: Services,
): Promise<Uint8Array> {
  const { folder, index, groups, by } = given
  const request = { index, groups: groups === null ? null : [...groups], by }
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
  shape: Type.Object({}, closed),
  run: ({ log }): Promise<readonly SourceReport[]> => Promise.resolve(log.sources.list()),
})

/** Every source of the log. */
export function listSources(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<readonly SourceReport[]> {
  return operate(listing, { folder, request: {} }, services)
}
