// Keys of tenants that are wrapped in another place than the store of keys: those of artifacts, in their records. They are wrapped anew
// with the others, and a version under which one still lies is neither refused nor destroyed.

import { OperatingError } from '@proofhouse/evidence'
import type { KeyKind } from './key-binding.ts'

/** A place of wrapped keys that is no store of keys. */
export interface KeysElsewhere {
  /** What people call it. */
  readonly name: string
  readonly kind: KeyKind
  /**
   * Every wrapped key of a tenant, with the version of the tenant's key that it is wrapped under; null where it cannot be read.
   * @throws storage-failed
   */
  list(tenant: string): AsyncIterable<{ readonly id: string; readonly wrappedUnder: number | null }>
  /** Wraps a key anew under the tenant's newest version. @returns false when it is gone */
  rewrap(tenant: string, id: string): Promise<boolean>
}

/** What wrapping anew came to; without an end when it was interrupted. */
export interface RewrappedElsewhere {
  readonly keys: Readonly<Record<string, number>>
  readonly failed: readonly string[]
  readonly done: boolean
}

/** Keys between two looks at the clock. */
const pageSize = 100

/** These say of one key that it does not open; every other failure ends the work. */
const damagedCodes = /^(key-unwrap-failed|key-destroyed|key-missing|artifact-corrupt)$/

/**
 * Wraps keys elsewhere anew. Those that are already are passed over, so that an interrupted call is gone on with
 * by another.
 * @param given.version the newest of the tenant's key
 * @param given.pace waits, after so many keys, for as long as the pace asks
 * @throws storage-failed, key-provider-unavailable; what was done until then is kept
 */
export async function rewrapElsewhere(
  places: readonly KeysElsewhere[],
  given: {
    readonly tenant: string
    readonly version: number
    readonly signal: AbortSignal
    readonly pace: (keys: number, startedMs: number) => Promise<void>
    readonly monotonicMs: () => number
  },
): Promise<RewrappedElsewhere> {
  const { tenant, version, signal, pace, monotonicMs } = given
  const keys: Record<string, number> = {}
  const failed: string[] = []
  let inPage = 0
  let startedMs = monotonicMs()
  for (const place of places)
    for await (const { id, wrappedUnder } of place.list(tenant)) {
      if (signal.aborted) return { keys, failed, done: false }
      const isThere =
        wrappedUnder !== null && wrappedUnder >= version
          ? 'wrapped'
          : await rewrapOne(place, tenant, id)
      if (isThere === 'wrapped') keys[place.kind] = (keys[place.kind] ?? 0) + 1
      if (isThere === 'failed') failed.push(nameOf(place, tenant, id))
      if (++inPage < pageSize) continue
      await pace(inPage, startedMs)
      inPage = 0
      startedMs = monotonicMs()
    }
  return { keys, failed, done: true }
}

async function rewrapOne(
  place: KeysElsewhere,
  tenant: string,
  id: string,
): Promise<'wrapped' | 'gone' | 'failed'> {
  try {
    return (await place.rewrap(tenant, id)) ? 'wrapped' : 'gone'
  } catch (cause) {
    if (cause instanceof OperatingError && damagedCodes.test(cause.code)) return 'failed'
    throw cause
  }
}

/** @throws key-conflict when a key elsewhere is wrapped under a lower version, or cannot be read */
export async function requireNoneBelow(
  places: readonly KeysElsewhere[],
  { tenant, minimum }: { readonly tenant: string; readonly minimum: number },
): Promise<void> {
  for (const place of places)
    for await (const { id, wrappedUnder } of place.list(tenant)) {
      if (wrappedUnder !== null && wrappedUnder >= minimum) continue
      const name = nameOf(place, tenant, id)
      throw new OperatingError(
        'key-conflict',
        wrappedUnder === null
          ? `the record of \`${name}\` cannot be read: restore it, or remove that artifact`
          : `\`${name}\` is still wrapped under an older version; wrap the keys anew first`,
      )
    }
}

function nameOf({ kind, name }: KeysElsewhere, tenant: string, id: string): string {
  return `${tenant}/${kind}/${id} in ${name}`
}
