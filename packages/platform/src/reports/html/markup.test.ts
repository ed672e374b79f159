// Nothing put into a template can become markup, whatever it is.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMarkup, textOf } from '../markup-tree.fixture.ts'
import { visibleText } from '../plain-text.ts'
import { html } from './markup.ts'

test('any text comes back as that text, from content and from an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const tree = readMarkup(html`<p title="${text}">${text}</p>`.toString(), { html: true })
      const [p] = tree.children
      if (p === undefined || typeof p === 'string') throw new Error('the paragraph is an element')
      expect(textOf(p)).toBe(visibleText(text))
      expect(p.attributes.get('title')).toBe(visibleText(text))
    }),
  )
})

test('templates nest, lists join, and nothing leaves nothing', () => {
  const items = ['a<b', html`<b>${1}</b>`, null, undefined, ['c', 'd']]
  expect(html`<i>${items}</i>`.toString()).toBe('<i>a&lt;b<b>1</b>cd</i>')
})
