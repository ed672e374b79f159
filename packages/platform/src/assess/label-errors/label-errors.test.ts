// Confident learning: cleanlab's values, planted errors found, and nothing said of sources that are alike.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { codeColumn, type CodedColumn } from '../checks/coding.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import { outOfSampleProbabilities, probabilitiesOfScore } from './class-probabilities.ts'
import { calibrated, confidentJoint, roundKeepingSum } from './confident-joint.ts'
import { findLabelErrors, type LabelErrorRequest } from './find-label-errors.ts'
import { differences, labelErrorValues } from './label-error-cases.fixture.ts'
import { labelErrorCatalogue } from './label-error-catalogue.ts'
import { findLabelIssues } from './label-issues.ts'
import { findOutliers } from './outliers.ts'

const numbers = Type.Array(Type.Number())
// Written by `node scripts/run.mjs scripts/conformance/label-errors.mjs --write-reference`.
const reference = Compile(
  Type.Array(
    Type.Object({
      case: Type.Object({
        labels: numbers,
        probabilities: Type.Array(numbers),
        points: Type.Array(numbers),
      }),
      values: Type.Object({
        numbers: Type.Record(Type.String(), numbers),
        rows: Type.Record(Type.String(), numbers),
      }),
    }),
  ),
).Parse(JSON.parse(readFileSync(new URL('./label-errors.reference.json', import.meta.url), 'utf8')))

describe('every value equals cleanlab’s, numbers to 1e-9 and rows exactly', () => {
  test.each(reference.map((one, n) => ({ n, ...one })))('case $n', ({ case: one, values }) => {
    const mine = labelErrorValues(one)
    expect(Object.keys(mine.numbers).toSorted()).toEqual(Object.keys(values.numbers).toSorted())
    expect(Object.keys(mine.rows).toSorted()).toEqual(Object.keys(values.rows).toSorted())
    expect(differences(mine, values)).toEqual([])
  })

  test('and the comparison sees a difference', () => {
    const [first] = reference
    if (first === undefined) throw new Error('no reference')
    const { numbers: of, rows } = labelErrorValues(first.case)
    const off = { numbers: { ...of, thresholds: [0.1, 0.2] }, rows: { ...rows, both: [59] } }
    expect(differences(off, first.values)).toEqual(['thresholds', 'both'])
  })
})

describe('the confident joint', () => {
  const count = fc.integer({ min: 0, max: 40 })

  test('property: calibrated, every label has its rows, whole and not negative', () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 9, maxLength: 9 }), (counts) => {
        const values = Float64Array.from(counts, (one, n) => (n % 4 === 0 ? one + 1 : one))
        const labels = Uint8Array.from({ length: 60 }, (_, row) => row % 3)
        const joint = calibrated({ classes: 3, values }, labels)
        for (let given = 0; given < 3; given++) {
          const row = joint.values.subarray(given * 3, given * 3 + 3)
          expect(row.reduce((sum, one) => sum + one, 0)).toBe(20)
          for (const one of row) expect(Number.isInteger(one) && one >= 0).toBe(true)
        }
      }),
    )
  })

  test('property: rounding keeps the sum and moves nothing by more than one', () => {
    const part = fc.double({ min: 0, max: 50, noNaN: true })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 9 }), (parts) => {
        const whole = roundKeepingSum(Float64Array.from(parts))
        const sum = parts.reduce((total, one) => total + one, 0)
        expect(Math.abs(whole.reduce((total, one) => total + one, 0) - sum)).toBeLessThan(
          0.5 + 1e-9,
        )
        for (const [n, one] of whole.entries())
          expect(Math.abs(one - (parts[n] ?? 0))).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('of a model that is sure and right is the diagonal', () => {
    const labels = Uint8Array.of(0, 1, 1, 0, 1)
    const sure = probabilitiesOfScore(Float64Array.from(labels), 1)
    expect([...confidentJoint(labels, sure).values]).toEqual([2, 0, 0, 3])
    expect(findLabelIssues(labels, sure).includes(1)).toBe(false)
    const other = probabilitiesOfScore(Float64Array.from(labels), 0)
    expect(findLabelIssues(labels, other, 'predicted_neq_given').includes(0)).toBe(false)
  })
})

