// Erasing: the keys and contents of decisions are destroyed, and what was emptied is stated. Pending until the epoch's key is destroyed
// too; then nothing can open what lingers in freed space, logs and backups, and it is final.
// INVARIANT: the record of an erasure is durable before anything is destroyed, and whatever of it is not done is done at opening.

import { type ErasedStore, type Erasure, OperatingError } from '@proofhouse/evidence'
import type { DecisionLog } from './decision-log.ts'
import { type ErasureRecord, indexesOf, rangesOf } from './erasures.ts'
import type { IndexRow } from './index-segment.ts'
import type { KeyPages } from './key-pages.ts'
import { rememberedMs } from './late-arrivals.ts'
import { emptyRows, rowsOf } from './log-parts.ts'
import type { MadeEpoch } from './log-state.ts'
import { emptyAgain } from './opening.ts'

/** Entries of one erasure at most: what one statement can list. */
const entriesMax = 1_000_000

const idPattern = /^[A-Za-z0-9._-]{1,128}$/

/** States an erasure in the evidence log; tells its index. */
type StateErasure = (erasure: Erasure) => Promise<number>

/** Whom or what to erase. */
export interface ErasureOrder {
  readonly erasureId: string
  readonly reason: Erasure['reason']
  /** UTC, RFC 3339. */
  readonly requestedAt: string
  /** Which of them may go, asked while no decision is on its way; all, where nobody is asked. @throws when none may */
  readonly permitted?: (rows: readonly IndexRow[]) => Promise<readonly IndexRow[]>
}

/** How to say it. */
export interface ErasureHost {
  readonly state: StateErasure
  readonly now: () => Date
  /** Stores elsewhere that hold decisions, emptied with it: client spools, copies. */
  readonly others?: readonly {
    readonly name: string
    erase(ranges: ErasureRecord['ranges']): Promise<ErasedStore>
  }[]
}

/** Names no key and no person. */
const keptDetail =
  'keys that seal other decisions of the same persons stay; until those are gone too, the erasure does not become final'

/** What spools of clients, queues and files still hold is reached when it comes. */
const lateStore = (until: string): ErasedStore => ({
  store: 'late-arrivals',
  outcome: 'nothing-held',
  detail: `decisions made before this that clients still hold are emptied as they come, until ${until}, but where a declaration asks to keep them`,
})

const later = (time: Date) => time.toISOString()

/** The erasure's statement, as far as it has come. */
function statementOf(
  log: DecisionLog,
  record: ErasureRecord,
  state: Erasure['state'],
  now: Date,
): Erasure {
  const { erasureId, reason, requestedAt, epoch, ranges, stores, pendingIndex } = record
  return {
    erasureId,
    state,
    reason,
    requestedAt,
    statedAt: later(now),
    epoch,
    entries: ranges.length === 0 ? [] : [{ log: log.place.origin, ranges }],
    stores,
    pendingIndex: state === 'final' ? pendingIndex : null,
  }
}

/**
 * Erases a person from a log: every decision about them, and their key.
 * @returns the record of it, with nothing emptied when the log holds nothing about them
 * @throws limit-exceeded, storage-failed
 */
export async function eraseSubject(
  log: DecisionLog,
  subject: string,
  order: ErasureOrder,
  host: ErasureHost,
): Promise<ErasureRecord> {
  const tag = log.tagger.tagOf('subject', subject)
  return log.exclusively(async () => {
    const rows = await log.index.find({ tag, limit: entriesMax + 1 })
    const permitted = await permittedOf(rows, order)
    // Where something of theirs is to be kept, what comes late is as well.
    if (permitted.length < rows.length) return erase(log, permitted, order, host)
    // Before anybody is remembered: an erasure that is refused must not empty what comes late.
    requireErasable(log, permitted, order.erasureId)
    log.late.add(tag, host.now())
    await log.late.commit()
    const lateUntil = new Date(host.now().getTime() + rememberedMs).toISOString()
    return erase(log, permitted, { ...order, lateUntil }, host)
  })
}

