// Runs one command line to its exit code: finds the command, parses, calls it, and turns an operating error into one
// message. A programmer error is not caught here: it ends the process with its stack.

import { errorRegistry, OperatingError } from '@proofhouse/evidence'
import type { Services } from '../workflows/index.ts'
import type { Command, ExitCode, Terminal } from './command.ts'
import { commandHelp, programHelp } from './help.ts'
import { findCommand, parseInvocation } from './parse.ts'

interface Run {
  readonly commands: readonly Command[]
  readonly args: readonly string[]
  readonly version: string
  readonly services: Services
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

/** The exit code of the command line; everything it had to say is printed. */
export async function runCommandLine(run: Run): Promise<ExitCode> {
  const { args, commands, terminal, version } = run
  const wantsJson = args.includes('--json')
  try {
    if (args[0] === '--version') {
      terminal.out(`${version}\n`)
      return 0
    }
    if (args.length === 0 || args[0] === '--help' || args[0] === 'help') {
      const asked = args[0] === 'help' && args.length > 1
      const help = asked
        ? commandHelp(findCommand(commands, args.slice(1)).command)
        : programHelp(commands, version)
      terminal.out(help)
      return args.length === 0 ? 2 : 0
    }
    const { command, rest } = findCommand(commands, args)
    const parsed = parseInvocation(command, rest)
    if (parsed.switches.has('help')) {
      terminal.out(commandHelp(command))
      return 0
    }
    return await command.run({ ...parsed, services: run.services, terminal, signal: run.signal })
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    terminal.progress(null)
    const { code, message, details } = error
    if (wantsJson) terminal.out(`${JSON.stringify({ error: { code, message, details } })}\n`)
    terminal.note(`proofhouse: ${message} [${code}]\n`)
    return errorRegistry[code].exitCode
  } finally {
    terminal.progress(null)
  }
}
