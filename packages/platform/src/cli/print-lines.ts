// Prints results for a person. Names of files and members come from strangers, so nothing invisible reaches the terminal.

import type { Terminal } from './command.ts'

/** Controls, format characters and separators: they show nothing, or reorder what stands around them (CVE-2021-42574). */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const spelledOut = (character: string) =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`

/** Prints lines, each with what a terminal would obey or hide spelled out. */
export function printLines(terminal: Pick<Terminal, 'out'>, lines: readonly string[]): void {
  terminal.out(lines.map((line) => `${line.replaceAll(unseen, spelledOut)}\n`).join(''))
}

/**
 * A whole number as `1,234`. By hand: the first number that Node formats loads the rules of all languages, which would be a third
 * of a short command's time.
 */
export function grouped(n: number): string {
  return String(n).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `1 file`, `1,234 files`. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`
}
