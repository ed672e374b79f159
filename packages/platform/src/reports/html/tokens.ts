// The colours of the page as data, so that a test can compute the contrast of every pair that carries text.
// Light is also what paper gets.

/** One scheme's colours, sRGB hex. `…_tint` is the ground under text of the same name. */
export interface Palette {
  readonly page: string
  readonly surface: string
  readonly raised: string
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly mark: string
  readonly accent: string
  readonly pass: string
  readonly pass_tint: string
  readonly warn: string
  readonly warn_tint: string
  readonly fail: string
  readonly fail_tint: string
  readonly inconclusive: string
  readonly inconclusive_tint: string
}

/** On a bright screen and on paper. */
export const light: Palette = {
  page: '#f5f6f8',
  surface: '#ffffff',
  raised: '#f0f2f5',
  ink: '#16202b',
  muted: '#515e6b',
  line: '#d4dae0',
  mark: '#23527f',
  accent: '#1d4f80',
  pass: '#14603a',
  pass_tint: '#e4f2ea',
  warn: '#7a4a00',
  warn_tint: '#fcf0d9',
  fail: '#981b1b',
  fail_tint: '#fae6e5',
  inconclusive: '#4b3c82',
  inconclusive_tint: '#edebf8',
}

/** On a dark screen. */
export const dark: Palette = {
  page: '#10161c',
  surface: '#182028',
  raised: '#202a33',
  ink: '#e7ecf1',
  muted: '#a6b3bf',
  line: '#35424e',
  mark: '#93c1ee',
  accent: '#93c1ee',
  pass: '#80d5a5',
  pass_tint: '#15301f',
  warn: '#f1c571',
  warn_tint: '#35290f',
  fail: '#f6a8a5',
  fail_tint: '#3c1a18',
  inconclusive: '#c6bcf6',
  inconclusive_tint: '#282349',
}

/** The palette as CSS custom properties. */
export function customProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name.replace('_', '-')}:${String(colour)}`)
    .join(';')
}