const coded = (name: string, cells: readonly (string | null)[]): CodedColumn => {
  const column = codeColumn(name, cells)
  if (column === null) throw new Error(`${name} tells nothing apart`)
  return column
}

/** Rows of three classes that two columns tell, with labels wrong as often as each row's source makes them. */
function labelled(seed: number, rows: number, wrongIn: (source: string) => number) {
  const random = seededRandom(seed)
  const pick = (top: number, of: Random = random) => Math.floor(top * of())
  const made = Array.from({ length: rows }, () => {
    const [truth, source] = [pick(3), `site ${pick(3)}`]
    const isWrong = random() < wrongIn(source)
    const label = isWrong ? (truth + 1 + pick(2)) % 3 : truth
    const noisy = () => (random() < 0.1 ? pick(3) : truth)
    return { truth, label, source, a: `a${noisy()}`, b: `b${noisy()}`, c: `c${noisy()}` }
  })
  const columnOf = (name: 'a' | 'b' | 'c' | 'source') =>
    coded(
      name,
      made.map((row) => row[name]),
    )
  const label = coded(
    'label',
    made.map((row) => `${row.label}`),
  )
  const request: LabelErrorRequest = {
    columns: [columnOf('a'), columnOf('b'), columnOf('c')],
    label,
    sources: [columnOf('source')],
    probabilities: null,
    repeated: null,
    filter: 'prune_by_noise_rate',
    rankedBy: 'self_confidence',
    seed,
    error: 0.05,
  }
  return { made, request }
}

