// Checks packages against a mirror of OSV: every record that names one is matched, and what could not be decided is said.

import { OperatingError } from '@proofhouse/evidence'
import { type NotChecked, type Package, quoted } from '../inventory/package.ts'
import { normalizePythonName } from '../inventory/purl.ts'
import type { ReadableFiles } from '../inventory/ports.ts'
import { type BareFinding, type MatchedRecord, mergeAliases } from './findings.ts'
import { matchVersion } from './osv-match.ts'
import { type MirrorPart, mirrorParts } from './osv-mirror.ts'
import type { OsvAffected, OsvRecord } from './osv-record.ts'
import { orderOf, type VersionOrder } from './version-order.ts'

const findingsMax = 100_000
/** Records that are kept: those that name a package. */
const recordsMax = 200_000

/** What was read of a feed. */
export interface FeedState {
  readonly name: 'osv' | 'kev' | 'epss'
  /** Of OSV; null for a folder of any. */
  readonly ecosystem: string | null
  readonly path: string
  readonly records: number
  /** The newest change in it, or its own date; null where there is none. */
  readonly updated: string | null
  readonly version: string | null
}

/** What matching came to. */
export interface MatchResult {
  readonly findings: readonly BareFinding[]
  readonly notChecked: readonly NotChecked[]
  readonly feeds: readonly FeedState[]
}

/** Packages by the name and ecosystem that advisories know them by. */
class Wanted {
  readonly #byName = new Map<string, Package[]>()
  readonly ecosystems: readonly string[]

  constructor(packages: readonly Package[]) {
    const ecosystems = new Set<string>()
    for (const one of packages) {
      if (one.ecosystem === null) continue
      ecosystems.add(one.ecosystem)
      const key = Wanted.#key(one.ecosystem, one.source?.name ?? one.name)
      const alike = this.#byName.get(key)
      if (alike === undefined) this.#byName.set(key, [one])
      else alike.push(one)
    }
    this.ecosystems = [...ecosystems].toSorted()
  }

  static #key = (ecosystem: string, name: string) => {
    if (ecosystem === 'PyPI') return `${ecosystem} ${normalizePythonName(name)}`
    // Package URLs of Go modules are in lower case, records are not.
    return `${ecosystem} ${ecosystem === 'Go' ? name.toLowerCase() : name}`
  }

  of({ ecosystem, name }: OsvAffected): readonly Package[] {
    const exact = this.#byName.get(Wanted.#key(ecosystem, name))
    if (exact !== undefined || ecosystem.includes(':')) return exact ?? []
    // An advisory of a distribution without a release is about every release.
    return this.ecosystems
      .filter((one) => one.startsWith(`${ecosystem}:`))
      .flatMap((one) => this.#byName.get(Wanted.#key(one, name)) ?? [])
  }
}

/** What a mirror says about some packages. */
export interface Advisories {
  /** Records that name one of the packages, whatever the version. */
  readonly records: readonly OsvRecord[]
  readonly feeds: readonly FeedState[]
  /** What could not be read. */
  readonly problems: readonly NotChecked[]
  /** Ecosystems that the mirror has records of. */
  readonly spokenOf: ReadonlySet<string>
  /** Null where none was given. */
  readonly mirror: string | null
}

/**
 * Reads what a mirror says about packages, in one pass.
 * @param mirror null where none was given: then nothing is checked, which is said
 * @throws file-missing, limit-exceeded
 */
export async function readAdvisories(
  files: ReadableFiles,
  packages: readonly Package[],
  mirror: string | null,
): Promise<Advisories> {
  const wanted = new Wanted(packages)
  const parts = mirror === null ? [] : await mirrorParts(files, mirror, wanted.ecosystems)
  const records: OsvRecord[] = []
  const feeds: FeedState[] = []
  const problems: NotChecked[] = []
  const spokenOf = new Set<string>()
  for (const part of parts)
    feeds.push(await readPart(part, { wanted, records, problems, spokenOf }))
  return { records, feeds, problems, spokenOf, mirror }
}

