// Markdown (CommonMark with GitHub's tables) that carries strangers' text without letting it become markup.

import { partsOfSentence, visibleText } from './plain-text.ts'

/**
 * Text that stands as it is: ASCII punctuation with a meaning is escaped (CommonMark 2.4), HTML cannot begin, and
 * nothing becomes a link by itself (GFM 6.9) or a mention.
 */
export function escapeMarkdown(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]#!|~$@]/g, String.raw`\$&`)
    .replaceAll(/^(\s*)([-+=])/g, String.raw`$1\$2`)
    .replaceAll(/^(\s*\d+)([.)])(?=\s|$)/g, String.raw`$1\$2`)
    .replaceAll('://', '&#58;//')
    .replaceAll(/\bwww\./gi, (prefix) => `${prefix.slice(0, 3)}&#46;`)
}

/** A code span that holds any text, backticks included (CommonMark 6.1); a pipe is escaped for tables. */
export function codeSpan(text: string): string {
  const shown = visibleText(text).replaceAll('|', String.raw`\|`)
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : ''
  return `${fence}${space}${shown}${space}${fence}`
}

/** A sentence of ours, in which names stand in backticks: those as code spans, all else as it stands. */
export function markdownSentence(sentence: string): string {
  return partsOfSentence(sentence)
    .map(({ text, isName }) => (isName ? codeSpan(text) : escapeMarkdown(text)))
    .join('')
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** A table; `:` at the end of a heading aligns its column with the end. Cells must be escaped already. */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [
    line(headings.map((h) => h.replace(/:$/, ''))),
    line(headings.map((h) => (h.endsWith(':') ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n')
}
