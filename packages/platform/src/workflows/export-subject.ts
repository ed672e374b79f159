// Everything about one person out of a decision log, for that person: each decision with its receipt, what supersedes it, and how its
// deployment was declared. As a file for programs and a page to read. Stated as an access before anything is handed out.

import {
  access,
  decisionLog,
  encodeSubjectExport,
  type ExportedAccess,
  type ExportedDecision,
  isInRanges,
  type JsonObject,
  type JsonValue,
  OperatingError,
  parseDecisionEntry,
  parseReceipt,
  type SubjectExport,
  subjectExportType,
  utf8,
} from '@proofhouse/evidence'
import { Type } from 'typebox'
import { findDecisions, makeReceipt, readDecision } from '../decisions/index.ts'
import { type ExportLanguage, renderSubjectExport } from '../reports/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionOperation, type OperationServices, operate } from './decision-operation.ts'
import type { Services } from './services.ts'
import { statementIn } from './stated-decisions.ts'
import { type Accessor, accessorShape, type Shown, stateAccess } from './state-access.ts'

/** Decisions of one file at most. */
const decisionsMax = 10_000
const pageRows = 1_000

/** About whom, without what, and who asks. */
export interface ExportRequest {
  readonly subject: string
  /** Groups that are left out, because they are others' or secret: their names stay. */
  readonly withhold: readonly string[]
  /** Beyond this entry, where a file before ended. */
  readonly after: number | null
  readonly by: Accessor
}

/** What is written where. */
export interface ExportFilesRequest extends ExportRequest {
  readonly folder: string
  readonly output: string
  /** The page to read; null for none. */
  readonly page: { readonly path: string; readonly language: ExportLanguage } | null
}

/** Exports to files. @throws usage-invalid, file-unwritable, and what the log throws */
export async function exportSubject(
  { folder, output, page, ...request }: ExportFilesRequest,
  services: Services,
): Promise<SubjectExport> {
  const asked = { ...request, withhold: [...request.withhold] }
  const exported = await operate(exporting, { folder, request: asked }, services)
  await services.files.write(output, encodeSubjectExport(exported))
  if (page !== null)
    await services.files.write(page.path, renderSubjectExport(exported, page.language))
  return exported
}

/** Exports. */
export const exporting = decisionOperation({
  name: 'export',
  changes: false,
  shape: Type.Object(
    {
      subject: Type.String({ minLength: 1 }),
      withhold: Type.Array(Type.String()),
      after: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
      by: accessorShape,
    },
    { additionalProperties: false },
  ),
  run: exportFrom,
})

async function exportFrom(
  opened: DecisionLogInUse,
  { subject, withhold, after, by }: ExportRequest,
  services: OperationServices,
): Promise<SubjectExport> {
  const { log, verifierKey } = opened
  refuseUnknown(opened, withhold)
  const { indexes, last } = await indexesAbout(opened, subject, after)
  const decisions: ExportedDecision[] = []
  const shown: Shown[] = []
  for (const index of indexes) {
    const decision = await exportedDecision(opened, index, withhold)
    decisions.push(decision)
    shown.push({ index, subject, groups: Object.keys(decision.receipt.revealed) })
  }
  const accesses = await accessesTo(opened, indexes)
  const accessIndex = await stateAccess(opened, services, { act: 'export', by, shown })
  return {
    type: subjectExportType,
    subject,
    log: log.place.origin,
    logKey: verifierKey,
    size: log.index.size,
    exportedAt: services.now().toISOString(),
    toolVersion: services.toolVersion,
    accessIndex,
    decisions,
    accesses,
    deployments: declarationsOf(opened, decisions),
    after: last,
  }
}

