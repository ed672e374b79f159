// Drives the attacks on many rows at once: the questions of all of them go into one batch, and their answers back to
// each.

import type { Attack } from './attack.ts'
import type { Point } from './mixed-rows.ts'

/** Rows under attack at the same time, at most; memory grows with them. */
const lanesMax = 256

/** What attacks returned. */
export interface DrivenAttacks {
  /** Per row; null where nothing was found. */
  readonly found: readonly (Point | null)[]
  /** Questions asked per row. */
  readonly queries: Float64Array
}

interface Lane {
  readonly row: number
  readonly attack: Attack
  questions: readonly Point[]
}

/** Runs one attack per row to its end; a row without an attack is left alone. */
export async function driveAttacks(by: {
  readonly rows: number
  readonly begin: (row: number) => Attack | null
  /** Answers questions, each about the row at the same position of `rows`. */
  readonly ask: (points: readonly Point[], rows: readonly number[]) => Promise<Float64Array>
}): Promise<DrivenAttacks> {
  const found = Array.from({ length: by.rows }, (): Point | null => null)
  const queries = new Float64Array(by.rows)
  const waiting = [...found.keys()]
  const lanes: Lane[] = []
  const advance = (lane: Lane, answers: Float64Array | null) => {
    const next = answers === null ? lane.attack.next() : lane.attack.next(answers)
    if (next.done === true) {
      found[lane.row] = next.value
      return
    }
    lane.questions = next.value
    queries[lane.row] = (queries[lane.row] ?? 0) + next.value.length
    lanes.push(lane)
  }
  while (lanes.length > 0 || waiting.length > 0) {
    while (lanes.length < lanesMax && waiting.length > 0) {
      const row = waiting.shift() ?? 0
      const attack = by.begin(row)
      if (attack !== null) advance({ row, attack, questions: [] }, null)
    }
    const asking = lanes.splice(0)
    const answers = await by.ask(
      asking.flatMap(({ questions }) => questions),
      asking.flatMap(({ row, questions }) => questions.map(() => row)),
    )
    let first = 0
    for (const lane of asking) {
      const end = first + lane.questions.length
      advance(lane, answers.slice(first, end))
      first = end
    }
  }
  return { found, queries }
}
