// Makes elements. Whatever is put into one is text: there is no way here to hand over markup, so that nothing a file says can
// become a part of the page.

import { visibleText } from '../../plain-text.ts'

/** What may stand in an element; null leaves nothing. */
export type Child = Node | string | null | readonly Child[]

type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>

/** An element with attributes, listeners (`onclick` and the like, as functions) and content. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (typeof value === 'string') element.setAttribute(name, value)
    else if (value) element.setAttribute(name, '')
  }
  add(element, children)
  return element
}

function add(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null) continue
    if (typeof child === 'string' || child instanceof Node) element.append(child)
    else add(element, child)
  }
}

/** A stranger's text: kept from reordering its surroundings, and with invisible characters spelled out. */
export const foreign = (text: string): HTMLElement => el('bdi', {}, visibleText(text))

/** A digest, key, time or name for programs: one face, always left to right. */
export const code = (text: string): HTMLElement => el('code', { dir: 'ltr' }, visibleText(text))

/** A sentence of ours in which names of commands stand in backticks. */
export function sentence(text: string): Child {
  return text
    .split('`')
    .map((piece, n) => (n % 2 === 1 ? el('code', { dir: 'ltr' }, piece) : piece))
}

/** A moment as statements write it, for a reader: `2026-01-31 12:00:00 UTC`. */
export const instant = (text: string): HTMLElement =>
  code(text.replace(/^(\d{4}-\d\d-\d\d)T([\d:]+)(?:\.0+)?(\.\d+)?Z$/, '$1 $2$3 UTC'))

/** Pairs of a term and what it is; what is `wide` takes a line. */
export function facts(pairs: readonly (readonly [string, Child, 'wide'?] | null)[]): HTMLElement {
  return el(
    'dl',
    { class: 'facts' },
    pairs
      .filter((pair) => pair !== null)
      .map(([term, is, width]) =>
        el('div', { class: width ?? '' }, el('dt', {}, term), el('dd', {}, is)),
      ),
  )
}

/** A part of the page under a heading. */
export function part(id: string, heading: string, ...children: readonly Child[]): HTMLElement {
  return el(
    'section',
    { class: 'part', id, 'aria-labelledby': `${id}-h` },
    el('h2', { id: `${id}-h` }, heading),
    children,
  )
}

/** A table with a caption; it scrolls by itself where the screen is narrow, also by keyboard. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  return el(
    'div',
    { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption },
    el(
      'table',
      {},
      el('caption', {}, el('span', {}, caption)),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          columns.map((column) => el('th', { scope: 'col' }, column)),
        ),
      ),
      el(
        'tbody',
        {},
        rows.map((row) =>
          el(
            'tr',
            {},
            row.map((cell, n) => (n === 0 ? el('th', { scope: 'row' }, cell) : el('td', {}, cell))),
          ),
        ),
      ),
    ),
  )
}
