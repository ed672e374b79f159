// `proofhouse sign PATH --key K --signature S`

import { signPath } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'

/** Signs a model file or folder. */
export const sign: Command = {
  words: ['sign'],
  summary: 'sign a model file or folder (OpenSSF Model Signing v1.0)',
  details: `The signature covers every file of the model by digest. An ONNX file that fails
the structural check is not signed.`,
  operands: [{ name: 'PATH', description: 'the model: a file or a folder' }],
  options: {
    key: {
      value: 'FILE',
      description: 'private key: ECDSA P-256, P-384 or P-521, PEM',
      required: true,
    },
    signature: { value: 'FILE', description: 'where to write the signature', required: true },
    'passphrase-file': {
      value: 'FILE',
      description: 'file with the passphrase of an encrypted key',
    },
  },
  examples: ['proofhouse sign model.onnx --key signing.key --signature model.sig'],
  async run({ operands, options, switches, services, terminal }) {
    const { model, keyId } = await signPath(services, {
      path: operands['PATH'] ?? '',
      keyPath: options['key'] ?? '',
      signaturePath: options['signature'] ?? '',
      passphrasePath: options['passphrase-file'] ?? null,
    })
    const { name, rootDigest, sizeBytes, uncovered } = model
    const files = model.resources.length
    if (switches.has('json'))
      terminal.out(`${JSON.stringify({ rootDigest, files, sizeBytes, keyId, uncovered })}\n`)
    else
      printLines(terminal, [
        `signed ${name}: ${counted(files, 'file')}, ${counted(sizeBytes, 'byte')}`,
        `digest sha256:${rootDigest}`,
        `key    ${keyId}`,
        ...uncovered.map(({ path, why }) => `not covered: ${path} (${why})`),
      ])
    return 0
  },
}
