// Where a check was recorded, as `--json` prints it and as a line says it.

import { toBase64 } from '@proofhouse/evidence'
import type { RecordedChecks } from '../workflows/index.ts'

/** Every entry, and the checkpoint; null for what was not recorded. */
export const entriesJson = (recorded: RecordedChecks | null) =>
  recorded && {
    entries: recorded.entries,
    ledger: { ...recorded.checkpoint, root: toBase64(recorded.checkpoint.root) },
  }

/** `recorded as entry 3`, or nothing. */
export function recordedLine(recorded: Pick<RecordedChecks, 'entries'> | null): string[] {
  const [first, ...others] = recorded?.entries ?? []
  if (first === undefined) return []
  const last = others.at(-1)
  return [
    last === undefined
      ? `recorded as entry ${first.index}`
      : `recorded as entries ${first.index} to ${last.index}`,
  ]
}
