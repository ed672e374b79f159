// `proofhouse ledger witness --listen HOST:PORT --key FILE --logs FILE --state DIR`

import { type ReadyWitness, runWitness } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'

const readyLines = ({ url, name, verifierKey, origins }: ReadyWitness): readonly string[] => [
  `${name} cosigns ${counted(origins.length, 'log')} at ${url}`,
  `witness ${name} ${verifierKey} ${url}`,
]

/** Runs a witness of other people's logs. */
export const ledgerWitness: Command = {
  words: ['ledger', 'witness'],
  summary: "run a witness: cosign heads of other people's logs (C2SP tlog-witness)",
  details: `Cosigns the head of a log only when it continues the head it cosigned before, and
remembers that head on disk before it answers. Its state must never be restored from
an older copy, nor served twice: a witness that forgets can be shown two histories.
Runs until it is interrupted. Prints the line that policies name it by.`,
  operands: [],
  options: {
    listen: { value: 'HOST:PORT', description: 'where to listen (default: 127.0.0.1:7380)' },
    key: {
      value: 'KEY',
      description: 'key of the witness, for nothing else: a file, or where it is held',
      required: true,
    },
    name: { value: 'NAME', description: 'name of the witness; makes a key where there is none' },
    logs: { value: 'FILE', description: 'the logs, a line `log VKEY` for each', required: true },
    state: { value: 'DIR', description: 'what it has cosigned: keep it, alone', required: true },
    'plain-http': { description: 'listen beyond this machine without TLS, behind a proxy' },
  },
  examples: [
    'proofhouse ledger witness --key w.key --name witness.example/w1 --logs logs --state state/',
  ],
  async run({ options, switches, services, terminal, signal }) {
    const request = {
      listen: options['listen'] ?? '127.0.0.1:7380',
      beyondThisMachine: switches.has('plain-http'),
      keyPath: options['key'] ?? '',
      name: options['name'] ?? null,
      logsPath: options['logs'] ?? '',
      stateFolder: options['state'] ?? '',
      signal,
    }
    await runWitness(services, request, (ready) => {
      if (switches.has('json')) terminal.out(`${JSON.stringify(ready)}\n`)
      else printLines(terminal, readyLines(ready))
    })
    return 0
  },
}
