// Appends statements to the ledger of a workspace that is opened for it: what `--out DIR` does.

import type { Checkpoint, JsonObject, ResourceDescriptor, Statement } from '@proofhouse/evidence'
import type { Services, Workspace } from './services.ts'

/** An entry names all subjects of its statement and holds 65,535 bytes; this leaves room for the rest of it. */
const subjectsMaxBytes = 48_000

/** Where something about many files was recorded: in one statement, or in as many as its subjects need. */
export interface RecordedChecks {
  readonly entries: readonly { readonly index: number; readonly digest: string }[]
  readonly checkpoint: Checkpoint
}

/** @throws ledger-busy, ledger-corrupt, storage-failed, file-unwritable */
export async function recordInWorkspace(
  services: Pick<Services, 'openWorkspace'>,
  out: string,
  statements: readonly Statement<JsonObject>[],
): Promise<RecordedChecks> {
  const workspace = await services.openWorkspace(out)
  try {
    const entries = await recordStatements(workspace, statements)
    const { checkpoint } = await workspace.ledger.checkpoint()
    return { entries, checkpoint }
  } finally {
    await workspace.close()
  }
}

/** Appends statements in their order to a workspace that is open. @throws storage-failed and the ledger's own errors */
export async function recordStatements(
  { recorder }: Pick<Workspace, 'recorder'>,
  statements: readonly Statement<JsonObject>[],
): Promise<RecordedChecks['entries']> {
  const entries: RecordedChecks['entries'][number][] = []
  for (const statement of statements) {
    const { index, digest } = await recorder.record(statement)
    entries.push({ index, digest })
  }
  return entries
}

/** Things in their order, cut where their subjects would not fit one entry together; at least one part. */
export function partsThatFit<Item>(
  items: readonly Item[],
  subjectOf: (item: Item) => ResourceDescriptor,
): readonly (readonly Item[])[] {
  let part: Item[] = []
  let sizeBytes = 0
  const parts = [part]
  for (const item of items) {
    const more = Buffer.byteLength(JSON.stringify(subjectOf(item))) + 1
    if (part.length > 0 && sizeBytes + more > subjectsMaxBytes) {
      part = []
      sizeBytes = 0
      parts.push(part)
    }
    part.push(item)
    sizeBytes += more
  }
  return parts
}