const permittedOf = (rows: readonly IndexRow[], { permitted }: ErasureOrder) =>
  permitted === undefined ? rows : permitted(rows)

/**
 * Erases single decisions, whoever they are about. Keys that seal others too stay.
 * @throws usage-invalid for an index beyond the log; limit-exceeded, storage-failed
 */
export async function eraseEntries(
  log: DecisionLog,
  indexes: readonly number[],
  order: ErasureOrder,
  host: ErasureHost,
): Promise<ErasureRecord> {
  return log.exclusively(async () => {
    const rows: IndexRow[] = []
    for (const index of [...new Set(indexes)].toSorted((a, b) => a - b)) {
      const row = await log.index.row(index)
      if (row === null)
        throw new OperatingError('usage-invalid', `there is no decision ${index} in this log`)
      rows.push(row)
    }
    return erase(log, await permittedOf(rows, order), order, host)
  })
}

/** @throws limit-exceeded for too many; usage-invalid for a name that is none, or another one's */
function requireErasable(log: DecisionLog, rows: readonly IndexRow[], erasureId: string): void {
  if (rows.length > entriesMax)
    throw new OperatingError('limit-exceeded', `more than ${entriesMax} decisions in one erasure`)
  if (!idPattern.test(erasureId) || log.erasures.has(erasureId))
    throw new OperatingError(
      'usage-invalid',
      'an erasure needs an id of its own: 1 to 128 letters, digits, `.`, `_` or `-` that no other one has',
    )
}

async function erase(
  log: DecisionLog,
  rows: readonly IndexRow[],
  {
    erasureId,
    reason,
    requestedAt,
    lateUntil,
  }: Omit<ErasureOrder, 'permitted'> & { readonly lateUntil?: string },
  host: ErasureHost,
): Promise<ErasureRecord> {
  requireErasable(log, rows, erasureId)
  const record: ErasureRecord = {
    erasureId,
    reason,
    requestedAt,
    epoch: log.keys.epoch.number,
    ranges: rangesOf(rows.map(({ index }) => index)),
    stores: [],
    ...(lateUntil === undefined ? {} : { lateUntil }),
    pendingIndex: null,
    finalIndex: null,
  }
  await log.erasures.put(record)
  return carryOut(log, record, host)
}

/** Does what is left to do of an erasure. Safe to repeat. */
async function carryOut(
  log: DecisionLog,
  record: ErasureRecord,
  host: ErasureHost,
): Promise<ErasureRecord> {
  if (record.pendingIndex !== null) return record
  const rows = await rowsOf(log.index, indexesOf(record.ranges))
  const keysKept = [...new Set([...(record.keysKept ?? []), ...(await emptyRows(log, rows))])]
  const held = rows.length > 0 ? ('erased' as const) : ('nothing-held' as const)
  const stores: ErasedStore[] = [
    { store: 'keys', outcome: held, ...(keysKept.length === 0 ? {} : { detail: keptDetail }) },
    { store: 'contents', outcome: held },
    { store: 'index', outcome: held },
  ]
  if (record.lateUntil !== undefined) stores.push(lateStore(record.lateUntil))
  for (const other of host.others ?? []) stores.push(await other.erase(record.ranges))
  const carried = { ...record, stores, keysKept }
  const pendingIndex = await host.state(statementOf(log, carried, 'pending', host.now()))
  const stated = { ...carried, pendingIndex }
  await log.erasures.put(stated)
  return stated
}

/** A statement of erasure in the evidence log. */
export interface StatedErasure {
  readonly index: number
  readonly erasure: Erasure
}

/**
 * Carries on what an interruption left, and empties again what a restored copy holds though it was erased.
 * @param stated what the evidence log says was emptied, which a restored copy may not remember
 */
