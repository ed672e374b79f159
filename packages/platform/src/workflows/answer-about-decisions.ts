// What is asked of a workspace's decision log: decisions by whom they are about and when, single ones, receipts, what is missing.

import {
  type DecisionSearch,
  findDecisions,
  type Gap,
  makeReceipt,
  type ReadDecision,
  readDecision,
} from '../decisions/index.ts'
import { withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'

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

/** Decisions that answer a search; no content is opened. @throws usage-invalid and what the log throws */
export function searchDecisions(
  { folder, search }: { readonly folder: string; readonly search: DecisionSearch },
  services: Services,
): Promise<readonly FoundDecision[]> {
  return withDecisionLog(services, folder, async ({ log }) => {
    const rows = await findDecisions(log, search)
    return rows.map(({ index, timeMs, deployment, outcome, source, sequence, key }) => {
      const time = new Date(timeMs).toISOString()
      return { index, time, deployment, outcome, source, sequence, erased: key === 0 }
    })
  })
}

/** One decision, opened. @throws usage-invalid and what the log throws */
export function showDecision(
  { folder, index }: { readonly folder: string; readonly index: number },
  services: Services,
): Promise<ReadDecision> {
  return withDecisionLog(services, folder, ({ log }) => readDecision(log, index))
}

/** A receipt of a decision, as bytes. @throws usage-invalid and what the log throws */
export function receiptOfDecision(
  given: {
    readonly folder: string
    readonly index: number
    readonly groups: readonly string[] | null
  },
  services: Services,
): Promise<Uint8Array> {
  const { folder, index, groups } = given
  return withDecisionLog(services, folder, ({ log, verifierKey, erasureOf }) =>
    makeReceipt(log, { index, groups, logKey: verifierKey, erasureOf }),
  )
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
