// What a log tells clients' spools: how far a source has come, and who was erased lately.

import type { LogParts } from './log-parts.ts'
import { rememberedMs } from './late-arrivals.ts'
import type { Tagger } from './subject-keys.ts'

/** What spools ask. */
export interface SpoolAnswers {
  /** Number after the highest that has come of a source. */
  next(source: string): number
  /** Whether somebody was erased after a time. */
  isErased(subject: string, timeMs: number): boolean
  /** How long that is remembered. */
  readonly rememberedMs: number
}

/** The answers of a log. */
export const spoolAnswers = ({
  late,
  sources,
  tagger,
}: Pick<LogParts, 'late' | 'sources'> & { readonly tagger: Tagger }): SpoolAnswers => ({
  next: (source) => sources.next(source),
  isErased: (subject, timeMs) => late.covers(tagger.tagOf('subject', subject), timeMs),
  rememberedMs,
})