/** Matches packages against what was read of them. @throws limit-exceeded */
export function matchPackages(packages: readonly Package[], advisories: Advisories): MatchResult {
  const notChecked: NotChecked[] = packages.flatMap(unmatchable)
  const checkable = packages.filter((one) => unmatchable(one).length === 0)
  const wanted = new Wanted(checkable)
  const matching: Matching = { wanted, matched: new Map(), notChecked }
  for (const record of advisories.records) take(record, matching)
  const { spokenOf, mirror, feeds, problems } = advisories
  for (const ecosystem of wanted.ecosystems) {
    // Records of other releases say nothing of this one: a release that nobody watches has no advisories, and is not clean.
    if (spokenOf.has(ecosystem)) continue
    const count = checkable.filter((one) => one.ecosystem === ecosystem).length
    notChecked.push({
      reason: 'feed-missing',
      what: `${count} of ${ecosystem}`,
      detail: mirror === null ? 'no mirror of OSV was given' : `\`${mirror}\` has no records of it`,
      place: null,
    })
  }
  const matched = [...matching.matched.values()]
  return {
    findings: mergeAliases(matched, orderOfPackage),
    notChecked: [...problems, ...notChecked],
    feeds,
  }
}

const orderOfPackage = ({ ecosystem }: Package): VersionOrder | null =>
  ecosystem === null ? null : orderOf(ecosystem)

const versionOf = (one: Package) => one.source?.version ?? one.version

/** Why a package cannot be matched at all. */
function unmatchable(one: Package): NotChecked[] {
  const what = quoted(`${one.name} ${one.version}`)
  const place = one.places[0] ?? null
  const order = orderOfPackage(one)
  if (order === null)
    return [{ reason: 'unknown-ecosystem', what, detail: `no advisories for ${one.purl}`, place }]
  if (order(versionOf(one), versionOf(one)) === 0) return []
  const detail = `not a version of ${one.ecosystem}`
  return [{ reason: 'version-not-understood', what, detail, place }]
}

interface Matching {
  readonly wanted: Wanted
  /** By record and package, so that a record in two places counts once. */
  readonly matched: Map<string, MatchedRecord>
  readonly notChecked: NotChecked[]
}

interface Reading {
  readonly wanted: Wanted
  readonly records: OsvRecord[]
  readonly problems: NotChecked[]
  readonly spokenOf: Set<string>
}

async function readPart(
  part: MirrorPart,
  { wanted, records, problems, spokenOf }: Reading,
): Promise<FeedState> {
  let count = 0
  let updated: string | null = null
  let unread = 0
  let firstProblem = ''
  for await (const record of part.records()) {
    if (record instanceof OperatingError) {
      unread++
      firstProblem ||= record.message
      continue
    }
    count++
    updated = later(updated, record.modified)
    for (const { ecosystem } of record.affected) spokenOf.add(ecosystem)
    if (record.affected.some((one) => wanted.of(one).length > 0)) records.push(record)
    if (records.length > recordsMax)
      throw new OperatingError('limit-exceeded', `over ${recordsMax} advisories of the packages`)
  }
  if (count > 0 && part.ecosystem !== null) spokenOf.add(part.ecosystem)
  const { ecosystem, path } = part
  if (unread > 0)
    problems.push({
      reason: 'feed-incomplete',
      what: path,
      detail: `${unread} of its records cannot be read; the first: ${quoted(firstProblem)}`,
      place: { path },
    })
  return { name: 'osv', ecosystem, path, records: count, updated, version: null }
}

/** The later of two moments; what is no date tells nothing of a feed's age. */
function later(known: string | null, modified: string): string | null {
  const moment = Date.parse(modified)
  if (Number.isNaN(moment)) return known
  return known === null || moment > Date.parse(known) ? modified : known
}

function take(record: OsvRecord, { wanted, matched, notChecked }: Matching): void {
  if (record.withdrawn) return
  for (const affected of record.affected)
    for (const one of wanted.of(affected)) {
      const order = orderOfPackage(one)
      if (order === null) continue
      const match = matchVersion(versionOf(one), affected, order)
      const key = `${record.id} ${one.purl}`
      if (match.outcome === 'affected') {
        const fixedIn = [...(matched.get(key)?.fixedIn ?? []), ...match.fixedIn]
        matched.set(key, { record, affected, package: one, fixedIn })
      } else if (match.outcome === 'undecided' && !matched.has(key))
        notChecked.push({
          reason: 'advisory-not-understood',
          what: `${quoted(record.id)} for ${quoted(`${one.name} ${one.version}`)}`,
          detail: match.why,
          place: one.places[0] ?? null,
        })
      if (matched.size + notChecked.length > findingsMax)
        throw new OperatingError('limit-exceeded', `over ${findingsMax} findings`)
    }
}
