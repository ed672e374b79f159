// What the page says of attacks on privacy, and where its logarithmic chart puts things.

import { describe, expect, test } from 'vitest'
import { privacyFixture } from '../privacy.fixture.ts'
import { reportFixture } from '../report.fixture.ts'
import { lineChart } from './line-chart.ts'
import { privacyPart } from './privacy-part.ts'

const pageOf = (privacy: typeof privacyFixture | null) =>
  privacyPart({ ...reportFixture(), privacy })?.toString() ?? ''

describe('the part says', () => {
  test('nothing where nobody attacked', () => {
    expect(pageOf(null)).toBe('')
  })

  test('what was found, what the rows cannot tell, and what the tables alone give away', () => {
    const page = pageOf(privacyFixture)
    expect(page).toContain('Members can be told from others, beyond chance.')
    expect(page).toContain('2\u202f000 test rows, and there are 498')
    expect(page).toContain(
      '3 rows that the model cannot tell from one of the other table were left out',
    )
    expect(page).toContain('differ by themselves')
    expect(page).toContain('guessed better than without')
    expect(page).toContain('too few rows')
    expect(page).toContain('Shown most surely is the exposure of')
  })

  test('that an attack which fails proves nothing, and that few rows tell nothing', () => {
    const { by_score, by_decision, blind } = privacyFixture
    if (by_score === null || by_decision === null) throw new Error('the fixture has both')
    const failed = pageOf({
      ...privacyFixture,
      by_score: { ...by_score, shown: false },
      by_decision: { ...by_decision, shown: false },
      blind: { value: 0.52, limits: { low: 0.45, high: 0.59 }, n: blind?.n ?? 0 },
      attributes: privacyFixture.attributes.slice(1),
    })
    expect(failed).toContain('An attack that fails proves nothing')
    expect(failed).toContain('No attack could tell members from others beyond chance.')
    expect(failed).toContain('could not be told apart')
    expect(failed).toContain('No column is guessed better with the model than without.')
    // Decisions may show what scores did not, and of no group is anything sure.
    const unsure = by_score.groups.map((group) => ({
      ...group,
      auc: { value: null, limits: null },
    }))
    const other = pageOf({
      ...privacyFixture,
      by_score: { ...by_score, shown: false },
      by_decision: { ...by_decision, groups: unsure },
    })
    expect(other).toContain('Members can be told from others, beyond chance.')
    expect(other).not.toContain('Shown most surely')
    const few = pageOf({
      ...privacyFixture,
      by_score: null,
      by_decision: null,
      attributes: [],
      extraction: [],
    })
    expect(few).toContain('Too few rows of either kind to tell')
    expect(few).not.toContain('<svg')
    expect(pageOf({ ...privacyFixture, by_score: null })).toContain(
      'By decision: right under noise',
    )
  })
})

test('logarithmic axes have a line at each power of ten, and hold what lies below them at their end', () => {
  const chart = lineChart({
    id: 'one',
    title: 'One',
    summary: 'One.',
    x: { title: 'x', high: 1, low: 0.01 },
    y: { title: 'y', high: 1, low: 0.01 },
    band: {
      name: 'Chance',
      points: [
        [0.01, 0, 0.1],
        [1, 1, 1],
      ],
    },
    lines: [
      {
        name: 'Line',
        points: [
          [0.01, 0],
          [0.1, 0.1],
          [1, 1],
        ],
      },
    ],
    table: { caption: 'Table', columns: ['x'], rows: [] },
  }).toString()
  // From 40 to 330 and from 224 up to 24: a power of ten is half of either.
  expect(chart).toContain('d="M40 224L185 124L330 24"')
  expect(chart).toContain('d="M40 224L330 24L330 24L40 124Z"')
  expect([...chart.matchAll(/>(0\.01|0\.1|1)</g)].map(([, tick]) => tick)).toEqual([
    '0.01',
    '0.1',
    '1',
    '0.01',
    '0.1',
    '1',
  ])
})
