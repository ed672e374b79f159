// `proofhouse decisions serve`

import { indexOf, serveDecisions, type Serving } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const portDefault = '7070'

/** Takes decisions over HTTP. */
export const decisionsServe: Command = {
  words: ['decisions', 'serve'],
  summary: 'take decisions over HTTP, until it is interrupted',
  details: `POST /api/v1/decisions takes a JSON list of decisions and answers once they are durable.
Clients show the token that lies in the workspace as \`Authorization: Bearer\`. It listens
on this machine only: there is no TLS here. Other \`decisions\` commands on the workspace
are answered meanwhile, on a socket in it that is its owner's alone; with --operator also
over HTTP, at /api/v1/operator/NAME, for those who show the operator's token.`,
  operands: [],
  options: {
    ...workspaceOption,
    host: { value: 'ADDRESS', description: 'a loopback address (default: 127.0.0.1)' },
    port: { value: 'N', description: `the port, 0 for any (default: ${portDefault})` },
    operator: { description: 'answer operators over HTTP too, by a token of their own' },
  },
  examples: ['proofhouse decisions serve'],
  async run({ options, switches, services, terminal, signal }) {
    const request = {
      folder: workspaceOf(options),
      host: options['host'] ?? '127.0.0.1',
      port: indexOf(options['port'] ?? portDefault),
      operator: switches.has('operator'),
    }
    const ready = (serving: Serving) => {
      const { address, tokenFile, operatorTokenFile } = serving
      if (switches.has('json')) terminal.out(`${JSON.stringify(serving)}\n`)
      else
        printLines(terminal, [
          `taking decisions at ${address}/api/v1/decisions; the token is in ${tokenFile}`,
          ...(operatorTokenFile === null
            ? []
            : [`operators at ${address}/api/v1/operator; their token is in ${operatorTokenFile}`]),
        ])
    }
    const note = (text: string) => terminal.note(`${text}\n`)
    const { size } = await serveDecisions(request, services, { signal, ready, note })
    if (switches.has('json')) terminal.out(`${JSON.stringify({ size })}\n`)
    else terminal.out(`stopped; the log has ${size}\n`)
    return 0
  },
}
