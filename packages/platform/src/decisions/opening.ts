// Opening a log: keys, index and contents are read and brought to the same end, what was begun of erasures is destroyed, and keys
// that seal nothing go.
// INVARIANT: before a log takes or shows a decision, everything that any erasure it knows of covers is empty.

import { type Bytes, OperatingError, parseDecisionEntry } from '@proofhouse/evidence'
import { declaredBy, type OpenDeployment } from './decision.ts'
import { indexesOf } from './erasures.ts'
import { tagSizeBytes } from './key-pages.ts'
import { emptyRows, type LogParts, rowsOf } from './log-parts.ts'
import { outcomeIn } from './outcomes.ts'
import { openGroups } from './sealing.ts'
import type { BatchAt, ContentAt, PlacedContent } from './vault.ts'

const nobody = Buffer.alloc(tagSizeBytes)

/** Reads everything; tells the number of entries. @throws ledger-corrupt, storage-failed */
export async function load(log: LogParts, size: number): Promise<void> {
  const { erasures, index, keys, late, sources, vault } = log
  await erasures.open()
  await late.open()
  await keys.open()
  let from: BatchAt = { first: 0, file: 0, offset: 0 }
  await index.open((segment) => {
    for (const [source, sequence] of segment.sequences()) sources.add(source, sequence)
    segment.keys((key, at) => {
      refuseLostKey(log, key, at)
    })
    from = segment.batch
  })
  if (index.size > size)
    throw new OperatingError(
      'ledger-corrupt',
      `the ledger has ${size} entries and the index ${index.size}: it is an older copy; restore the ledger of the same time`,
    )
  await vault.open(from, size, (contents) => addToIndex(log, contents))
  for (const record of erasures.list()) await emptyAgain(log, record)
  const used = new Uint8Array(keys.next)
  await index.keys((key) => {
    used[key] = 1
  })
  await keys.destroyUnused((number) => used[number] === 1)
}

function refuseLostKey({ keys }: LogParts, key: number, index: number): void {
  if (key >= keys.next)
    throw new OperatingError(
      'ledger-corrupt',
      `keys from number ${keys.next} on are missing, the one of entry ${index} among them: the file of keys was cut, or is an older copy`,
    )
}

/** Does what is left of an erasure, and empties what an older copy of a file brought back. */
export async function emptyAgain(
  log: Pick<LogParts, 'index' | 'keys' | 'vault'>,
  record: {
    readonly ranges: Parameters<typeof indexesOf>[0]
    readonly pendingIndex: number | null
  },
): Promise<void> {
  const rows = await rowsOf(log.index, indexesOf(record.ranges))
  const left = record.pendingIndex === null ? rows : rows.filter(({ key }) => key !== 0)
  if (left.length > 0) await emptyRows(log, left)
}

/** Puts contents into the index that were sealed before it was last written. */
async function addToIndex(log: LogParts, all: readonly PlacedContent[]): Promise<void> {
  const contents = all.filter(({ index }) => index >= log.index.size)
  const [first] = contents
  if (first === undefined) return
  const sealed = await log.vault.readAll(contents)
  const entries = log.stores.ledger.read(first.index, first.index + contents.length)
  for await (const { index, entry } of entries) {
    const at = contents[index - first.index]
    if (at === undefined) continue
    const parsed = parseDecisionEntry(entry)
    const { source, sequence, deployment, time } = parsed
    log.sources.add(source, sequence)
    const told = await toldBy(log, {
      at,
      sealed: sealed[index - first.index] ?? null,
      entry,
      of: declaredBy(log.deployments, parsed),
    })
    const timeMs = Date.parse(time)
    log.index.add({ ...at, ...told, index, timeMs, source, sequence, deployment }, at.batch)
  }
  await log.index.settle()
}

/** What a content and its key say of the one it is about and of the outcome. */
async function toldBy(
  log: LogParts,
  of: {
    readonly at: ContentAt
    readonly sealed: Bytes | null
    readonly entry: Bytes
    readonly of: OpenDeployment | undefined
  },
) {
  const { at, sealed, entry } = of
  refuseLostKey(log, at.key, at.index)
  const key = sealed === null ? null : await log.keys.find(at.key)
  const erased = { tag: nobody, outcome: '', key: 0 }
  if (sealed === null || key === null) return erased
  const groups = openGroups(key.key, { sealed, entry, place: log.place })
  if (groups !== null) {
    const outcome = outcomeIn(of.of, groups)
    return { tag: key.tag, outcome, key: at.key }
  }
  // An erasure that was interrupted may have written over a part.
  if (log.erasures.of(at.index) !== null) return { ...erased, key: at.key }
  throw new OperatingError(
    'ledger-corrupt',
    `the content of entry ${at.index} does not open in its place: it was changed or moved`,
  )
}
