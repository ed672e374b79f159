// Text stays text in Markdown: no markup, no HTML, no link that makes itself, no cell that splits a table.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeSpan, escapeMarkdown, markdownSentence, markdownTable } from './markdown.ts'

test.each([
  ['a|b *c* _d_', String.raw`a\|b \*c\* \_d\_`],
  ['[x](javascript:1)', String.raw`\[x\](javascript:1)`],
  ['<script>&amp;', '&lt;script&gt;&amp;amp;'],
  ['https://e.vil www.e.vil', 'https&#58;//e.vil www&#46;e.vil'],
  ['@all #1 !x $y$', String.raw`\@all \#1 \!x \$y\$`],
  ['- item', String.raw`\- item`],
  ['1. item', String.raw`1\. item`],
  ['0.75 (0.71–0.80)', '0.75 (0.71–0.80)'],
  ['a\nb', 'a b'],
])('%j becomes %j', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped)
})

test('no text opens HTML, emphasis, code or a link', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeMarkdown(text).replaceAll(/\\[!-~]/g, '')).not.toMatch(/[<>`*_[\]|\n]/)
    }),
  )
})

test('a code span is fenced by more backticks than it holds', () => {
  expect(codeSpan('plain')).toBe('`plain`')
  expect(codeSpan('a`b``c')).toBe('```a`b``c```')
  expect(codeSpan('`x')).toBe('`` `x ``')
  expect(codeSpan('a|b')).toBe(String.raw`\`a\|b\``.replaceAll('\\`', '`'))
})

test('names in a sentence are code, and nothing in either is markup', () => {
  expect(markdownSentence('Drift: `data.current` is *not* there')).toBe(
    String.raw`Drift: ` + '`data.current`' + String.raw` is \*not\* there`,
  )
  expect(markdownSentence('one ` alone, <b>')).toBe(String.raw`one \` alone, &lt;b&gt;`)
})

test('a table has one rule line and as many cells in every row', () => {
  expect(markdownTable(['A', 'B:'], [['1', '2']])).toBe('| A | B |\n| --- | ---: |\n| 1 | 2 |')
})
