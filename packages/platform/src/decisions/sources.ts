// Which sequence numbers of each source have come: what is below the next one and not in a gap has.

/** Numbers that have not come, `from` to before `to`. */
export interface Gap {
  readonly from: number
  readonly to: number
}

interface SourceState {
  next: number
  /** In order, none touching another. */
  readonly gaps: Gap[]
}

/** More gaps of one source are not kept: a client that makes that many is broken. */
export const gapsMax = 10_000

/** What has come of every source. */
export class Sources {
  readonly #sources = new Map<string, SourceState>()

  /** Whether a decision has come already. */
  has(source: string, sequence: number): boolean {
    const state = this.#sources.get(source)
    if (state === undefined || sequence >= state.next) return false
    return gapAt(state.gaps, sequence) < 0
  }

  /** Whether a decision would leave one more gap than can be kept. */
  isBeyond(source: string, sequence: number): boolean {
    const state = this.#sources.get(source)
    if (state === undefined || state.gaps.length < gapsMax) return false
    if (sequence >= state.next) return sequence > state.next
    const gap = state.gaps[gapAt(state.gaps, sequence)]
    return gap !== undefined && gap.from < sequence && sequence < gap.to - 1
  }

  /** Takes note of a decision that has come. */
  add(source: string, sequence: number): void {
    let state = this.#sources.get(source)
    if (state === undefined) this.#sources.set(source, (state = { next: 0, gaps: [] }))
    const { gaps, next } = state
    if (sequence >= next) {
      if (sequence > next) gaps.push({ from: next, to: sequence })
      state.next = sequence + 1
      return
    }
    const at = gapAt(gaps, sequence)
    const gap = gaps[at]
    if (gap === undefined) return
    const left = [
      { from: gap.from, to: sequence },
      { from: sequence + 1, to: gap.to },
    ].filter(({ from, to }) => from < to)
    gaps.splice(at, 1, ...left)
  }

  /** Number after the highest that has come of a source; 0 where none has. */
  next(source: string): number {
    return this.#sources.get(source)?.next ?? 0
  }

  /** Every source, its next number, and what is missing below. */
  list(): { readonly source: string; readonly next: number; readonly gaps: readonly Gap[] }[] {
    return [...this.#sources]
      .map(([source, { next, gaps }]) => ({ source, next, gaps: [...gaps] }))
      .toSorted((a, b) => (a.source < b.source ? -1 : 1))
  }
}

/** Position of the gap that a number lies in; -1 when none has it. */
function gapAt(gaps: readonly Gap[], sequence: number): number {
  let [low, high] = [0, gaps.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((gaps[middle]?.to ?? Infinity) <= sequence) low = middle + 1
    else high = middle
  }
  return (gaps[low]?.from ?? Infinity) <= sequence ? low : -1
}
