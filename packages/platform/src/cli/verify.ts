// `proofhouse verify PATH --signature S --key PUB`

import { verifyPath } from '../workflows/index.ts'
import type { Command } from './command.ts'

/** Verifies a model against its signature. */
export const verify: Command = {
  words: ['verify'],
  summary: 'verify a model file or folder against its signature and a public key',
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
    else if (!result.verified) terminal.out(`not verified: ${result.reason}\n`)
    else {
      const { name, rootDigest, keyId, resourceCount, uncovered } = result.model
      terminal.out(
        `verified ${name}: ${resourceCount} ${resourceCount === 1 ? 'file' : 'files'} as signed\n` +
          `digest   sha256:${rootDigest}\nkey      ${keyId}\n`,
      )
      for (const { path, why } of uncovered) terminal.out(`not covered: ${path} (${why})\n`)
    }
    return result.verified ? 0 : 1
  },
}
