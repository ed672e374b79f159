// WCAG 2.2 AA, computed: 4.5:1 for text (1.4.3) and 3:1 for what a drawing needs to be understood (1.4.11).

import { describe, expect, test } from 'vitest'
import { dark, light, type Palette } from './tokens.ts'

/** Relative luminance (WCAG 2.2, definitions). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (bright + 0.05) / (dim + 0.05)
}

type Pair = readonly [ink: keyof Palette, ground: keyof Palette]
const grounds = [
  'page',
  'surface',
  'raised',
  'pass_tint',
  'warn_tint',
  'fail_tint',
  'inconclusive_tint',
] as const
const text: readonly Pair[] = [
  ...grounds.map((ground): Pair => ['ink', ground]),
  ['muted', 'page'],
  ['muted', 'surface'],
  ['muted', 'raised'],
  ['muted', 'fail_tint'],
  ['accent', 'page'],
  ['accent', 'surface'],
  ['pass', 'pass_tint'],
  ['warn', 'warn_tint'],
  ['fail', 'fail_tint'],
  ['inconclusive', 'inconclusive_tint'],
]
const drawn: readonly Pair[] = [
  ['mark', 'surface'],
  ['mark', 'fail_tint'],
  ['fail', 'surface'],
  ['fail', 'fail_tint'],
  ['warn', 'surface'],
]

test('contrast of black on white is the 21 of the definition', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
})

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s palette', (_, palette) => {
  test.each(text)('%s on %s can be read', (ink, ground) => {
    expect(contrast(palette[ink], palette[ground])).toBeGreaterThanOrEqual(4.5)
  })
  test.each(drawn)('%s on %s can be made out', (ink, ground) => {
    expect(contrast(palette[ink], palette[ground])).toBeGreaterThanOrEqual(3)
  })
})
