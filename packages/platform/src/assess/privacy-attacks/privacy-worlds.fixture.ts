// People, and models that remember some of them by heart or nobody: what the attacks should find is known.

import { type Random, seededRandom } from '../intervals/random.ts'
import type { ModelColumns, Predictor } from '../predictor.ts'
import type { AnsweredTable } from './attacked-rows.ts'

/** A person. */
export interface Person {
  readonly job: string
  readonly income: number
  readonly sex: string
  readonly label: number
}

const jobs = ['clerk', 'driver', 'nurse', 'teacher']

/** People of one population. */
export function people(random: Random, count: number): Person[] {
  return Array.from({ length: count }, () => {
    const job = jobs[Math.floor(random() * jobs.length)] ?? ''
    // So many that no two people are alike.
    const income = Math.floor(random() * 1e6)
    const sex = random() < 0.4 ? 'female' : 'male'
    return { job, income, sex, label: Number(random() < chanceOf({ job, income })) }
  })
}

/** How likely a person's label is positive, whatever the sex. */
const chanceOf = ({ job, income }: Pick<Person, 'job' | 'income'>): number =>
  0.2 + 0.3 * (income / 1e6) + 0.1 * jobs.indexOf(job)

const keyOf = ({ job, income, sex }: Omit<Person, 'label'>) => `${job}/${income}/${sex}`

/** A model that knows the population, and the label of those it remembers. */
function modelOf(
  remembered: readonly Person[],
  options: { readonly hasScores?: boolean; readonly readsSex?: number } = {},
): Predictor & { asked: number } {
  const labels = new Map(remembered.map((person) => [keyOf(person), person.label]))
  const { hasScores = true, readsSex = 0 } = options
  return {
    asked: 0,
    columns: [
      { name: 'job', as: 'text' },
      { name: 'income', as: 'number' },
      { name: 'sex', as: 'text' },
    ],
    hasScores,
    predict(columns: ModelColumns) {
      const rows = columns[0]?.length ?? 0
      this.asked += rows
      const score = Float64Array.from({ length: rows }, (_, row) => {
        const person = {
          job: String(columns[0]?.[row]),
          income: Number(columns[1]?.[row]),
          sex: String(columns[2]?.[row]),
        }
        const chance = chanceOf(person) + (person.sex === 'female' ? readsSex : 0)
        const label = labels.get(keyOf(person))
        return label === undefined ? chance : 0.1 * chance + 0.9 * label
      })
      return Promise.resolve({ score, positive: Uint8Array.from(score, (p) => Number(p >= 0.5)) })
    },
  }
}

/** Rows of people with what a model answers about them. */
export async function tableOf(
  persons: readonly Person[],
  model: Predictor,
  kept: { readonly inputs: boolean } = { inputs: true },
): Promise<AnsweredTable> {
  const inputs: ModelColumns = [
    persons.map(({ job }) => job),
    Float64Array.from(persons, ({ income }) => income),
    persons.map(({ sex }) => sex),
  ]
  const { score, positive } = await model.predict(inputs)
  return {
    cells: [
      { name: 'job', cells: persons.map(({ job }) => job) },
      { name: 'income', cells: persons.map(({ income }) => `${income}`) },
      { name: 'sex', cells: persons.map(({ sex }) => sex) },
    ],
    label: Uint8Array.from(persons, ({ label }) => label),
    predicted: Uint8Array.from(positive),
    score: model.hasScores ? score : null,
    inputs: kept.inputs ? inputs : null,
  }
}

/** What every world asks. */
export const worldRequest = {
  features: ['job', 'income', 'sex'],
  protectedColumns: ['sex'],
  sensitive: ['job'],
  queriesMax: { noise: 2_000, values: 3_000 },
  confidence: 0.95,
  seed: 7,
} as const

/** Two tables of one population, and a model that remembers a share of the first. */
export async function world(request: {
  readonly seed: number
  readonly rows: number
  readonly remembered: number
  readonly hasScores?: boolean
  readonly readsSex?: number
}) {
  const random = seededRandom(request.seed)
  const [members, others] = [people(random, request.rows), people(random, request.rows)]
  const model = modelOf(members.slice(0, Math.round(request.remembered * request.rows)), request)
  return {
    members,
    others,
    model,
    train: await tableOf(members, model),
    test: await tableOf(others, model),
  }
}
