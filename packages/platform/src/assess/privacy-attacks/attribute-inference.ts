// What the model gives away of a person beside what is known of them: an attacker knows everything but one column, asks the model, and
// guesses the column. What others' data tell anyway is no leak of the model's: the gain is counted over guessing from the other
// columns without a model (Jayaraman & Evans, "Are attribute inference attacks just imputation?", CCS 2022).

import type { CodedColumn } from '../checks/coding.ts'
import { codeColumn } from '../checks/coding.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { missingGroup } from '../dataset-values.ts'
import { type ModelColumns, pickRows, type Predictor } from '../predictor.ts'
import { pause } from '../scoring-interruption.ts'
import { type Estimate, type FoundAtRate, foundAtRate } from './attack-measures.ts'
import { type AttackedRows, rowsOf } from './attacked-rows.ts'
import { type Guesses, teachGuesses } from './column-guesses.ts'
import { ratesAsked, rowsMin } from './membership.ts'
import { differenceOf, type PairedGain, pairedGain } from './paired-gain.ts'

/** Columns attacked, and values of a column, at most. */
const columnsMax = 8
const valuesMax = 8
/** Rows of each kind that are guessed at most. */
const guessedRowsMax = 2_000
/** What an answer that fits worse than another costs a candidate, in natural logarithms: it is out. */
const misfit = 50
const clip = 1e-9

/** How well one attacker guesses a column. */
interface AttributeAttack {
  /** Of the rows the model learnt from, against the guess without a model. */
  readonly members: PairedGain
  /** Of rows it did not learn from. */
  readonly others: PairedGain
  /** What being a member adds: the gain of members less that of the others. */
  readonly by_membership: Estimate
  /** At each false positive rate, of the value that is given away most: the share of members with it that is found. */
  readonly found: readonly (FoundAtRate & {
    readonly value_found: string
    /** The same without the model. */
    readonly baseline: Estimate
  })[]
}

/** What is told about one column. */
export interface AttributeRisk {
  readonly column: string
  readonly values: number
  /** Whether the model reads it, so that it can be asked with each value. */
  readonly is_read: boolean
  /** Who knows the true outcome, and may ask the model: null where the column is not read, or there is no model. */
  readonly by_outcome: AttributeAttack | null
  /** Who has seen the model's answer about the person. */
  readonly by_answer: AttributeAttack
}

/** What to attack, and how. */
export interface AttributeRequest {
  readonly columns: readonly string[]
  readonly model: Predictor | null
  /** Questions to the model at most, all columns together. */
  readonly queriesMax: number
  /** Chance that any limit of a gain misses, all columns together. */
  readonly error: number
  readonly signal?: AbortSignal | undefined
}

/** What was told about each column, and the questions it took. */
export interface AttributeFindings {
  readonly columns: readonly AttributeRisk[]
  readonly queries: number
}

/** Rows of one column's attack: they have a value. */
interface ColumnRows {
  readonly learn: Uint32Array
  readonly choose: Uint32Array
  readonly members: Uint32Array
  readonly others: Uint32Array
}

/**
 * Attacks columns with few values. Guesses learn from others of the first half, thresholds come from its members, and
 * everything is measured on the second half.
 * @throws `interrupted`; whatever the model throws
 */
export async function inferAttributes(
  rows: AttackedRows,
  request: AttributeRequest,
): Promise<AttributeFindings> {
  const attacked = rows.columns
    .filter(({ name, labels }) => {
      const values = labels.filter((label) => label !== missingGroup).length
      return request.columns.includes(name) && values >= 2 && values <= valuesMax
    })
    .slice(0, columnsMax)
  const read = attacked.map(({ name }) => positionIn(request.model, rows, name))
  const asked = attacked.reduce(
    (sum, { labels }, n) => sum + ((read[n] ?? -1) === -1 ? 0 : labels.length),
    0,
  )
  const askedRows = Math.floor(request.queriesMax / 3 / Math.max(1, asked))
  const attacks = attacked.length + read.filter((position) => position !== -1).length
  const tail = request.error / 2 / Math.max(1, attacks)
  const found: AttributeRisk[] = []
  let queries = 0
  for (const [n, column] of attacked.entries()) {
    await pause(request.signal)
    const isAsked = (read[n] ?? -1) !== -1
    const most = Math.min(guessedRowsMax, isAsked ? askedRows : guessedRowsMax)
    const own = columnRows(rows, column, most)
    if (Math.min(own.choose.length, own.members.length, own.others.length) < rowsMin) continue
    const one = await attackColumn(rows, column, {
      ...request,
      rows: own,
      position: read[n] ?? -1,
      tail,
    })
    queries += one.queries
    found.push(one.risk)
  }
  return { columns: found, queries }
}

const positionIn = (model: Predictor | null, { inputs }: AttackedRows, name: string): number =>
  model === null || inputs === null ? -1 : model.columns.findIndex((column) => column.name === name)

function columnRows(rows: AttackedRows, { codes, labels }: CodedColumn, most: number): ColumnRows {
  const missing = labels.indexOf(missingGroup)
  const of = (half: 0 | 1, member: 0 | 1) =>
    rowsOf(rows, { half, member }).filter((row) => codes[row] !== missing)
  return {
    learn: of(0, 0),
    choose: everyNth(of(0, 1), most),
    members: everyNth(of(1, 1), most),
    others: everyNth(of(1, 0), most),
  }
}

