// Everything that a decision log holds about one person, as that person gets it: each decision with its receipt, what became of it, and
// how its deployment was declared. Page: spec/subject-export.md.

import { canonicalJson } from './canonical-json.ts'
import type { Bytes } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'
import type { Access } from './predicates/access.ts'
import { type Receipt, receiptShape } from './receipt.ts'
import {
  type Check,
  count,
  idText,
  listOf,
  nullable,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  someText,
  timestamp,
} from './shape.ts'

/** The `type` of every export. */
export const subjectExportType = 'https://proofhouse.dev/subject-export/v1'

/** A decision, with what became of it. */
export type ExportedDecision = {
  readonly index: number
  /**
   * `shown`: at least a part of it is in the receipt · `erased`: its content was, as the receipt proves · `withheld`: it is held, and
   * nothing is shown.
   */
  readonly state: 'shown' | 'erased' | 'withheld'
  /** Groups that are held and left out on purpose. */
  readonly withheld: readonly string[]
  readonly supersedes: number | null
  readonly supersededBy: readonly number[]
  readonly receipt: Receipt
}

/** An earlier access to decisions in the export. */
export type ExportedAccess = {
  /** Its entry of the evidence log. */
  readonly index: number
  readonly act: Access['act']
  /** Which of the decisions in the file. */
  readonly decisions: readonly number[]
  /** What was shown of at least one entry of the access. */
  readonly groups: readonly string[]
  readonly at: string
}

/** What a log holds about a person. */
export type SubjectExport = {
  readonly type: typeof subjectExportType
  /** The pseudonym. */
  readonly subject: string
  /** Origin of the decision log, its key, and how many entries it had. */
  readonly log: string
  readonly logKey: string
  readonly size: number
  readonly exportedAt: string
  readonly toolVersion: string
  /** Where the evidence log states this export; null where nothing is shown. */
  readonly accessIndex: number | null
  /** In the order of the log. */
  readonly decisions: readonly ExportedDecision[]
  /** Who was shown something of these before, as far as the evidence log says; not the names of those who asked. */
  readonly accesses: readonly ExportedAccess[]
  /** The declarations of their deployments, as they are now; null for one that is not declared any more. */
  readonly deployments: readonly { readonly id: string; readonly declaration: JsonObject | null }[]
  /** The last entry of this file, where there are more; null at the end. */
  readonly after: number | null
}

const object: Check = (value, at) => {
  if (!isJsonObject(value)) refuseShape(at, 'an object')
}

const receipt: Check = (value, at, direction) => {
  receiptShape(value, at, direction)
}

const fields: Shape<SubjectExport> = shapeOf(
  record({
    type: oneOf([subjectExportType]),
    subject: someText,
    log: someText,
    logKey: someText,
    size: count,
    exportedAt: timestamp,
    toolVersion: someText,
    accessIndex: nullable(count),
    decisions: listOf(
      record({
        index: count,
        state: oneOf(['shown', 'erased', 'withheld']),
        withheld: listOf(someText),
        supersedes: nullable(count),
        supersededBy: listOf(count),
        receipt,
      }),
    ),
    accesses: listOf(
      record({
        index: count,
        act: oneOf(['show', 'find', 'receipt', 'export']),
        decisions: listOf(count, 1),
        groups: listOf(someText, 1),
        at: timestamp,
      }),
    ),
    deployments: listOf(record({ id: idText, declaration: nullable(object) })),
    after: nullable(count),
  }),
)

const exportShape: Shape<SubjectExport> = shapeOf((value, at, direction) => {
  const { decisions, accessIndex } = fields(value, at, direction)
  let before = -1
  for (const [n, { index, state, receipt: given }] of decisions.entries()) {
    if (index <= before) refuseShape(`${at}.decisions`, 'in the order of the log')
    before = index
    const isShown = Object.keys(given.revealed).length > 0
    if (isShown !== (state === 'shown') || (state === 'erased' && given.erasure === null))
      refuseShape(`${at}.decisions[${n}].state`, 'what its receipt shows')
  }
  if ((accessIndex !== null) !== decisions.some(({ state }) => state === 'shown'))
    refuseShape(`${at}.accessIndex`, 'given exactly when something is shown')
})

/** The bytes of an export: canonical JSON. @throws statement-malformed */
export function encodeSubjectExport(value: SubjectExport): Bytes {
  return canonicalJson(exportShape(value, 'export', 'write'))
}

/** Reads an export; verifies no receipt in it. @throws receipt-malformed */
export function parseSubjectExport(bytes: Uint8Array): SubjectExport {
  try {
    return exportShape(parseJson(bytes, 'receipt-malformed'), 'export', 'read')
  } catch (cause) {
    if (!(cause instanceof OperatingError)) throw cause
    throw new OperatingError('receipt-malformed', cause.message, { cause })
  }
}
