// Whether a version is affected, by the algorithm of the OSV schema (section "Evaluation"): listed in `versions`, or within a
// range. Events are walked in the order of their versions; `introduced` opens, `fixed` closes at its version and
// `last_affected` behind it; a `limit` bounds how far a range speaks.

import type { OsvAffected, OsvEvent, OsvRange } from './osv-record.ts'
import type { VersionOrder } from './version-order.ts'

/** What a record says about one version. */
export type Match =
  | {
      readonly outcome: 'affected'
      /** Versions behind this one that are no longer affected, as the ranges name them. */
      readonly fixedIn: readonly string[]
    }
  | { readonly outcome: 'unaffected' }
  /** A version in the record cannot be ordered, or only commits are named. */
  | { readonly outcome: 'undecided'; readonly why: string }

/** Whether the version is affected. */
export function matchVersion(
  version: string,
  { versions, ranges }: Pick<OsvAffected, 'versions' | 'ranges'>,
  order: VersionOrder,
): Match {
  const listed = versions.some((one) => one === version || order(version, one) === 0)
  const ordered = ranges.filter(({ type }) => type !== 'GIT')
  const outcomes = ordered.map((range) => inRange(version, range, order))
  if (listed || outcomes.includes(true)) {
    const within = ordered.filter((_, n) => outcomes[n] === true)
    const fixedIn = (within.length > 0 ? within : ordered).flatMap(({ events }) =>
      fixesBehind(version, events, order),
    )
    return { outcome: 'affected', fixedIn: [...new Set(fixedIn)] }
  }
  if (outcomes.includes(null))
    return {
      outcome: 'undecided',
      why: 'its ranges have no beginning, or a version that cannot be ordered',
    }
  if (ordered.length === 0 && versions.length === 0)
    return { outcome: 'undecided', why: 'it names commits, or nothing, and no versions' }
  return { outcome: 'unaffected' }
}

/** Before everything, however versions are written. */
const isStart = ({ version }: OsvEvent) => version === '0'

function inRange(version: string, range: OsvRange, order: VersionOrder): boolean | null {
  const { events } = range
  // The schema asks for a beginning; without one nobody knows what the range says.
  if (!events.some(({ kind }) => kind === 'introduced')) return null
  // Places of the events before, at or behind the version; an order among events that cannot be told is no order.
  const against = events.map((event) => placed(version, event, order))
  if (against.includes(null)) return null
  const limits = events.flatMap((event, n) => (event.kind === 'limit' ? [against[n] ?? 0] : []))
  if (limits.length > 0 && !limits.some((difference) => difference < 0)) return false
  // Only the last event at or before the version decides, in the order of versions and then of the list.
  let last: OsvEvent | null = null
  for (const [n, event] of events.entries()) {
    if (event.kind === 'limit') continue
    const difference = against[n] ?? 0
    const reached = event.kind === 'last_affected' ? difference > 0 : difference >= 0
    if (!reached) continue
    const after = last === null ? 1 : laterOf(event, last, order)
    if (after === null) return null
    if (after >= 0) last = event
  }
  return last?.kind === 'introduced'
}

/** The version's place against an event's; null when it cannot be told. */
function placed(version: string, event: OsvEvent, order: VersionOrder): number | null {
  if (event.kind === 'introduced' && isStart(event)) return 1
  if (event.kind === 'limit' && event.version === '*') return -1
  return order(version, event.version)
}

function laterOf(a: OsvEvent, b: OsvEvent, order: VersionOrder): number | null {
  if (isStart(a) || isStart(b)) return isStart(a) ? (isStart(b) ? 0 : -1) : 1
  return order(a.version, b.version)
}

function fixesBehind(version: string, events: readonly OsvEvent[], order: VersionOrder): string[] {
  const fixes = events
    .filter(({ kind }) => kind === 'fixed')
    .map((event) => event.version)
    .filter((fix) => (order(version, fix) ?? 1) < 0)
  const first = fixes.toSorted((a, b) => order(a, b) ?? 0)[0]
  return first === undefined ? [] : [first]
}
