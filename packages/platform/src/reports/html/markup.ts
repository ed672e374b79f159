// A template tag that escapes: whatever is put into a template is text, unless another template made it.
// There is no way to pass raw markup from outside this folder, so hostile names stay names.

import { partsOfSentence, visibleText } from '../plain-text.ts'

/** A piece of finished HTML; only `html` makes it. */
export class Markup {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** From a template: its literal parts as they are, its values escaped. */
  static from(parts: readonly string[], values: readonly Content[]): Markup {
    return new Markup(parts.map((part, n) => part + rendered(values[n] ?? null)).join(''))
  }

  toString(): string {
    return this.#text
  }
}

/** What may stand in a template; null and undefined leave nothing. */
export type Content = Markup | string | number | null | undefined | readonly Content[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML content or a quoted attribute value, with invisible characters spelled out. */
function escapeHtml(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

function rendered(value: Content): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return value.map(rendered).join('')
}

/** HTML from a template literal; attribute values must be quoted in the template. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return Markup.from(parts, values)
}

/** A stranger's text kept from reordering its surroundings, whatever direction it runs in. */
export function foreign(text: string): Markup {
  return html`<bdi>${text}</bdi>`
}

/** A sentence of ours, in which names stand in backticks. */
export function marked(text: string): Markup {
  const parts = partsOfSentence(text).map((part) =>
    part.isName ? html`<code>${foreign(part.text)}</code>` : part.text,
  )
  return html`<bdi>${parts}</bdi>`
}

/** A digest, path or command: one face, breaks anywhere, always left to right. */
export function code(text: string): Markup {
  return html`<code dir="ltr">${text}</code>`
}
