// Every command, in the order in which help lists them.

import { assess } from './assess.ts'
import type { Command } from './command.ts'

/** Every command. */
export const commands: readonly Command[] = [assess]
