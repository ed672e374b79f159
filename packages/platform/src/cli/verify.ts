// `proofhouse verify PATH --signature S` with `--key PUB`, `--roots CA` or `--trusted-root ROOT`

import { OperatingError } from '@proofhouse/evidence'
import { type PathVerdict, verifyPath, type VerifyTrust } from '../workflows/index.ts'
import type { Command, Invocation } from './command.ts'
import { countedResources, notCoveredLines } from './coverage-lines.ts'
import { printLines } from './print-lines.ts'

type Verified = Extract<PathVerdict, { readonly verified: true }>

/** Verifies a model against its signature. */
export const verify: Command = {
  words: ['verify'],
  summary: 'verify a model file or folder against its signature, by whom you trust',
  details: `Checks the signature under the key given, under a certificate that leads to one of the
roots given, or keyless under a Sigstore trusted root, offline, for the identity and
issuer given; then every file by digest. A file that nobody signed refuses the
model, and so does a symbolic link. What the signature does not cover is listed.
Revocation is not checked. Exits with 1 when the model is not what was signed.`,
  operands: [{ name: 'PATH', description: 'the model: a file or a folder' }],
  options: {
    signature: { value: 'FILE', description: 'the signature', required: true },
    key: {
      value: 'FILE',
      description: 'public key of the signer, from elsewhere than the model',
    },
    roots: {
      value: 'FILE',
      description: 'root certificates you trust, PEM, instead of --key',
    },
    'trusted-root': {
      value: 'FILE',
      description: 'Sigstore trusted root (JSON) for keyless signatures, instead of --key',
    },
    identity: {
      value: 'NAME',
      description: 'the name the certificate must be for: e-mail, DNS name, URI or CN',
    },
    issuer: {
      value: 'URL',
      description: 'the provider that must have vouched for it, with --trusted-root',
    },
    chain: {
      value: 'FILE',
      description: 'certificates between, PEM, where the signature lacks them',
    },
    'valid-at': {
      value: 'TIME',
      description: 'when the certificates must have been valid (default: now)',
    },
    'allow-unsigned-files': {
      description: 'name files that nobody signed instead of refusing them',
    },
    whole: { description: 'refuse a signature that leaves out anything but itself' },
    ignore: {
      value: 'PATH',
      description: 'do not look at unsigned files here; may be given again',
      repeated: true,
    },
    'allow-symlinks': { description: 'check what links to files point to' },
  },
  examples: [
    'proofhouse verify model.onnx --signature model.sig --key signing.pub',
    'proofhouse verify model/ --signature model.sig --roots ca.pem --identity ml@example.com',
    'proofhouse verify m/ --signature s --trusted-root root.json --identity a@b.com --issuer URL',
  ],
  async run({ operands, options, lists, switches, services, terminal }) {
    if (switches.has('whole') && (switches.has('allow-unsigned-files') || lists['ignore']?.length))
      throw new OperatingError(
        'usage-invalid',
        '`--whole` goes with neither `--ignore` nor `--allow-unsigned-files`',
      )
    const result = await verifyPath(services, {
      path: operands['PATH'] ?? '',
      signaturePath: options['signature'] ?? '',
      trust: trustOf(options),
      policy: {
        unsignedFiles: switches.has('allow-unsigned-files') ? 'report' : 'refuse',
        links: switches.has('allow-symlinks') ? 'follow' : 'refuse',
        ignorePaths: lists['ignore'] ?? [],
        uncovered: switches.has('whole') ? 'refuse' : 'report',
      },
    })
    if (switches.has('json')) terminal.out(`${JSON.stringify(result)}\n`)
    else if (result.verified) printLines(terminal, verifiedLines(result))
    else printLines(terminal, [`not verified: ${result.reason}`])
    return result.verified ? 0 : 1
  },
}

function verifiedLines({ model, policy }: Verified): readonly string[] {
  const { name, rootDigest, method, resourceCount } = model
  return [
    `verified ${name}: ${countedResources(method, resourceCount)} as signed`,
    `digest sha256:${rootDigest}`,
    ...signerLines(model.signer),
    `policy unsigned files: ${policy.unsignedFiles}; symbolic links: ${policy.links}`,
    ...notCoveredLines(model),
  ]
}

function signerLines(signer: Verified['model']['signer']): readonly string[] {
  if (signer.kind === 'key') return [`key    ${signer.keyId}`]
  if (signer.kind === 'keyless')
    return [
      `signer ${signer.name} according to ${signer.issuer}`,
      `signed between ${signer.validFrom} and ${signer.validTo}, as a log or time stamp proves`,
    ]
  const { names, path, validAt, demanded } = signer
  const root = path.at(-1)
  return [
    `signer ${names.join(', ')}${demanded === null ? ' (any name was accepted)' : ''}`,
    `key    ${signer.keyId}`,
    `root   ${root?.subject} sha256:${root?.sha256}`,
    `certificates valid at ${validAt}; revocation was not checked`,
  ]
}

/** Ways to say whom to believe, each with the options that go with it. */
const trustOptions: Readonly<Record<string, readonly string[]>> = {
  key: [],
  roots: ['identity', 'chain', 'valid-at'],
  'trusted-root': ['identity', 'issuer'],
}

function trustOf(options: Invocation['options']): VerifyTrust {
  const [way, ...more] = Object.keys(trustOptions).filter((name) => options[name] !== undefined)
  if (way === undefined || more.length > 0)
    throw new OperatingError(
      'usage-invalid',
      'say whom to believe: one of `--key` with a public key, `--roots` with root certificates, ' +
        'or `--trusted-root` with `--identity` and `--issuer`',
    )
  const others = Object.values(trustOptions).flat()
  const stray = others.find((name) => {
    return options[name] !== undefined && trustOptions[way]?.includes(name) !== true
  })
  if (stray !== undefined)
    throw new OperatingError('usage-invalid', `\`--${stray}\` does not go with \`--${way}\``)
  const path = options[way] ?? ''
  const identity = options['identity'] ?? null
  if (way === 'key') return { kind: 'key', path }
  if (way === 'trusted-root') {
    const issuer = options['issuer'] ?? null
    if (identity === null || issuer === null)
      throw new OperatingError(
        'usage-invalid',
        '`--trusted-root` needs `--identity` and `--issuer`: anybody can sign keyless',
      )
    return { kind: 'trusted-root', path, identity, issuer }
  }
  const chainPath = options['chain'] ?? null
  return { kind: 'roots', path, chainPath, identity, validAt: timeOf(options['valid-at']) }
}

function timeOf(text: string | undefined): Date | null {
  if (text === undefined) return null
  const time = new Date(text)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || Number.isNaN(time.getTime()))
    throw new OperatingError('usage-invalid', `\`${text}\` is no moment like 2026-01-31T12:00:00Z`)
  return time
}