async function attackColumn(
  rows: AttackedRows,
  column: CodedColumn,
  by: AttributeRequest & {
    readonly rows: ColumnRows
    readonly position: number
    readonly tail: number
  },
): Promise<{ readonly risk: AttributeRisk; readonly queries: number }> {
  const { learn, choose, members, others } = by.rows
  const rest = rows.columns.filter(({ name }) => name !== column.name)
  const outcome = { name: 'label', codes: rows.label, labels: ['0', '1'], ordered: true }
  const asked = Uint32Array.from([...choose, ...members, ...others])
  const imputed = teachGuesses([...rest, outcome], column, { learn, asked })
  const judge = (guesses: Guesses) =>
    judgeAttack(column, guesses, imputed, { ...by, lot: rows.lot })
  const risk = { column: column.name, values: imputed.values.length }
  if (by.position === -1) {
    const answer = codeColumn(
      'answer',
      Array.from(rows.score ?? rows.predicted, (value) => `${value}`),
    )
    const learnt =
      answer === null ? imputed : teachGuesses([...rest, outcome, answer], column, { learn, asked })
    return {
      risk: { ...risk, is_read: false, by_outcome: null, by_answer: judge(learnt) },
      queries: 0,
    }
  }
  const answers = await askCandidates(rows, column, { ...by, asked, values: imputed.values })
  const prior = teachGuesses(rest, column, { learn, asked })
  const own = rows.score ?? Float64Array.from(rows.predicted)
  const right = rightShare(rows)
  const likely = (row: number, answer: number) => {
    const positive = rows.score === null ? (answer === 1 ? right : 1 - right) : answer
    const p = rows.label[row] === 1 ? positive : 1 - positive
    return Math.log(Math.max(clip, p))
  }
  const apart = (row: number, answer: number) => Math.abs(answer - (own[row] ?? 0))
  return {
    risk: {
      ...risk,
      is_read: true,
      by_outcome: judge(prior.weighed((row, at) => likely(row, answers(row, at)))),
      by_answer: judge(
        imputed.weighed((row, at) => {
          const nearest = Math.min(
            ...imputed.values.map((_, other) => apart(row, answers(row, other))),
          )
          return apart(row, answers(row, at)) > nearest + clip ? -misfit : 0
        }),
      ),
    },
    queries: asked.length * imputed.values.length,
  }
}

/** How often a decision is right, on the first half and never for certain: what a decision says about an outcome. */
function rightShare(rows: AttackedRows): number {
  const first = rowsOf(rows, { half: 0, member: 0 })
  const right = first.filter((row) => rows.label[row] === rows.predicted[row]).length
  return (right + 1) / (first.length + 2)
}

/** The model's answer about each row with each value in place of its own. */
async function askCandidates(
  rows: AttackedRows,
  column: CodedColumn,
  by: {
    readonly model: Predictor | null
    readonly position: number
    readonly asked: Uint32Array
    readonly values: readonly number[]
  },
): Promise<(row: number, at: number) => number> {
  const { model, asked, position, values } = by
  const inputs: ModelColumns = rows.inputs ?? []
  const placeOf = new Map(Array.from(asked, (row, n) => [row, n]))
  const answers: Float64Array[] = []
  for (const code of values) {
    // A row that has the value shows how the model reads it.
    const example = column.codes.indexOf(code)
    const columns = pickRows(inputs, asked).map((cells, n) =>
      n === position
        ? (pickRows(
            [inputs[n] ?? []],
            asked.map(() => example),
          )[0] ?? cells)
        : cells,
    )
    const answer = await model?.predict(columns)
    answers.push(
      (rows.score === null ? Float64Array.from(answer?.positive ?? []) : answer?.score) ??
        new Float64Array(),
    )
  }
  return (row, at) => answers[at]?.[placeOf.get(row) ?? 0] ?? 0
}

function judgeAttack(
  column: CodedColumn,
  guesses: Guesses,
  imputed: Guesses,
  by: { readonly rows: ColumnRows; readonly lot: Float64Array; readonly tail: number },
): AttributeAttack {
  const right = (guess: Guesses, rows: Uint32Array) =>
    Array.from(rows, (row) => Number(guess.values[guess.likeliest(row)] === column.codes[row]))
  const gain = (rows: Uint32Array) =>
    pairedGain(right(guesses, rows), right(imputed, rows), by.tail)
  const [members, others] = [gain(by.rows.members), gain(by.rows.others)]
  return {
    members,
    others,
    by_membership: differenceOf(members.gain, others.gain),
    found: ratesAsked.map((asked) => worstValue(column, { guesses, imputed, asked, ...by })),
  }
}

/** The value that is given away most at a false positive rate: chosen on the first half, measured on the second. */
function worstValue(
  column: CodedColumn,
  by: {
    readonly guesses: Guesses
    readonly imputed: Guesses
    readonly asked: number
    readonly rows: ColumnRows
    readonly lot: Float64Array
    readonly tail: number
  },
): AttributeAttack['found'][number] {
  const { guesses, imputed, asked, lot, tail } = by
  const { choose, members } = by.rows
  const found = (guess: Guesses, at: number, measure: Uint32Array) =>
    foundAtRate(
      {
        score: guess.odds(at),
        lot,
        target: column.codes.map((code) => Number(code === imputed.values[at])),
      },
      { choose, measure },
      { asked, tail },
    )
  const gains = imputed.values.map((_, at) => {
    const [ours, theirs] = [found(guesses, at, choose), found(imputed, at, choose)]
    // Whether the second half tells the rate depends on its numbers of rows, not on what is found there.
    const isTold = ours.value !== null && found(guesses, at, members).value !== null
    return isTold ? ours.value - (theirs.value ?? 0) : -Infinity
  })
  const worst = gains.indexOf(Math.max(...gains))
  const { value, limits } = found(imputed, worst, members)
  return {
    ...found(guesses, worst, members),
    value_found: column.labels[imputed.values[worst] ?? 0] ?? '',
    baseline: { value, limits },
  }
}
