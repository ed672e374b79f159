// The terminal of this process. Results go to standard output; progress, notes and errors to standard error, so that a
// pipe gets results only. Progress is one line that replaces itself, on a terminal only.

import type { Terminal } from '../cli/index.ts'

const clearLine = '\r\u001b[2K'
const columnsDefault = 80

/** Control characters other than line feed could rewrite what the reader sees; file and column names may hold them. */
const printable = (text: string) =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')

/** What a terminal needs of a process. */
interface TerminalHost {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): boolean
}

/** The terminal of the process given. */
export function processTerminal(host: TerminalHost): Terminal {
  const { stdout, stderr, env } = host
  const interactive = stdout.isTTY === true
  const animated = stderr.isTTY === true && env['TERM'] !== 'dumb'
  let showing = false
  const clear = () => {
    if (showing) stderr.write(clearLine)
    showing = false
  }
  return {
    interactive,
    columns: stdout.columns ?? columnsDefault,
    colour: interactive && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    out(text) {
      clear()
      stdout.write(text)
    },
    note(text) {
      clear()
      stderr.write(printable(text))
    },
    progress(step) {
      clear()
      if (step === null || !animated) return
      const width = Math.max(10, (stderr.columns ?? columnsDefault) - 1)
      stderr.write(printable(`… ${step}`).slice(0, width))
      showing = true
    },
  }
}
