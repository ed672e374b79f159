// What a decision log consists of, and how rows of it are emptied: the keys that seal nothing else, the contents, what the index says.

import type { Ledger } from '../ledger/index.ts'
import type { OpenDeployment } from './decision.ts'
import type { Corrections } from './corrections.ts'
import type { DecisionIndex } from './decision-index.ts'
import type { Erasures } from './erasures.ts'
import type { IndexRow } from './index-segment.ts'
import type { LateArrivals } from './late-arrivals.ts'
import type { KeyWrapper, VaultFiles } from './ports.ts'
import type { SealPlace } from './sealing.ts'
import type { Sources } from './sources.ts'
import type { SubjectKeys } from './subject-keys.ts'
import type { Vault } from './vault.ts'

/** What a log stands on. */
export interface DecisionLogStores {
  readonly files: VaultFiles
  /** Its own: nothing else appends to it. */
  readonly ledger: Ledger
  readonly wrapper: KeyWrapper
}

/** What a log consists of. */
export interface LogParts {
  readonly place: SealPlace
  readonly stores: DecisionLogStores
  readonly deployments: ReadonlyMap<string, OpenDeployment>
  readonly index: DecisionIndex
  readonly vault: Vault
  readonly keys: SubjectKeys
  readonly erasures: Erasures
  readonly late: LateArrivals
  readonly corrections: Corrections
  readonly sources: Sources
}

/**
 * Empties rows, in this order: whatever interrupts it, what is left of a content has no key, or an erasure says why.
 * @returns keys that stay because they seal others' contents too
 */
export async function emptyRows(
  { index, keys, vault }: Pick<LogParts, 'index' | 'keys' | 'vault'>,
  rows: readonly IndexRow[],
): Promise<readonly number[]> {
  const own = new Set(rows.map(({ key }) => key).filter((key) => key !== 0))
  const erased = new Set(rows.map((row) => row.index))
  const kept = new Set<number>()
  if (own.size > 0)
    await index.keys((key, at) => {
      if (key !== 0 && own.has(key) && !erased.has(at)) kept.add(key)
    })
  await keys.destroy(own.difference(kept))
  await vault.empty(rows)
  await index.erase([...erased])
  return [...kept]
}

/** Rows of entries, of those that there are. */
export async function rowsOf(
  index: DecisionIndex,
  indexes: Iterable<number>,
): Promise<readonly IndexRow[]> {
  const rows: IndexRow[] = []
  for (const at of indexes) {
    const row = await index.row(at)
    if (row !== null) rows.push(row)
  }
  return rows
}
