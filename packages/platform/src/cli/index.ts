// The commands of the program, in the order in which help lists them, and how a command line is run.

export type { Terminal } from './command.ts'
export { commands } from './commands.ts'
export { runCommandLine } from './run.ts'
