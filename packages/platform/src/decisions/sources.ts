// Which sequence numbers of each source have come: what is below the next one and not in a gap has.

/** Numbers that have not come, `from` to before `to`. */
export interface Gap {
  readonly from: number
  readonly to: number
}

interface SourceState {
  next: number
  gaps: Gap[]
}

/** More gaps of one source are not kept: a client that makes that many is broken. */
const gapsMax = 10_000

/** What has come of every source. */
export class Sources {
  readonly #sources = new Map<string, SourceState>()

  /** Whether a decision has come already. */
  has(source: string, sequence: number): boolean {
    const state = this.#sources.get(source)
    if (state === undefined || sequence >= state.next) return false
    return !state.gaps.some(({ from, to }) => from <= sequence && sequence < to)
  }

  /** Whether one more gap could not be kept. */
  isBeyond(source: string, sequence: number): boolean {
    const state = this.#sources.get(source)
    return state !== undefined && sequence !== state.next && state.gaps.length >= gapsMax
  }

  /** Takes note of a decision that has come. */
  add(source: string, sequence: number): void {
    let state = this.#sources.get(source)
    if (state === undefined) this.#sources.set(source, (state = { next: 0, gaps: [] }))
    if (sequence === state.next) state.next += 1
    else if (sequence > state.next) {
      state.gaps.push({ from: state.next, to: sequence })
      state.next = sequence + 1
    } else
      state.gaps = state.gaps.flatMap((gap) =>
        gap.from <= sequence && sequence < gap.to
          ? [
              { from: gap.from, to: sequence },
              { from: sequence + 1, to: gap.to },
            ].filter(({ from, to }) => from < to)
          : [gap],
      )
  }

  /** Every source, its next number, and what is missing below. */
  list(): { readonly source: string; readonly next: number; readonly gaps: readonly Gap[] }[] {
    return [...this.#sources]
      .map(([source, { next, gaps }]) => ({ source, next, gaps }))
      .toSorted((a, b) => (a.source < b.source ? -1 : 1))
  }
}
