// The program: wires the process's arguments, signals and terminal to the commands. No logic of its own.

import { randomUUID } from 'node:crypto'
import { commands, runCommandLine } from './cli/index.ts'
import { composeServices, composeTerminal } from './compose.ts'
import { version } from './config.ts'

const stop = new AbortController()
// The first signal asks for an orderly end; a second one, the default, is not waited for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => stop.abort(signal))
// A reader that goes away (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommandLine({
  commands,
  args: process.argv.slice(2),
  version,
  services: composeServices({ newId: randomUUID, now: () => new Date() }),
  terminal: composeTerminal(process),
  signal: stop.signal,
})
