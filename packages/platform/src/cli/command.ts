// What a command of the CLI is: words, operands, options and a function. Everything else (help, parsing, errors,
// exit codes, progress) is done once for all commands, so that a new command is one file.

import type { Services } from '../workflows/index.ts'

/** 0 pass · 1 a gate or finding failed · 2 usage or configuration · 3 could not decide · 4 warnings refused. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

interface Option {
  readonly description: string
  /** The placeholder of the option's value in the help; absent for a switch. */
  readonly value?: string
  readonly required?: boolean
  /** Whether it may be given several times; its values are then in `lists`. */
  readonly repeated?: boolean
}

interface Operand {
  readonly name: string
  readonly description: string
  /** What stands in when the operand is left out, empty for nothing; absent when it is required. */
  readonly fallback?: string
  /** Whether it takes all that is left, one or more; only the last operand may. */
  readonly many?: true
}

/** Where a command prints. Results go to `out`, everything said along the way to `note`. */
export interface Terminal {
  /** Whether results go to a person's terminal, and not to a pipe or file. */
  readonly interactive: boolean
  readonly columns: number
  readonly colour: boolean
  out(text: string): void
  note(text: string): void
  /** Shows what is going on now; replaced by the next step, gone at the end. Silent in a pipe. */
  progress(step: string | null): void
}

/** One call of a command, parsed and checked. */
export interface Invocation {
  readonly operands: Readonly<Record<string, string>>
  /** What stands for an operand that takes many; empty where the command has none. */
  readonly rest: readonly string[]
  readonly options: Readonly<Record<string, string>>
  /** Values of options that may be repeated, in the order given; none is an empty list. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  readonly switches: ReadonlySet<string>
  readonly services: Services
  readonly terminal: Terminal
  /** Aborted when the person presses Ctrl-C or the process is asked to stop. */
  readonly signal: AbortSignal
}

/** A command: one file in this folder each. Every command also takes `--json` and `--help`. */
export interface Command {
  readonly words: readonly string[]
  readonly summary: string
  /** A paragraph or two for `--help`, already wrapped. */
  readonly details?: string
  readonly operands: readonly Operand[]
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly string[]
  run(invocation: Invocation): Promise<ExitCode>
}
