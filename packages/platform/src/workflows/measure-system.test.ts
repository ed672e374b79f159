import { expect, test } from 'vitest'
import { columnSets } from './measure-system.ts'

const file = (
  columns: readonly string[],
  intersections: boolean,
  overs: readonly string[][] = [],
) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only these fields are read
  ({
    columns: { protected: columns },
    assessment: { intersections },
    rules: overs.map((over) => ({ over })),
  }) as unknown as Parameters<typeof columnSets>[0]

test('everyone, each column, and every intersection', () => {
  expect(columnSets(file(['a', 'b', 'c'], true))).toEqual([
    [],
    ['a'],
    ['b'],
    ['c'],
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
    ['a', 'b', 'c'],
  ])
  expect(columnSets(file(['a', 'b'], false))).toEqual([[], ['a'], ['b']])
})

test('with many columns, pairs and the finest', () => {
  const sets = columnSets(file(['a', 'b', 'c', 'd', 'e'], true))
  expect(sets).toHaveLength(1 + 5 + 10 + 1)
  expect(sets.at(-1)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a rule’s own intersection is measured too, once', () => {
  expect(columnSets(file(['a', 'b'], false, [['b', 'a'], ['a', 'b'], ['a']]))).toEqual([
    [],
    ['a'],
    ['b'],
    ['b', 'a'],
  ])
})
