// Statements that a vulnerability does not matter here: OpenVEX 0.2 and the vulnerabilities of CycloneDX. Later statements
// about the same thing replace earlier ones. A statement does not hold for ever: it ends at its own `expires`, or so many days
// after it was last looked at, and one without a date cannot be told to hold.

import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
} from '@proofhouse/evidence'
import { PackageURL } from 'packageurl-js'
import { cyclonedxStatements } from './vex-cyclonedx.ts'
import { openVexStatements } from './vex-openvex.ts'
import type { VexStatement } from './vex-statement.ts'

const dayMs = 86_400_000

/** What is asked about. */
export interface VexQuestion {
  readonly ids: readonly string[]
  readonly purl: string
  /** The product that is looked at; null when it was not named. */
  readonly product: string | null
}

/** A statement that applies, and whether it still holds. */
export interface AppliedVex {
  readonly statement: VexStatement
  readonly state: 'holds' | 'expired' | 'undated'
}

/** The statements of a document. @throws feed-malformed */
export function parseVex(bytes: Uint8Array, source: string): VexStatement[] {
  const document: JsonValue = parseJson(bytes, 'feed-malformed')
  if (isJsonObject(document)) {
    if (document['bomFormat'] === 'CycloneDX') return cyclonedxStatements(document, source)
    if (isOpenVex(document)) return openVexStatements(document, source)
  }
  throw new OperatingError(
    'feed-malformed',
    `\`${source}\` is neither OpenVEX nor CycloneDX; give a document of one of these in JSON`,
  )
}

const isOpenVex = (document: JsonObject) =>
  typeof document['@context'] === 'string' &&
  document['@context'].startsWith('https://openvex.dev/ns') &&
  Array.isArray(document['statements'])

interface Indexed {
  readonly statement: VexStatement
  /** Its place among all. */
  readonly at: number
}

/** Statements by every name of their vulnerability, in upper case. */
type VexIndex = ReadonlyMap<string, readonly Indexed[]>

/** Statements of all documents, to be asked often. */
export function indexVex(statements: readonly VexStatement[]): VexIndex {
  const index = new Map<string, Indexed[]>()
  for (const [at, statement] of statements.entries())
    for (const id of new Set(statement.ids.map((one) => one.toUpperCase()))) {
      const known = index.get(id)
      if (known === undefined) index.set(id, [{ statement, at }])
      else known.push({ statement, at })
    }
  return index
}

/** The statement that applies last; null for none. */
export function applyVex(
  index: VexIndex,
  question: VexQuestion,
  time: { readonly now: Date; readonly ageMaxDays: number },
): AppliedVex | null {
  const named = question.ids.flatMap((id) => index.get(id.toUpperCase()) ?? [])
  let last: VexStatement | null = null
  for (const { statement } of named.toSorted((a, b) => a.at - b.at)) {
    if (!isAbout(statement, question)) continue
    // Of two of one moment the later in the documents counts.
    if (last === null || momentOf(statement.date) >= momentOf(last.date)) last = statement
  }
  return last === null ? null : { statement: last, state: stateOf(last, time) }
}

const momentOf = (date: string | null): number => {
  const moment = date === null ? Number.NaN : Date.parse(date)
  return Number.isNaN(moment) ? Number.NEGATIVE_INFINITY : moment
}

function stateOf(
  { date, expires }: VexStatement,
  { now, ageMaxDays }: { readonly now: Date; readonly ageMaxDays: number },
): AppliedVex['state'] {
  if (expires !== null) return now.getTime() < Date.parse(expires) ? 'holds' : 'expired'
  const moment = momentOf(date)
  // Nobody looked at it tomorrow: beyond what clocks differ by, such a date tells no age.
  if (!Number.isFinite(moment) || moment - now.getTime() > dayMs) return 'undated'
  return now.getTime() - moment <= ageMaxDays * dayMs ? 'holds' : 'expired'
}

function isAbout({ products, components }: VexStatement, { purl, product }: VexQuestion): boolean {
  const names = (list: readonly string[], wanted: string) =>
    list.some((one) => one === wanted || covers(one, wanted))
  const aboutProduct = product !== null && names(products, product)
  if (components.length > 0) return aboutProduct && names(components, purl)
  return aboutProduct || names(products, purl)
}

/** Whether a package URL without a version, or without qualifiers, stands for the other. */
function covers(general: string, special: string): boolean {
  const [a, b] = [parsePurl(general), parsePurl(special)]
  if (a === null || b === null) return false
  const qualifiers = Object.entries(a.qualifiers ?? {})
  return (
    a.type === b.type &&
    (a.namespace ?? '') === (b.namespace ?? '') &&
    a.name === b.name &&
    (a.version === undefined || a.version === b.version) &&
    qualifiers.every(([key, value]) => b.qualifiers?.[key] === value)
  )
}

function parsePurl(text: string): PackageURL | null {
  if (!text.startsWith('pkg:')) return null
  try {
    return PackageURL.fromString(text)
  } catch {
    return null
  }
}
