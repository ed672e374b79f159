// Makes text from outside safe to show to a person: what would be invisible, or would reorder what stands around it, is
// spelled out. Names of files, columns and values come from strangers; "Trojan Source" (CVE-2021-42574) is the attack.
// Each renderer then escapes for its own format; this is about what survives escaping.

/**
 * Control, format, surrogate, line and paragraph separator characters (general categories Cc, Cf, Cs, Zl, Zp): they
 * show nothing, or change how what stands around them is shown.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The text with each invisible or reordering character written as `⟨U+202E⟩`; a line feed or tab becomes a space. */
export function visibleText(text: string): string {
  return text.replaceAll(invisible, (character) =>
    character === '\n' || character === '\t' || character === '\r'
      ? ' '
      : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What a reader sees as single characters. */
export function charactersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
}

/** Longer texts are cut in places that must stay short, such as a table cell on a terminal. */
export function shortened(text: string, lengthMax: number): string {
  const characters = charactersOf(text)
  return characters.length <= lengthMax ? text : `${characters.slice(0, lengthMax - 1).join('')}…`
}

/** The parts of a sentence in which names stand in backticks; a backtick without its fellow is text. */
export function partsOfSentence(sentence: string): { text: string; isName: boolean }[] {
  return sentence
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) =>
      /^`[^`]+`$/.test(part)
        ? { text: part.slice(1, -1), isName: true }
        : { text: part, isName: false },
    )
}
