// `proofhouse artifacts put FILE`

import { putArtifact } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { artifactOptions, artifactPlace } from './artifacts-options.ts'

/** Keeps a file. */
export const artifactsPut: Command = {
  words: ['artifacts', 'put'],
  summary: 'keep a file by its digest, encrypted under a key of its own',
  details: `Streams: a file of any size takes little memory. It is stated in the ledger once it is
durable. The same file again is not stored twice.`,
  operands: [{ name: 'FILE', description: 'what to keep' }],
  options: artifactOptions,
  examples: ['proofhouse artifacts put model.onnx'],
  async run({ operands, options, switches, services, terminal }) {
    terminal.progress('encrypting')
    const given = { ...artifactPlace(options), file: operands['FILE'] ?? '' }
    const put = await putArtifact(services, given)
    const { digest, sizeBytes, repeated, index } = put
    if (switches.has('json')) terminal.out(`${JSON.stringify(put)}\n`)
    else
      printLines(terminal, [
        `${digest}  ${sizeBytes} bytes${repeated ? ', was there' : ''}${index === null ? '' : `, entry ${index}`}`,
      ])
    return 0
  },
}
