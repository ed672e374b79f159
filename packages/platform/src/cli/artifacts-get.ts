// `proofhouse artifacts get DIGEST --output FILE`

import { getArtifact } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { artifactOptions, artifactPlace } from './artifacts-options.ts'

/** Gives a file back. */
export const artifactsGet: Command = {
  words: ['artifacts', 'get'],
  summary: 'decrypt an artifact into a file, held against its digest',
  details: `The file is there only once every byte has been checked; otherwise whatever stood in its
place stays.`,
  operands: [{ name: 'DIGEST', description: 'SHA-256 of the artifact' }],
  options: {
    ...artifactOptions,
    output: { value: 'FILE', description: 'where to', required: true },
  },
  examples: ['proofhouse artifacts get 1e54…4ac718 --output model.onnx'],
  async run({ operands, options, switches, services, terminal }) {
    terminal.progress('decrypting')
    const output = options['output'] ?? ''
    const given = { ...artifactPlace(options), digest: operands['DIGEST'] ?? '', output }
    const got = await getArtifact(services, given)
    if (switches.has('json')) terminal.out(`${JSON.stringify({ ...got, output })}\n`)
    else printLines(terminal, [`${output}  ${got.sizeBytes ?? '?'} bytes, as its digest says`])
    return 0
  },
}
