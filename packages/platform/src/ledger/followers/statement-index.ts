// What an index of statements answers.

import type { StatementRow } from './statement-row.ts'

/** What to look for; what is null or empty leaves all in. */
export interface StatementQuery {
  /** Words that must all be there; a phrase in double quotes; `word*` for words that begin so. */
  readonly text: string
  /** Part of the predicate type. */
  readonly type: string | null
  /** Digest of a statement subject, with or without its algorithm before a colon. */
  readonly subject: string | null
  readonly system: string | null
  readonly run: string | null
  /** What was stated to have happened at this instant or later; statements without a time are left out. */
  readonly since: string | null
  /** `name=value`, each of which must be there. */
  readonly fields: readonly string[]
  /** Entries before this index; null for the newest. */
  readonly before: number | null
  readonly limit: number
}

/** A statement that was found. */
export interface StatementHit
  extends Pick<
    StatementRow,
    'index' | 'kind' | 'held' | 'predicateType' | 'statedAt' | 'system' | 'run' | 'subjects'
  > {
  /** Where the words were found; empty where none were asked for. */
  readonly excerpt: string
}

/** Questions to an index that is open. */
export interface StatementSearch {
  /** What fits, the newest entry first. @throws usage-invalid, storage-failed */
  search(query: StatementQuery): Promise<readonly StatementHit[]>
  /** Safe to repeat. */
  close(): Promise<void>
}
