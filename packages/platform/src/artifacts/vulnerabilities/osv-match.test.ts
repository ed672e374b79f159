import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchVersion } from './osv-match.ts'
import type { OsvEvent } from './osv-record.ts'
import { orderOf, type VersionOrder } from './version-order.ts'

const order: VersionOrder = (a, b) => orderOf('PyPI')?.(a, b) ?? null
const kinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const

const eventsIn = (text: string): OsvEvent[] =>
  text.split(' ').map((part) => {
    const [name, version = ''] = part.split(':')
    const kind = kinds.find((one) => one === name)
    if (kind === undefined) throw new Error(`no event: ${part}`)
    return { kind, version }
  })
const match = (version: string, events: string, versions: readonly string[] = []) =>
  matchVersion(
    version,
    { versions, ranges: [{ type: 'ECOSYSTEM', events: eventsIn(events) }] },
    order,
  )

describe('ranges', () => {
  test.each([
    ['introduced:0 fixed:2', '1.9', '2'],
    ['introduced:0 fixed:2', '0', '2'],
    ['introduced:0 fixed:2', '2rc1', '2'],
    ['introduced:1 last_affected:2', '2', null],
    ['introduced:1 last_affected:2', '1.0', null],
    ['introduced:1', '99', null],
    ['fixed:3 introduced:2 fixed:1 introduced:0', '2.5', '3'],
    ['introduced:0 fixed:1 introduced:2 fixed:3', '0.5', '1'],
    ['introduced:0 fixed:2 introduced:2 fixed:3', '2', '3'],
    ['introduced:0 limit:2', '1', null],
    ['introduced:0 limit:*', '100', null],
    ['introduced:0 fixed:5 limit:2 limit:4', '3', '5'],
    ['introduced:0 last_affected:2.5.1', '2.5.1+cu124', null],
  ])('%s affects %s', (events, version, fix) => {
    expect(match(version, events)).toEqual({
      outcome: 'affected',
      fixedIn: fix === null ? [] : [fix],
    })
  })
  test.each([
    ['introduced:0 fixed:2', '2'],
    ['introduced:0 fixed:2.0', '2'],
    ['introduced:1 fixed:2', '0.9'],
    ['introduced:1 last_affected:2', '2.0.1'],
    ['introduced:0 fixed:1 introduced:2 fixed:3', '1.5'],
    ['introduced:2 fixed:2', '2'],
    ['introduced:0 limit:2', '2'],
  ])('%s does not affect %s', (events, version) => {
    expect(match(version, events)).toEqual({ outcome: 'unaffected' })
  })
  test.each([
    ['introduced:0 fixed:master', '1'],
    ['introduced:0 fixed:2', 'not-a-version'],
    ['fixed:2', '1'],
    ['limit:2', '3'],
  ])('%s cannot be decided for %s', (events, version) => {
    expect(match(version, events)).toMatchObject({ outcome: 'undecided' })
    expect(match(version, events, [version])).toMatchObject({ outcome: 'affected' })
  })
})

test('versions are listed in any spelling', () => {
  expect(matchVersion('1.0', { versions: ['1.0.0'], ranges: [] }, order).outcome).toBe('affected')
  expect(matchVersion('1.1', { versions: ['1.0.0'], ranges: [] }, order).outcome).toBe('unaffected')
})

test('commits say nothing of versions', () => {
  const git = { type: 'GIT', events: eventsIn('introduced:0') }
  expect(matchVersion('1', { versions: [], ranges: [git] }, order).outcome).toBe('undecided')
  expect(matchVersion('1', { versions: ['2'], ranges: [git] }, order).outcome).toBe('unaffected')
})

test('equals the algorithm of the schema, as it is written there', () => {
  /** "Evaluation" of the OSV schema over whole numbers. */
  const asWritten = (version: number, events: readonly OsvEvent[]): boolean => {
    const limits = events.filter(({ kind }) => kind === 'limit')
    if (limits.length > 0 && !limits.some((limit) => version < Number(limit.version))) return false
    let vulnerable = false
    for (const event of events.toSorted((a, b) => Number(a.version) - Number(b.version))) {
      if (event.kind === 'introduced' && version >= Number(event.version)) vulnerable = true
      if (event.kind === 'fixed' && version >= Number(event.version)) vulnerable = false
      if (event.kind === 'last_affected' && version > Number(event.version)) vulnerable = false
    }
    return vulnerable
  }
  const event = fc.record({
    kind: fc.constantFrom(...kinds),
    version: fc.nat(6).map((n) => `${n}`),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (events, at) => {
      fc.pre(events.some(({ kind }) => kind === 'introduced'))
      const found = matchVersion(
        `${at}`,
        { versions: [], ranges: [{ type: 'ECOSYSTEM', events }] },
        order,
      )
      expect(found.outcome).toBe(asWritten(at, events) ? 'affected' : 'unaffected')
    }),
    { numRuns: 1_000 },
  )
})
