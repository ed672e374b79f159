// `proofhouse decisions serve`

import { indexOf, serveDecisions } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { folderOption, workspaceOf } from './workspace-option.ts'

const portDefault = '7070'

/** Takes decisions over HTTP. */
export const decisionsServe: Command = {
  words: ['decisions', 'serve'],
  summary: 'take decisions over HTTP, until it is interrupted',
  details: `POST /api/v1/decisions takes a JSON list of decisions and answers once they are durable.
Clients show the token that lies in the workspace as \`Authorization: Bearer\`. It listens
on this machine only: there is no TLS here.`,
  operands: [],
  options: {
    folder: folderOption,
    host: { value: 'ADDRESS', description: 'a loopback address (default: 127.0.0.1)' },
    port: { value: 'N', description: `the port, 0 for any (default: ${portDefault})` },
  },
  examples: ['proofhouse decisions serve'],
  async run({ options, switches, services, terminal, signal }) {
    const request = {
      folder: workspaceOf(options),
      host: options['host'] ?? '127.0.0.1',
      port: indexOf(options['port'] ?? portDefault),
    }
    const ready = (address: string, tokenFile: string) => {
      if (switches.has('json')) terminal.out(`${JSON.stringify({ address, tokenFile })}\n`)
      else
        terminal.out(
          `taking decisions at ${address}/api/v1/decisions; the token is in ${tokenFile}\n`,
        )
    }
    const note = (text: string) => terminal.note(`${text}\n`)
    const { size } = await serveDecisions(request, services, { signal, ready, note })
    if (switches.has('json')) terminal.out(`${JSON.stringify({ size })}\n`)
    else terminal.out(`stopped; the log has ${size}\n`)
    return 0
  },
}