describe('finds what is there', () => {
  const { made, request } = labelled(5, 3000, (source) => (source === 'site 2' ? 0.2 : 0.02))
  const found = findLabelErrors(request)
  const wrong = made.filter(({ truth, label }) => truth !== label).length

  test('wrong labels, by learning from the other rows', () => {
    expect(found?.tellsLabels).toBe(true)
    const named = found?.issues ?? []
    expect(named).toHaveLength(20)
    const right = named.filter(({ row, likely }) => likely === `${made[row]?.truth}`)
    // One row in twelve is wrong; rare mixtures of columns mislead now and then.
    expect(right.length).toBeGreaterThan(named.length / 2)
    for (const { row, given, likely } of named) {
      expect(given).toBe(`${made[row]?.label}`)
      expect(given).not.toBe(likely)
    }
    expect(found?.issueCount).toBeGreaterThan(0.7 * wrong)
    expect(found?.issueCount).toBeLessThan(1.3 * wrong)
  })

  test('how often which label stands for which', () => {
    expect(found?.confusions).toHaveLength(6)
    const all = found?.confusions.reduce((sum, { share }) => sum + share, 0)
    expect(all).toBeGreaterThan(0.7 * (wrong / 3000))
    expect(all).toBeLessThan(1.5 * (wrong / 3000))
  })

  test('and the source they come from', () => {
    const sources = found?.anomalies.filter(
      ({ kind, column }) => kind === 'label_issue' && column === 'source',
    )
    const bad = sources?.find(({ group }) => group === 'site 2')
    expect(bad?.differs).toBe(true)
    expect(bad?.difference.low).toBeGreaterThan(0.1)
    const known = Object.keys(labelErrorCatalogue)
    for (const { name } of found?.measures ?? []) expect(known).toContain(name)
    const page = readFileSync(
      new URL('../../../../../docs/label-errors.md', import.meta.url),
      'utf8',
    )
    expect(known.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
    const measure = found?.measures.find(({ group }) => group === 'site 2')
    expect(measure).toMatchObject({ name: 'labels.issue_share', value: bad?.share, n: bad?.n })
  })

  test('outliers', () => {
    const random = seededRandom(2)
    const cells = Array.from({ length: 400 }, (_, row) => (row === 7 ? 'odd' : `v${row % 3}`))
    const others = Array.from({ length: 400 }, () => `${Math.floor(3 * random())}`)
    const outliers = findOutliers([coded('a', cells), coded('b', others)], 400)
    expect([...(outliers?.isOutlier ?? [])].filter((flag) => flag === 1)).toHaveLength(1)
    expect(outliers?.isOutlier[7]).toBe(1)
  })
})

test('no row teaches the model that predicts it', () => {
  const random = seededRandom(8)
  const cells = Array.from({ length: 600 }, () => `${Math.floor(12 * random())}`)
  const label = coded(
    'label',
    cells.map(() => (random() < 0.5 ? 'no' : 'yes')),
  )
  const { values } = outOfSampleProbabilities([coded('a', cells)], label, 3)
  const right = label.codes.filter((code, row) => (values[2 * row + code] ?? 0) > 0.5).length
  // A model that had seen the rows would be right more often than chance; three standard errors of it.
  expect(right / 600).toBeLessThan(0.5 + 3 * Math.sqrt(0.25 / 600))
})

test('claims a difference of sources that are alike in at most one sample of twenty', () => {
  const samples = 100
  let claims = 0
  for (let seed = 0; seed < samples; seed++) {
    const { made, request } = labelled(1000 + seed, 300, () => 0.1)
    const values = Float64Array.from(
      made.flatMap(({ a, b }) => {
        const shares = [0, 1, 2].map(
          (code) => 0.1 + (a === `a${code}` ? 0.4 : 0) + (b === `b${code}` ? 0.3 : 0),
        )
        const sum = shares.reduce((total, one) => total + one, 0)
        return shares.map((share) => share / sum)
      }),
    )
    // Codes follow the frequency of the labels, probabilities the classes: bring one to the other.
    const byCode = values.map((_, n) => {
      const name = Number(request.label.labels[n % 3])
      return values[n - (n % 3) + name] ?? 0
    })
    const repeated = Uint8Array.from(made, ({ a, b, c, label }, row) =>
      Number(
        made
          .slice(0, row)
          .some((one) => one.a === a && one.b === b && one.c === c && one.label === label),
      ),
    )
    const found = findLabelErrors({
      ...request,
      repeated,
      probabilities: { classes: 3, values: byCode },
    })
    claims += Number(found?.anomalies.some(({ column, differs }) => column === 'source' && differs))
  }
  expect(claims).toBeLessThanOrEqual(samples * 0.05 + 3 * Math.sqrt(samples * 0.05 * 0.95))
})

test('calls no label wrong that the columns tell nothing of, but in one of twenty', () => {
  const samples = 40
  let claims = 0
  for (let seed = 0; seed < samples; seed++) {
    const random = seededRandom(seed)
    const draw = (top: number) =>
      Array.from({ length: 200 }, () => `${Math.floor(top * random() ** 2)}`)
    const found = findLabelErrors({
      ...labelled(1, 200, () => 0).request,
      columns: [coded('a', draw(3)), coded('b', draw(8))],
      label: coded('label', draw(2)),
    })
    claims += Number(found?.tellsLabels)
    if (found?.tellsLabels === false) {
      expect([found.issueCount, found.confusions]).toEqual([0, []])
      expect(found.measures[0]).toMatchObject({ name: 'labels.issue_share', value: null })
    }
  }
  expect(claims).toBeLessThanOrEqual(samples * 0.05 + 3 * Math.sqrt(samples * 0.05 * 0.95))
})

test('says nothing of few rows or one class, and refuses what cannot be', () => {
  const { request } = labelled(1, 300, () => 0.1)
  const few = coded(
    'label',
    Array.from({ length: 300 }, (_, row) => (row < 5 ? 'rare' : 'usual')),
  )
  expect(findLabelErrors({ ...request, label: few })).toBeNull()
  expect(findLabelErrors({ ...request, columns: [] })).toBeNull()
  const missing = coded(
    'label',
    Array.from({ length: 300 }, (_, row) => (row % 3 === 0 ? null : `${row % 3}`)),
  )
  expect(() => findLabelErrors({ ...request, label: missing })).toThrow('without a label')
  const probabilities = probabilitiesOfScore(new Float64Array(300), 1)
  expect(() => findLabelErrors({ ...request, probabilities })).toThrow('every class')
  expect(() => probabilitiesOfScore(Float64Array.of(1.5), 1)).toThrow('between 0 and 1')
})
