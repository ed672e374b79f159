// Checks packages that are known by name and version: advisories, feeds of exploitation, VEX, policy, in this order. What fails
// on the way is said as not checked, and never lets anything pass.

import type { Inventory, NotChecked, ReadableFiles } from '../artifacts/inventory/index.ts'
import {
  type Advisories,
  applyVex,
  type FeedState,
  indexVex,
  isAccepted,
  type JudgedFinding,
  matchPackages,
  parseEpss,
  parseKev,
  parseVex,
  readAdvisories,
  standingOf,
  verdictOf,
  type VexStatement,
  type VulnerabilityPolicy,
  type VulnerabilityVerdict,
} from '../artifacts/vulnerabilities/index.ts'
import type { Services } from './services.ts'

const feedMaxBytes = 256 * 1_048_576
const vexMaxBytes = 64 * 1_048_576
const dayMs = 86_400_000

/** Feeds and documents that a check rests on. */
interface VulnerabilityFeeds {
  /** A folder; null for none, which leaves everything unchecked. */
  readonly mirror: string | null
  readonly kev: string | null
  readonly epss: string | null
  readonly vex: readonly string[]
  readonly vexAgeMaxDays: number
  /** The product that VEX documents speak of. */
  readonly product: string | null
}

/** A feed with its age at the time of the check. */
type AgedFeed = FeedState & { readonly ageDays: number | null }

/** What a check came to. */
export interface CheckedPackages {
  readonly verdict: VulnerabilityVerdict
  readonly findings: readonly JudgedFinding[]
  /** With whether the policy lets it stay so. */
  readonly notChecked: readonly (NotChecked & { readonly accepted: boolean })[]
  readonly feeds: readonly AgedFeed[]
  readonly packages: Inventory['packages']
  readonly policy: VulnerabilityPolicy
  readonly startedAt: string
}

/** What a check rests on, and what it is judged by. */
export interface CheckBasis {
  readonly feeds: VulnerabilityFeeds
  readonly policy: VulnerabilityPolicy
}

/**
 * Checks packages that are known already.
 * @param read advisories that were read for these packages and others; read anew where they are absent
 */
export async function checkPackages(
  services: Pick<Services, 'readableFiles' | 'now'>,
  inventory: Pick<Inventory, 'packages' | 'notChecked'>,
  { feeds, policy }: CheckBasis,
  read?: Advisories,
): Promise<CheckedPackages> {
  const now = services.now()
  const files = services.readableFiles
  const advisories = read ?? (await readAdvisories(files, inventory.packages, feeds.mirror))
  const matched = matchPackages(inventory.packages, advisories)
  const { kev, epss, states } = await readFeeds(
    files,
    feeds,
    matched.findings.flatMap(({ ids, upstream }) => [...ids, ...upstream]),
  )
  const statements: VexStatement[] = []
  for (const path of feeds.vex)
    statements.push(...parseVex(await files.read(path, vexMaxBytes), path))
  const vexIndex = indexVex(statements)
  const findings = matched.findings.map((bare): JudgedFinding => {
    const { ids, upstream } = bare
    const of = <Value>(feed: ReadonlyMap<string, Value> | null): Value[] =>
      [...ids, ...upstream].flatMap((id) => feed?.get(id) ?? [])
    // What answers for one of several vulnerabilities does not answer for an advisory about all of them.
    const answerable = upstream.length === 1 ? [...ids, ...upstream] : ids
    const question = { ids: answerable, purl: bare.package.purl, product: feeds.product }
    const vex = applyVex(vexIndex, question, { now, ageMaxDays: feeds.vexAgeMaxDays })
    const likeliest = of(epss).toSorted((a, b) => b.score - a.score)[0] ?? null
    const finding = { ...bare, kev: of(kev)[0] ?? null, epss: likeliest, vex }
    return { ...finding, standing: standingOf(finding, policy) }
  })
  const aged = [...matched.feeds, ...states].map((feed) => ({ ...feed, ageDays: ageOf(feed, now) }))
  const notChecked: NotChecked[] = [
    ...inventory.notChecked,
    ...matched.notChecked,
    ...aged.flatMap((feed) => tooOld(feed, policy)),
  ]
  return {
    verdict: verdictOf(findings, notChecked, policy),
    findings: findings.toSorted(byWeight),
    notChecked: notChecked.map((one) => ({ ...one, accepted: isAccepted(one, policy) })),
    feeds: aged,
    packages: inventory.packages,
    policy,
    startedAt: now.toISOString(),
  }
}

async function readFeeds(
  files: ReadableFiles,
  feeds: Pick<VulnerabilityFeeds, 'kev' | 'epss'>,
  ids: readonly string[],
) {
  const states: FeedState[] = []
  const read = async <Value>(
    name: 'kev' | 'epss',
    path: string | null,
    parse: (bytes: Uint8Array) => {
      readonly entries: ReadonlyMap<string, Value>
      readonly records: number
      readonly updated: string | null
      readonly version: string | null
    },
  ) => {
    if (path === null) return null
    const { entries, records, updated, version } = parse(await files.read(path, feedMaxBytes))
    states.push({ name, ecosystem: null, path, records, updated, version })
    return entries
  }
  const kev = await read('kev', feeds.kev, parseKev)
  const epss = await read('epss', feeds.epss, (bytes) => parseEpss(bytes, new Set(ids)))
  return { kev, epss, states }
}

/** Whole days since a feed was last changed; null where it does not say, or says a day to come. */
function ageOf({ updated }: FeedState, now: Date): number | null {
  const moment = updated === null ? Number.NaN : Date.parse(updated)
  const days = Math.floor((now.getTime() - moment) / dayMs)
  return Number.isNaN(moment) || days < -1 ? null : Math.max(0, days)
}

function tooOld(feed: AgedFeed, { feedAgeMaxDays }: VulnerabilityPolicy): NotChecked[] {
  if (feedAgeMaxDays === null || (feed.ageDays !== null && feed.ageDays <= feedAgeMaxDays))
    return []
  const detail =
    feed.ageDays === null
      ? 'does not say how old it is'
      : `is ${feed.ageDays} days old, more than ${feedAgeMaxDays}`
  return [{ reason: 'feed-incomplete', what: feed.path, detail, place: { path: feed.path } }]
}

const order = ['critical', 'high', 'unknown', 'medium', 'low', 'none']

/** What breaks the policy first, then by severity and name. */
function byWeight(a: JudgedFinding, b: JudgedFinding): number {
  return (
    Number(b.standing.breaks) - Number(a.standing.breaks) ||
    order.indexOf(a.rating) - order.indexOf(b.rating) ||
    a.package.purl.localeCompare(b.package.purl, 'en') ||
    a.id.localeCompare(b.id, 'en')
  )
}
