// `proofhouse artifacts list`

import { listArtifacts } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { artifactOptions, artifactPlace } from './artifacts-options.ts'

/** Tells what is kept. */
export const artifactsList: Command = {
  words: ['artifacts', 'list'],
  summary: 'list the artifacts that are kept, with their sizes',
  details:
    'Exits with 1 when one of them is broken: its record or its ciphertext is not what it was.',
  operands: [],
  options: artifactOptions,
  examples: ['proofhouse artifacts list'],
  async run({ options, switches, services, terminal }) {
    const listed = await listArtifacts(services, artifactPlace(options))
    if (switches.has('json')) terminal.out(`${JSON.stringify(listed)}\n`)
    else if (listed.length === 0)
      printLines(terminal, ['no artifacts; `proofhouse artifacts put FILE` keeps one'])
    else
      printLines(
        terminal,
        listed.map(
          ({ digest, sizeBytes }) =>
            `${digest}  ${sizeBytes === null ? '✗ broken; put it again' : `${sizeBytes} bytes`}`,
        ),
      )
    return listed.some(({ sizeBytes }) => sizeBytes === null) ? 1 : 0
  },
}
