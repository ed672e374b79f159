// `proofhouse verify PATH --signature S --key PUB`

import { verifyPath } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'

/** Verifies a model against its signature. */
export const verify: Command = {
  words: ['verify'],
  summary: 'verify a model file or folder against its signature and a public key',
  details: `Checks the signature under the key given, then every file by digest. A file that
nobody signed refuses the model. Exits with 1 when the model is not what was signed.`,
  operands: [{ name: 'PATH', description: 'the model: a file or a folder' }],
  options: {
    signature: { value: 'FILE', description: 'the signature', required: true },
    key: {
      value: 'FILE',
      description: 'public key of the signer, from elsewhere than the model',
      required: true,
    },
    'allow-unsigned-files': {
      description: 'name files that nobody signed instead of refusing them',
    },
  },
  examples: ['proofhouse verify model.onnx --signature model.sig --key signing.pub'],
  async run({ operands, options, switches, services, terminal }) {
    const result = await verifyPath(services, {
      path: operands['PATH'] ?? '',
      signaturePath: options['signature'] ?? '',
      keyPath: options['key'] ?? '',
      unsignedFiles: switches.has('allow-unsigned-files') ? 'report' : 'refuse',
    })
    if (switches.has('json')) terminal.out(`${JSON.stringify(result)}\n`)
    else if (!result.verified) printLines(terminal, [`not verified: ${result.reason}`])
    else {
      const { name, rootDigest, keyId, resourceCount, uncovered } = result.model
      printLines(terminal, [
        `verified ${name}: ${counted(resourceCount, 'file')} as signed`,
        `digest sha256:${rootDigest}`,
        `key    ${keyId}`,
        ...uncovered.map(({ path, why }) => `not covered: ${path} (${why})`),
      ])
    }
    return result.verified ? 0 : 1
  },
}
