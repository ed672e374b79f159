// `proofhouse keys events`

import { compareKeyEvents, type LoggedKeyEvent } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { keysOptions, keysRequest } from './keys-options.ts'
import { printLines } from './print-lines.ts'

function line({ index, event, kind, keyId, version, reason, at, keys }: LoggedKeyEvent): string {
  const which = `${kind}/${keyId}${version === null ? '' : ` version ${version}`}`
  const counts = Object.entries(keys ?? {}).map(([name, count]) => `${count} ${name}`)
  const moved = counts.length === 0 ? '' : `: ${counts.join(', ')}`
  return `${at.slice(0, 19)}Z  entry ${index}  ${event}  ${which}${moved}  (${reason})`
}

/** Lists what happened to keys. */
export const keysEvents: Command = {
  words: ['keys', 'events'],
  summary: 'list what happened to keys, from the ledger',
  details: `Reads the key events that the workspace signed: keys created, rotated, wrapped anew,
retired and destroyed. They name no person and hold no key. Holds the store of keys
against them and exits with 1 where it has forgotten something, as one that was restored
from an older backup has.`,
  operands: [],
  options: { ...keysOptions },
  examples: ['proofhouse keys events', 'proofhouse keys events --json | jq .'],
  async run({ options, switches, services, terminal }) {
    const { events, forgotten } = await compareKeyEvents(services, keysRequest({ options }))
    if (switches.has('json')) terminal.out(`${JSON.stringify(events)}\n`)
    else printLines(terminal, events.length === 0 ? ['no key events'] : events.map(line))
    for (const each of forgotten) terminal.note(`✗ ${each}\n`)
    return forgotten.length === 0 ? 0 : 1
  },
}
