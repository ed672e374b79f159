// `proofhouse sign PATH --key K --signature S`

import { OperatingError } from '@proofhouse/evidence'
import { signPath, type SignRequest } from '../workflows/index.ts'
import type { Command, Invocation } from './command.ts'
import { countedResources, notCoveredLines } from './coverage-lines.ts'
import { counted, printLines } from './print-lines.ts'

/** Signs a model file or folder. */
export const sign: Command = {
  words: ['sign'],
  summary: 'sign a model file or folder (OpenSSF Model Signing v1.0)',
  details: `The signature covers every file of the model by digest. An ONNX file that fails
the structural check is not signed.

A key that a token, Vault or AWS KMS holds is named by its place instead of a file, and
never leaves it; its PIN or token stands in a file that the place names.

Keyless (Sigstore) a certificate of some minutes says who signed, as the provider of the
identity token knows you: to everybody, for ever, if the log is a public one. The services
are those you name, and none by default. The signature is verified under the trusted root
before it is written.`,
  operands: [{ name: 'PATH', description: 'the model: a file or a folder' }],
  options: {
    key: {
      value: 'KEY',
      description: 'private key, ECDSA: a PEM file, or `pkcs11:…`, `vault:…`, `awskms:…`',
    },
    signature: { value: 'FILE', description: 'where to write the signature', required: true },
    certificate: {
      value: 'FILE',
      description: 'X.509 certificate of the key, PEM; goes into the signature',
    },
    chain: {
      value: 'FILE',
      description: 'certificates above it, PEM, from its issuer upwards',
    },
    'passphrase-file': {
      value: 'FILE',
      description: 'file with the passphrase of an encrypted key, mode 0600',
    },
    keyless: { description: 'sign as whom an identity token names, instead of with --key' },
    'identity-token-file': {
      value: 'FILE',
      description: 'file with the token (OpenID Connect) in its first line, mode 0600',
    },
    fulcio: { value: 'URL', description: 'the authority that issues the certificate' },
    rekor: { value: 'URL', description: 'the log that the signature is entered in' },
    'rekor-api': { value: 'N', description: 'version of its interface: 1 (default) or 2' },
    tsa: {
      value: 'URL',
      description: 'whole address of a time stamp authority; needed with --rekor-api 2',
    },
    'trusted-root': {
      value: 'FILE',
      description: 'Sigstore trusted root (JSON) of these services',
    },
    ignore: {
      value: 'PATH',
      description: 'leave out this path of the model; may be given again',
      repeated: true,
    },
    'allow-symlinks': { description: 'sign what links to files point to' },
    'shard-size': {
      value: 'BYTES',
      description: 'sign files in parts of this size, each by its own digest',
    },
    digests: {
      value: 'FILE',
      description: 'take digests from what sha256sum wrote, and do not read the files',
    },
  },
  examples: [
    'proofhouse sign model.onnx --key signing.key --signature model.sig',
    'proofhouse sign m/ --key "vault:models?address=https://…&token-file=t" --signature s',
    'proofhouse sign m/ --keyless --identity-token-file t … --signature s (see docs/guides/sign.md)',
    'proofhouse sign model/ --key k.pem --certificate c.pem --chain ca.pem --signature model.sig',
  ],
  async run({ operands, options, lists, switches, services, terminal }) {
    const digestsPath = options['digests'] ?? null
    const { model, keyId, subject, identity } = await signPath(services, {
      path: operands['PATH'] ?? '',
      signaturePath: options['signature'] ?? '',
      by: switches.has('keyless') ? keylessOf(options) : keyOf(options),
      cut: {
        ignorePaths: lists['ignore'] ?? [],
        followLinks: switches.has('allow-symlinks'),
        shardSizeBytes: shardSizeOf(options['shard-size']),
        digestsPath,
      },
    })
    const { name, rootDigest, sizeBytes, links, uncovered } = model
    const resources = model.resources.length
    const digests = digestsPath === null ? 'computed' : 'given'
    if (switches.has('json')) {
      const { method } = model.serialization
      const result = {
        rootDigest,
        method,
        files: model.fileCount,
        resources,
        sizeBytes,
        digests,
        keyId,
        subject,
        identity,
      }
      terminal.out(`${JSON.stringify({ ...result, links, uncovered })}\n`)
    } else
      printLines(terminal, [
        `signed ${name}: ${countedResources(model.serialization.method, resources)}, ${counted(sizeBytes, 'byte')}`,
        `digest sha256:${rootDigest}`,
        `key    ${keyId}`,
        ...(subject === null ? [] : [`as     ${subject}`]),
        ...(identity === null
          ? []
          : [`as     ${identity.name} according to ${identity.issuer}, keyless`]),
        ...(digestsPath === null ? [] : [`digests are those of ${digestsPath}; no file was read`]),
        ...notCoveredLines({ links, uncovered }),
      ])
    return 0
  },
}

const keyOptions = ['key', 'certificate', 'chain', 'passphrase-file']
const keylessOptions = [
  'identity-token-file',
  'fulcio',
  'rekor',
  'rekor-api',
  'tsa',
  'trusted-root',
]

function refuseStray(options: Invocation['options'], strays: readonly string[], way: string): void {
  const stray = strays.find((name) => options[name] !== undefined)
  if (stray !== undefined)
    throw new OperatingError('usage-invalid', `\`--${stray}\` does not go with \`--${way}\``)
}

function keyOf(options: Invocation['options']): SignRequest['by'] {
  const [keyPath, certificate, chain] = [
    options['key'],
    options['certificate'],
    options['chain'] ?? null,
  ]
  if (keyPath === undefined)
    throw new OperatingError(
      'usage-invalid',
      'say with what to sign: `--key` with a private key, or `--keyless`',
    )
  refuseStray(options, keylessOptions, 'key')
  if (certificate === undefined && chain !== null)
    throw new OperatingError('usage-invalid', "`--chain` goes with the key's own `--certificate`")
  return {
    kind: 'key',
    keyPath,
    passphrasePath: options['passphrase-file'] ?? null,
    certificates: certificate === undefined ? null : { certificate, chain },
  }
}

function keylessOf(options: Invocation['options']): SignRequest['by'] {
  refuseStray(options, keyOptions, 'keyless')
  const needed = (name: string): string => {
    const value = options[name]
    if (value === undefined)
      throw new OperatingError('usage-invalid', `\`--keyless\` needs \`--${name}\``)
    return value
  }
  const [api, timeStamps] = [options['rekor-api'] ?? '1', options['tsa'] ?? null]
  if (api !== '1' && api !== '2')
    throw new OperatingError('usage-invalid', '`--rekor-api` is 1 or 2')
  if (api === '2' && timeStamps === null)
    throw new OperatingError(
      'usage-invalid',
      '`--rekor-api 2` needs `--tsa`: such a log proves no time',
    )
  return {
    kind: 'keyless',
    tokenPath: needed('identity-token-file'),
    fulcio: needed('fulcio'),
    rekor: needed('rekor'),
    rekorApi: api === '1' ? 1 : 2,
    timeStamps,
    trustedRootPath: needed('trusted-root'),
  }
}

function shardSizeOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new OperatingError('usage-invalid', `\`--shard-size ${text}\` is no number of bytes`)
  return Number(text)
}
