import { describe, expect, test } from 'vitest'
import { matchClasses } from './scoring-classes.ts'

type Case = Partial<Parameters<typeof matchClasses>[0]>

const match = (changes: Case) =>
  matchClasses({
    model: 'm.onnx',
    labels: ['bad', 'good'],
    declared: null,
    found: null,
    namesItself: false,
    ...changes,
  })

describe('the classes and how the model writes them', () => {
  test.each<[string, Case, [string, string], [string, number][]]>([
    [
      'named by the file',
      { found: ['good', 'bad'] },
      ['good', 'bad'],
      [
        ['good', 0],
        ['bad', 1],
      ],
    ],
    [
      'numbers in the file, declared',
      { found: ['0', '1'], declared: ['bad', 'good'] },
      ['bad', 'good'],
      [
        ['0', 0],
        ['1', 1],
      ],
    ],
    [
      'numbers that are labels too',
      { labels: ['1', '2'], found: ['0', '1'], declared: ['2', '1'] },
      ['2', '1'],
      [
        ['0', 0],
        ['1', 1],
      ],
    ],
    [
      '1 and 2 throughout',
      { labels: ['2', '1'], found: ['1', '2'] },
      ['1', '2'],
      [
        ['1', 0],
        ['2', 1],
      ],
    ],
    [
      '0 and 1, nothing named',
      { labels: ['1', '0'] },
      ['0', '1'],
      [
        ['0', 0],
        ['1', 1],
      ],
    ],
    [
      'booleans',
      { labels: ['true', 'false'] },
      ['false', 'true'],
      [
        ['0', 0],
        ['1', 1],
      ],
    ],
    [
      'a label that is text',
      { labels: ['good', 'bad'], namesItself: true },
      ['bad', 'good'],
      [
        ['bad', 0],
        ['good', 1],
      ],
    ],
    [
      'declared only',
      { declared: ['good', 'bad'] },
      ['good', 'bad'],
      [
        ['0', 0],
        ['1', 1],
      ],
    ],
    ['declared, and not to be told', { labels: ['1', '2'], declared: ['2', '1'] }, ['2', '1'], []],
    [
      '1.0 written for 1',
      { labels: ['0', '1'], found: ['0.0', '1.0'] },
      ['0', '1'],
      [
        ['0', 0],
        ['1', 1],
      ],
    ],
  ])('%s', (_, changes, classes, positions) => {
    const found = match(changes)
    expect(found.classes).toEqual(classes)
    expect([...found.positions]).toEqual(positions)
  })
})

describe('refuses to guess', () => {
  test.each<[string, Case, RegExp]>([
    [
      'text labels, no names',
      {},
      /does not name its classes.*`model.classes: \[bad, good\]` or `\[good, bad\]`/,
    ],
    [
      'text labels, numbers in the file',
      { found: ['0', '1'] },
      /names its classes `0`, `1`, and the label is/,
    ],
    ['1 and 2, no names', { labels: ['1', '2'] }, /does not name its classes/],
    ['three classes', { found: ['a', 'b', 'c'] }, /tells 3 classes apart/],
    [
      'declared against the file',
      { found: ['good', 'bad'], declared: ['bad', 'good'] },
      /correct `model.classes`/,
    ],
    [
      'declared with other values',
      { declared: ['no', 'yes'] },
      /lists `no`, `yes`, and the label is `bad`, `good`/,
    ],
    ['declared twice the same', { declared: ['bad', 'bad'] }, /list exactly the label values/],
    [
      'other names in the file',
      { found: ['no', 'yes'], namesItself: true },
      /names its classes `no`, `yes`/,
    ],
  ])('%s', (_, changes, message) => {
    expect(() => match(changes)).toThrow(message)
  })
})
