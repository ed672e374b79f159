// Prints results for a person. Names of files and members come from strangers, so nothing invisible reaches the terminal.

import { visibleText } from '../reports/index.ts'
import type { Terminal } from './command.ts'

/** Prints lines, each with what a terminal would obey or hide spelled out. */
export function printLines(terminal: Pick<Terminal, 'out'>, lines: readonly string[]): void {
  terminal.out(lines.map((line) => `${visibleText(line)}\n`).join(''))
}

/** `1 file`, `1,234 files`. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