export async function resumeErasures(
  log: DecisionLog,
  host: ErasureHost,
  stated: readonly StatedErasure[] = [],
): Promise<void> {
  await log.exclusively(async () => {
    for (const one of stated) await remember(log, one)
    for (const record of log.erasures.list())
      if (record.pendingIndex === null) await carryOut(log, record, host)
      else await emptyAgain(log, record)
  })
}

/** Takes note of an erasure that only the evidence log knows of any more. */
async function remember(log: DecisionLog, { index, erasure }: StatedErasure): Promise<void> {
  const { erasureId, reason, requestedAt, epoch, stores, state } = erasure
  const known = log.erasures.list().find((record) => record.erasureId === erasureId)
  const ranges = erasure.entries.flatMap((of) => (of.log === log.place.origin ? of.ranges : []))
  if (ranges.length === 0 || known?.finalIndex === index || known?.pendingIndex === index) return
  // What became final in an epoch that a restored copy has not ended yet becomes so once more, at its end.
  const isOver = state === 'final' && epoch < log.keys.epoch.number
  const pendingIndex = state === 'final' ? erasure.pendingIndex : index
  const finalIndex = isOver ? index : (known?.finalIndex ?? null)
  const keysKept = known?.keysKept ?? []
  await log.erasures.put({
    erasureId,
    reason,
    requestedAt,
    epoch,
    ranges,
    stores,
    keysKept,
    pendingIndex,
    finalIndex,
  })
}

/**
 * Closes the epoch: seals the keys of those who remain under a new epoch's key, destroys the old one, and states the erasures of
 * the epoch as final. Decisions wait meanwhile.
 * @returns the number of the new epoch and the erasures that became final
 * @throws key-provider-unavailable, key-provider-refused: the epoch goes on then, and nothing was changed
 */
export async function closeEpoch(
  log: DecisionLog,
  host: ErasureHost,
): Promise<{ readonly epoch: number; readonly final: readonly ErasureRecord[] }> {
  return log.exclusively(async () => {
    const epoch = await log.state.makeEpoch(log.keys.epoch.number + 1, log.ownKeys)
    const pages = await copied(log, epoch, host.now())
    await log.state.enter(epoch)
    log.keys.follow(pages)
    log.index.follow(epoch)
    log.late.follow(epoch)
    await log.state.removeAllBut(epoch.number)
    return { epoch: epoch.number, final: await stateFinal(log, host) }
  })
}

/** What a log goes on with in another epoch. Where it breaks off nothing stays: no erasure reaches a second copy of keys. */
async function copied(log: DecisionLog, epoch: MadeEpoch, now: Date): Promise<KeyPages> {
  try {
    const pages = await log.keys.copyTo(log.stores.files, log.place, epoch)
    await log.index.copyTo(epoch)
    await log.late.copyTo(epoch, now)
    return pages
  } catch (error) {
    epoch.key.fill(0)
    // Where this fails too, what was thrown first says more; the next opening, or end of the epoch, does it again.
    await log.state.removeAllBut(log.keys.epoch.number).catch(() => undefined)
    throw error
  }
}

/** States erasures of epochs that are over as final. Safe to repeat. */
export async function stateFinal(
  log: DecisionLog,
  host: ErasureHost,
): Promise<readonly ErasureRecord[]> {
  const final: ErasureRecord[] = []
  for (const record of log.erasures.list()) {
    const { epoch, pendingIndex, finalIndex } = record
    if (pendingIndex === null || finalIndex !== null || epoch >= log.keys.epoch.number) continue
    if (await isAnyThere(log, record.keysKept ?? [])) continue
    const index = await host.state(statementOf(log, record, 'final', host.now()))
    const done = { ...record, finalIndex: index }
    await log.erasures.put(done)
    final.push(done)
  }
  return final
}

/** Whether any of these keys could still open what lingers. */
async function isAnyThere(log: DecisionLog, keys: readonly number[]): Promise<boolean> {
  for (const key of keys) if ((await log.keys.key(key)) !== null) return true
  return false
}
