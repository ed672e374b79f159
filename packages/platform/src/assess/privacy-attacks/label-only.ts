// Membership from decisions alone: a model is oftener right about rows it learnt (the gap attack, Yeom et al., CSF 2018), and stays right
// about them under more noise (Choquette-Choo et al., "Label-only membership inference attacks", ICML 2021), for they lie further
// from where it changes its mind.

import { seededRandom, type Random } from '../intervals/random.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { type ModelColumns, pickRows, type Predictor } from '../predictor.ts'
import { normal } from '../intervals/normal-number.ts'
import { pause } from '../scoring-interruption.ts'
import type { TwoHalves } from './attack-measures.ts'
import { type AttackedRows, rowsOf } from './attacked-rows.ts'

/** Copies of each row: numbers get normal noise of this share of their interquartile range, categories are exchanged with half of it as the chance. */
const noiseLevels: readonly number[] = [0.1, 0.25, 0.5, 1, 0.1, 0.25, 0.5, 1]
/** Rows of a batch of questions. */
const batchRowsMax = 4_096

/** How a column is disturbed. */
type Disturbance =
  | {
      readonly kind: 'number'
      readonly scale: number
      readonly isWhole: boolean
      readonly low: number
      readonly high: number
    }
  | { readonly kind: 'text'; readonly values: readonly string[] }

/** Attacks by decisions, the rows they were made for, and questions asked for them. */
export interface LabelOnlyScores {
  readonly scores: { readonly gap: Float64Array; readonly noise?: Float64Array }
  readonly rows: TwoHalves
  readonly queries: number
}

/** 1 for each row about which the model is right. */
export const rightAnswers = ({ label, predicted }: AttackedRows): Float64Array =>
  Float64Array.from(label, (is, row) => Number(is === predicted[row]))

/**
 * Asks about noisy copies of rows; without a model only who is right counts.
 * @throws `interrupted`; whatever the model throws
 */
export async function labelOnlyScores(
  rows: AttackedRows,
  by: {
    readonly model: Predictor | null
    readonly seed: number
    /** Questions at most. */
    readonly queriesMax: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<LabelOnlyScores> {
  const gap = rightAnswers(rows)
  const halves = { choose: rowsOf(rows, { half: 0 }), measure: rowsOf(rows, { half: 1 }) }
  const { model } = by
  const { inputs } = rows
  if (model === null || inputs === null) return { scores: { gap }, rows: halves, queries: 0 }
  const most = Math.floor(by.queriesMax / noiseLevels.length / 4)
  const taken = ([0, 1] as const).map((half) =>
    ([0, 1] as const).flatMap((member) => [...everyNth(rowsOf(rows, { half, member }), most)]),
  )
  const [choose, measure] = [Uint32Array.from(taken[0] ?? []), Uint32Array.from(taken[1] ?? [])]
  const asked = Uint32Array.from([...choose, ...measure])
  const noise = new Float64Array(rows.rows)
  const disturbances = inputs.map(disturbanceOf)
  const random = seededRandom(by.seed)
  const step = Math.floor(batchRowsMax / noiseLevels.length)
  for (let from = 0; from < asked.length; from += step) {
    await pause(by.signal)
    const part = asked.slice(from, from + step)
    const copies = Uint32Array.from(
      { length: part.length * noiseLevels.length },
      (_, n) => part[Math.floor(n / noiseLevels.length)] ?? 0,
    )
    const { positive } = await model.predict(
      disturbed(pickRows(inputs, copies), disturbances, random),
    )
    for (const [n, row] of copies.entries())
      noise[row] = (noise[row] ?? 0) + Number(positive[n] === rows.label[row])
  }
  // A row that is wrong without noise lies on the wrong side: its distance is none.
  for (const row of asked) noise[row] = gap[row] === 1 ? 1 + (noise[row] ?? 0) : 0
  return {
    scores: { gap, noise },
    rows: { choose, measure },
    queries: asked.length * noiseLevels.length,
  }
}

function disturbanceOf(column: ModelColumns[number]): Disturbance {
  if (!(column instanceof Float64Array))
    return { kind: 'text', values: [...new Set(column.filter((text) => text !== null))] }
  const sorted = column.filter((value) => Number.isFinite(value)).toSorted()
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0)
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2 / sorted.length, 0)
  const range = at(0.75) - at(0.25)
  return {
    kind: 'number',
    scale: range > 0 ? range : Math.sqrt(variance),
    isWhole: sorted.every(Number.isInteger),
    low: at(0),
    high: at(1),
  }
}

/** Copies with noise; what is missing stays missing. */
function disturbed(
  columns: ModelColumns,
  disturbances: readonly Disturbance[],
  random: Random,
): ModelColumns {
  return columns.map((column, n) => {
    const how = disturbances[n]
    const level = (copy: number) => noiseLevels[copy % noiseLevels.length] ?? 0
    if (column instanceof Float64Array)
      return how?.kind === 'number'
        ? column.map((value, copy) => {
            const moved = value + level(copy) * how.scale * normal(random)
            const there = how.isWhole ? Math.round(moved) : moved
            return Math.min(how.high, Math.max(how.low, there))
          })
        : column
    const values = how?.kind === 'text' ? how.values : []
    return column.map((text, copy) =>
      text === null || random() >= level(copy) / 2
        ? text
        : (values[Math.floor(random() * values.length)] ?? text),
    )
  })
}
