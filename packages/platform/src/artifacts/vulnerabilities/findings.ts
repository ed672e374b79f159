// Matched records become findings: records that name each other as aliases are one vulnerability, and what is known of its
// severity, fixes and exploitation is put beside it.

import type { Package } from '../inventory/package.ts'
import type { ExploitChance, KnownExploited } from './exploitation.ts'
import type { OsvAffected, OsvRecord } from './osv-record.ts'
import {
  type Rating,
  ratingOf,
  ratingOfWord,
  scored,
  type ScoredSeverity,
  worst,
} from './severity.ts'
import type { AppliedVex } from './vex.ts'
import type { VersionOrder } from './version-order.ts'

/** A record that says that a package is affected. */
export interface MatchedRecord {
  readonly record: OsvRecord
  readonly affected: OsvAffected
  readonly package: Package
  readonly fixedIn: readonly string[]
}

/** One vulnerability of one package. */
export interface Finding {
  readonly package: Package
  /** The name that other tools know best: the CVE, where there is one. */
  readonly id: string
  /** All names, the records' own included. */
  readonly ids: readonly string[]
  /**
   * Vulnerabilities of the software that a distribution packages. One advisory may mend several, so that they are no
   * other names of it.
   */
  readonly upstream: readonly string[]
  /** The OSV records it rests on. */
  readonly records: readonly string[]
  readonly summary: string
  /** A package that was made to do harm. */
  readonly malware: boolean
  readonly rating: Rating
  readonly severities: readonly ScoredSeverity[]
  /** The least version that every record holds to be fixed; null where one knows none. */
  readonly fix: string | null
  readonly published: string | null
  readonly modified: string
  /** Null where it is not listed, or no feed was given. */
  readonly kev: KnownExploited | null
  readonly epss: ExploitChance | null
  readonly vex: AppliedVex | null
}

/** Findings without what feeds and documents know of them. */
export type BareFinding = Omit<Finding, 'kev' | 'epss' | 'vex'>

/** Puts records of one package that are aliases of each other together. */
export function mergeAliases(
  matched: readonly MatchedRecord[],
  orderOf: (one: Package) => VersionOrder | null,
): BareFinding[] {
  const byPackage = Map.groupBy(matched, (one) => one.package.purl)
  return [...byPackage.values()].flatMap((ofPackage) =>
    groupsOf(ofPackage).map((group) => findingOf(group, orderOf)),
  )
}

/** Aliases are symmetric and transitive (OSV schema, "aliases"): names that meet in a record have one group. */
function groupsOf(matched: readonly MatchedRecord[]): MatchedRecord[][] {
  const parents = new Map<string, string>()
  const rootOf = (id: string): string => {
    let root = id
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    // The way is cut short, so that no later question walks it again.
    for (let at = id; at !== root; ) {
      const next = parents.get(at) ?? root
      parents.set(at, root)
      at = next
    }
    return root
  }
  for (const { record } of matched)
    for (const alias of record.aliases) {
      const [own, other] = [rootOf(record.id), rootOf(alias)]
      if (own !== other) parents.set(other, own)
    }
  return [...Map.groupBy(matched, ({ record }) => rootOf(record.id)).values()]
}

const prefixes = ['MAL-', 'CVE-', 'GHSA-', 'PYSEC-']
const rankOf = (id: string): number => {
  const rank = prefixes.findIndex((prefix) => id.startsWith(prefix))
  return rank < 0 ? prefixes.length : rank
}
const byRank = (a: string, b: string) => rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0)

function findingOf(
  group: readonly MatchedRecord[],
  orderOf: (one: Package) => VersionOrder | null,
): BareFinding {
  const [first] = group
  if (first === undefined) throw new Error('a group of no records')
  const records = [...new Set(group.map(({ record }) => record.id))].toSorted(byRank)
  const ids = [...new Set(group.flatMap(({ record }) => [record.id, ...record.aliases]))].toSorted(
    byRank,
  )
  const upstream = [...new Set(group.flatMap(({ record }) => record.upstream))].filter(
    (id) => !ids.includes(id),
  )
  const malware = records.some((id) => id.startsWith('MAL-'))
  const severities = severitiesOf(group)
  const byName = group.toSorted((a, b) => byRank(a.record.id, b.record.id))
  return {
    package: first.package,
    id: ids[0] ?? first.record.id,
    ids,
    upstream: upstream.toSorted(byRank),
    records,
    summary: byName.map(({ record }) => record.summary).find((text) => text !== '') ?? '',
    malware,
    rating: malware ? 'critical' : ratingOfGroup(group, severities),
    severities,
    fix: fixOf(group, orderOf(first.package)),
    published: least(group.flatMap(({ record }) => record.published ?? [])),
    modified: group.map(({ record }) => record.modified).reduce((a, b) => (a > b ? a : b)),
  }
}

const least = (texts: readonly string[]): string | null =>
  texts.length === 0 ? null : texts.reduce((a, b) => (a < b ? a : b))

function severitiesOf(group: readonly MatchedRecord[]): ScoredSeverity[] {
  const all = group.flatMap(({ record, affected }) =>
    // A package's own severity stands in place of the record's.
    scored(affected.severities.length > 0 ? affected.severities : record.severities),
  )
  return [...new Map(all.map((one) => [`${one.type} ${one.score}`, one])).values()]
}

function ratingOfGroup(
  group: readonly MatchedRecord[],
  severities: readonly ScoredSeverity[],
): Rating {
  const numbered = severities.flatMap(({ type, value }) =>
    value === null ? [] : [ratingOf(value, type)],
  )
  const worded = severities.flatMap(({ type, score }) =>
    type.startsWith('CVSS_') ? [] : [ratingOfWord(score)],
  )
  const rated = group.flatMap(({ record, affected }) =>
    [...(record.rated === null ? [] : [record.rated]), ...affected.rated].map(ratingOfWord),
  )
  return worst([...numbered, ...worded, ...rated])
}

/** The least version with which no record of the group is left. */
function fixOf(group: readonly MatchedRecord[], order: VersionOrder | null): string | null {
  if (order === null) return null
  let highest: string | null = null
  for (const { fixedIn } of group) {
    const [nearest] = fixedIn.toSorted((a, b) => order(a, b) ?? 0)
    if (nearest === undefined) return null
    if (highest === null || (order(nearest, highest) ?? 0) > 0) highest = nearest
  }
  return highest
}
