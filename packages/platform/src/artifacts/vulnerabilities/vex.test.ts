import { utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { applyVex, indexVex, parseVex } from './vex.ts'

const now = new Date('2026-06-01T00:00:00Z')
const flask = 'pkg:pypi/flask@2.2.4'

const openVex = (statement: object, document: object = {}) =>
  utf8(
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      timestamp: '2026-05-01T00:00:00Z',
      statements: [
        {
          vulnerability: { name: 'CVE-1' },
          status: 'not_affected',
          products: [{ '@id': flask }],
          ...statement,
        },
      ],
      ...document,
    }),
  )
const ask = (bytes: Uint8Array, question: object = {}, ageMaxDays = 365) =>
  applyVex(
    indexVex(parseVex(bytes, 'vex.json')),
    { ids: ['GHSA-1', 'CVE-1'], purl: flask, product: null, ...question },
    { now, ageMaxDays },
  )
const stateOf = (...given: Parameters<typeof ask>) => ask(...given)?.state ?? null

describe('OpenVEX', () => {
  test.each([
    ['by its purl', {}, 'holds'],
    ['of every version', { products: [{ '@id': 'pkg:pypi/flask' }] }, 'holds'],
    ['by an identifier', { products: [{ '@id': 'urn:x', identifiers: { purl: flask } }] }, 'holds'],
    ['as plain texts', { vulnerability: 'CVE-1', products: [flask] }, 'holds'],
    ['by an alias', { vulnerability: { name: 'X-1', aliases: ['GHSA-1'] } }, 'holds'],
    ['of another version', { products: [{ '@id': 'pkg:pypi/flask@2.2.5' }] }, null],
    ['of another package', { products: [{ '@id': 'pkg:npm/flask@2.2.4' }] }, null],
    ['of another vulnerability', { vulnerability: { name: 'CVE-12' } }, null],
    ['of a build of it', { products: [{ '@id': `${flask}?os=x` }] }, null],
    [
      'of a product nobody named',
      { products: [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': flask }] }] },
      null,
    ],
    ['that expired by itself', { expires: '2026-05-31T00:00:00Z' }, 'expired'],
    ['that will expire', { expires: '2026-06-02T00:00:00Z' }, 'holds'],
    ['with an end that is no date', { expires: 'some day' }, 'expired'],
    ['with an end that is no text', { expires: 20_991_231 }, 'expired'],
    ['of tomorrow in another zone', { timestamp: '2026-06-01T12:00:00Z' }, 'holds'],
    ['of a year to come', { timestamp: '2099-01-01T00:00:00Z' }, 'undated'],
    ['that is old', { timestamp: '2025-01-01T00:00:00Z' }, 'expired'],
    [
      'that was looked at again',
      { timestamp: '2025-01-01T00:00:00Z', last_updated: '2026-05-30T00:00:00Z' },
      'holds',
    ],
  ])('%s', (_, statement, state) => {
    expect(stateOf(openVex(statement))).toBe(state)
  })

  test('a product, and a component within it', () => {
    const product = 'pkg:oci/app@sha256:1'
    const within = openVex({
      products: [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': flask }] }],
    })
    expect(stateOf(within, { product })).toBe('holds')
    expect(stateOf(within, { product: 'pkg:oci/other' })).toBeNull()
    expect(stateOf(within, { product, purl: 'pkg:pypi/other@1' })).toBeNull()
    expect(stateOf(openVex({ products: [{ '@id': product }] }), { product })).toBe('holds')
  })

  test('a date is needed, of the statement or of the document', () => {
    expect(stateOf(openVex({}, { timestamp: null }))).toBe('undated')
  })

  test('the last statement counts, wherever it stands', () => {
    const statements = ['2026-05-20', '2026-05-10'].map((day, n) => ({
      vulnerability: { name: 'CVE-1' },
      status: n === 0 ? 'affected' : 'not_affected',
      products: [flask],
      timestamp: `${day}T00:00:00Z`,
    }))
    expect(ask(openVex({}, { statements }))?.statement.status).toBe('affected')
  })
})

describe('CycloneDX', () => {
  const cyclonedx = (vulnerability: object, document: object = {}) =>
    utf8(
      JSON.stringify({
        bomFormat: 'CycloneDX',
        metadata: { timestamp: '2026-05-01T00:00:00Z' },
        components: [{ name: 'app', components: [{ 'bom-ref': 'f', purl: flask }] }],
        vulnerabilities: [
          {
            id: 'CVE-1',
            analysis: { state: 'false_positive' },
            affects: [{ ref: 'f' }],
            ...vulnerability,
          },
        ],
        ...document,
      }),
    )
  test.each([
    ['by a reference', {}, 'not_affected', 'holds'],
    ['by a purl', { affects: [{ ref: flask }] }, 'not_affected', 'holds'],
    ['by a BOM-Link', { affects: [{ ref: 'urn:cdx:3e67/1#f' }] }, 'not_affected', 'holds'],
    [
      'by an encoded BOM-Link',
      { affects: [{ ref: `urn:cdx:3e67/1#${encodeURIComponent(flask)}` }] },
      'not_affected',
      'holds',
    ],
    ['by another name', { id: 'X', references: [{ id: 'GHSA-1' }] }, 'not_affected', 'holds'],
    ['resolved', { analysis: { state: 'resolved' } }, 'fixed', 'holds'],
    ['exploitable', { analysis: { state: 'exploitable' } }, 'affected', 'holds'],
    [
      'old',
      { analysis: { state: 'not_affected', lastUpdated: '2020-01-01T00:00:00Z' } },
      'not_affected',
      'expired',
    ],
    [
      'ended',
      { properties: [{ name: 'proofhouse:expires', value: '2026-01-01' }] },
      'not_affected',
      'expired',
    ],
    [
      'with an end of no text',
      { properties: [{ name: 'proofhouse:expires', value: 1 }] },
      'not_affected',
      'expired',
    ],
    [
      'with an end of nothing',
      { properties: [{ name: 'proofhouse:expires' }] },
      'not_affected',
      'expired',
    ],
    [
      'of this version of all',
      { affects: [{ ref: 'pkg:pypi/flask', versions: [{ version: '2.2.4' }] }] },
      'not_affected',
      'holds',
    ],
    [
      'of its own version',
      { affects: [{ ref: 'f', versions: [{ version: '2.2.4' }] }] },
      'not_affected',
      'holds',
    ],
    [
      'of other versions of all',
      { affects: [{ ref: 'pkg:pypi/flask', versions: [{ version: '2.2.5' }] }] },
      undefined,
      undefined,
    ],
    [
      'of a range, which is not read',
      { affects: [{ ref: 'pkg:pypi/flask', versions: [{ range: 'vers:pypi/>=2' }] }] },
      undefined,
      undefined,
    ],
    ['without an analysis', { analysis: undefined }, undefined, undefined],
    ['of nothing', { affects: [] }, undefined, undefined],
  ])('%s', (_, vulnerability, status, state) => {
    const applied = ask(cyclonedx(vulnerability))
    expect([applied?.statement.status, applied?.state]).toEqual([status, state])
  })
})

test.each([
  '',
  '[]',
  '{}',
  '{"@context": "https://openvex.dev/ns", "statements": [{}]}',
  '{"a": 1, "a": 2}',
])('%s is refused', (text) => {
  const refusal: unknown = expect.objectContaining({ code: 'feed-malformed' })
  expect(() => parseVex(utf8(text), 'vex.json')).toThrow(refusal)
})
