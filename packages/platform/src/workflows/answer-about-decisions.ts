// What is asked of a workspace's decision log: decisions by whom they are about and when, single ones, receipts, what is missing. What is
// shown of contents is stated in the log of accesses first.

import { type JsonValue, parseReceipt } from '@proofhouse/evidence'
import {
  type DecisionSearch,
  findDecisions,
  type Gap,
  makeReceipt,
  type ReadDecision,
  readDecision,
} from '../decisions/index.ts'
import { type DecisionLogInUse, withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'
import { type Accessor, type Shown, stateAccess } from './state-access.ts'

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
  readonly groups?: Readonly<Record<string, JsonValue>>
}

/** What is looked for, what is shown of it, and who asks. */
export interface FindRequest {
  readonly search: DecisionSearch
  /** Groups to open; none for what the index says alone. */
  readonly show: readonly string[]
  readonly by: Accessor
}

type AccessServices = Pick<Services, 'now' | 'newId'>

/** Decisions that answer a search; opens what is shown, and nothing else. @throws usage-invalid and what the log throws */
export function searchDecisions(
  { folder, ...request }: FindRequest & { readonly folder: string },
  services: Services,
): Promise<readonly FoundDecision[]> {
  return withDecisionLog(services, folder, (opened) => searchIn(opened, request, services))
}

/** The same in a log that is open. */
export async function searchIn(
  opened: DecisionLogInUse,
  { search, show, by }: FindRequest,
  services: AccessServices,
): Promise<readonly FoundDecision[]> {
  const { log } = opened
  const found: FoundDecision[] = []
  const shown: Shown[] = []
  for (const row of await findDecisions(log, search)) {
    const { index, timeMs, deployment, outcome, source, sequence, key } = row
    const content = key === 0 || show.length === 0 ? null : (await readDecision(log, index)).content
    const groups = Object.entries(content?.groups ?? {}).filter(([name]) => show.includes(name))
    const field = log.deployments.get(deployment)?.deployment.outcome
    shown.push({
      index,
      subject: search.subject ?? content?.groups['subject'],
      groups: [
        ...(search.subject === undefined ? [] : ['subject']),
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

/** Which decision, and who asks. */
export interface ShowRequest {
  readonly index: number
  readonly by: Accessor
}

/** One decision, opened. @throws usage-invalid and what the log throws */
export function showDecision(
  { folder, ...request }: ShowRequest & { readonly folder: string },
  services: Services,
): Promise<ReadDecision> {
  return withDecisionLog(services, folder, (opened) => showIn(opened, request, services))
}

/** The same in a log that is open. */
export async function showIn(
  opened: DecisionLogInUse,
  { index, by }: ShowRequest,
  services: AccessServices,
): Promise<ReadDecision> {
  const found = await readDecision(opened.log, index)
  const groups = Object.keys(found.content?.groups ?? {})
  const shown = [{ index, groups, subject: found.content?.groups['subject'] }]
  await stateAccess(opened, services, { act: 'show', by, shown })
  return found
}

/** Of which decision, what is to be shown, and who asks. */
export interface ReceiptOfRequest {
  readonly index: number
  readonly groups: readonly string[] | null
  readonly by: Accessor
}

/** A receipt of a decision, as bytes. @throws usage-invalid and what the log throws */
export function receiptOfDecision(
  { folder, ...request }: ReceiptOfRequest & { readonly folder: string },
  services: Services,
): Promise<Uint8Array> {
  return withDecisionLog(services, folder, (opened) => receiptIn(opened, request, services))
}

/** The same in a log that is open. */
export async function receiptIn(
  opened: DecisionLogInUse,
  { index, groups, by }: ReceiptOfRequest,
  services: AccessServices,
): Promise<Uint8Array> {
  const { log, verifierKey, erasureOf } = opened
  const receipt = await makeReceipt(log, { index, groups, logKey: verifierKey, erasureOf })
  const { content } = await readDecision(log, index)
  const shown = Object.keys(parseReceipt(receipt).revealed)
  await stateAccess(opened, services, {
    act: 'receipt',
    by,
    shown: [{ index, groups: shown, subject: content?.groups['subject'] }],
  })
  return receipt
}

/** What has come of every source, and what is missing. */
export interface SourceReport {
  readonly source: string
  readonly next: number
  readonly gaps: readonly Gap[]
}

/** Every source of the log. */
export function listSources(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<readonly SourceReport[]> {
  return withDecisionLog(services, folder, ({ log }) => Promise.resolve(log.sources.list()))
}