/** A group that no decision can have, misspelt for one, would leave what was to be withheld in. @throws usage-invalid */
function refuseUnknown({ log }: DecisionLogInUse, withhold: readonly string[]): void {
  const declared = [...log.deployments.values()].flatMap((of) => [of, ...of.earlier])
  const known = new Set([
    'id',
    'subject',
    'input',
    'output',
    'explanation',
    'context',
    ...declared.flatMap(({ deployment }) => deployment.apart ?? []),
  ])
  const unknown = withhold.find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new OperatingError(
      'usage-invalid',
      `no decision has a group \`${unknown}\` to withhold; there are ${[...known].join(', ')}`,
    )
}

/** Entries about a person, and those linked with them whose content is gone, so that nobody can tell any more whom they were about. */
async function indexesAbout(
  { log }: DecisionLogInUse,
  subject: string,
  after: number | null,
): Promise<{ readonly indexes: readonly number[]; readonly last: number | null }> {
  const found: number[] = []
  for (let from = after; found.length <= decisionsMax; from = found.at(-1) ?? null) {
    const beyond = from === null ? {} : { after: from }
    const rows = await findDecisions(log, { subject, limit: pageRows, ...beyond })
    for (const { index } of rows) found.push(index)
    if (rows.length < pageRows) break
  }
  const about = found.slice(0, decisionsMax)
  const last = found.length > decisionsMax ? (about.at(-1) ?? null) : null
  const indexes = new Set(about)
  for (const index of about) {
    const { supersedes, supersededBy } = await log.corrections.of(index, log.index.size)
    for (const linked of supersedes === null ? supersededBy : [supersedes, ...supersededBy])
      if ((await log.index.row(linked))?.key === 0) indexes.add(linked)
  }
  return { indexes: [...indexes].toSorted((a, b) => a - b), last }
}

/** What the evidence log says of who was shown something of these entries. */
async function accessesTo(
  { workspace, log }: DecisionLogInUse,
  indexes: readonly number[],
): Promise<readonly ExportedAccess[]> {
  let accesses: ExportedAccess[] = []
  for await (const { index, entry } of workspace.entries()) {
    const head = await statementIn(workspace, entry, decisionLog)
    // What was lost then was another decision, under the same number.
    if (head?.event === 'restored' && head.origin === log.place.origin)
      accesses = accesses.flatMap((one) => {
        const decisions = one.decisions.filter((of) => of < head.size)
        return decisions.length === 0 ? [] : [{ ...one, decisions }]
      })
    const found = await statementIn(workspace, entry, access)
    if (found?.log !== log.place.origin) continue
    const { act, ranges, groups, at } = found
    const decisions = indexes.filter((one) => isInRanges(ranges, one))
    if (decisions.length > 0) accesses.push({ index, act, decisions, groups, at })
  }
  return accesses
}

async function exportedDecision(
  { log, verifierKey, erasureOf }: DecisionLogInUse,
  index: number,
  withhold: readonly string[],
): Promise<ExportedDecision> {
  const { content, entry, supersedes, supersededBy } = await readDecision(log, index)
  const groups = Object.keys(entry.commitments).filter((name) => !withhold.includes(name))
  const made = await makeReceipt(log, { index, groups, logKey: verifierKey, erasureOf })
  const receipt = parseReceipt(made)
  const isShown = Object.keys(receipt.revealed).length > 0
  return {
    index,
    state: isShown ? 'shown' : receipt.erasure === null ? 'withheld' : 'erased',
    withheld:
      content === null
        ? []
        : Object.keys(entry.commitments).filter((name) => withhold.includes(name)),
    supersedes,
    supersededBy,
    receipt,
  }
}

function declarationsOf(
  { log }: DecisionLogInUse,
  decisions: readonly ExportedDecision[],
): SubjectExport['deployments'] {
  const ids = new Set(
    decisions.map(({ receipt }) => parseDecisionEntry(utf8(receipt.entry)).deployment),
  )
  return [...ids].toSorted().map((id) => {
    const declared = log.deployments.get(id)?.deployment
    return { id, declaration: declared === undefined ? null : objectOf(declared) }
  })
}

/** A declaration without fields that are not there. */
const objectOf = (declared: object): JsonObject =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was read from JSON
  JSON.parse(JSON.stringify(declared)) as Record<string, JsonValue>
