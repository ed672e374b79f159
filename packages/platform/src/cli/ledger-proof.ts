// `proofhouse ledger proof DIR --index N [--format cose]`

import { OperatingError, toBase64 } from '@proofhouse/evidence'
import { proveEntry, signReceipt } from '../workflows/index.ts'
import type { Command, Invocation } from './command.ts'
import { printLines } from './print-lines.ts'

const formats = ['tlog', 'cose']

/** Proves that an entry is in a ledger. */
export const ledgerProof: Command = {
  words: ['ledger', 'proof'],
  summary: 'prove that an entry is in a ledger (C2SP tlog-proof, COSE receipt)',
  details: `The proof holds the checkpoint and is verified before it is handed out; anybody can
verify it offline with the entry and the ledger's key. With --format cose it is a COSE
receipt (RFC 9942), for readers of COSE: signed with the ledger's private key over the
root of the published checkpoint. No witness is in a receipt; a tlog-proof has them.`,
  operands: [{ name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' }],
  options: {
    index: { value: 'N', description: 'index of the entry, from 0', required: true },
    format: { value: 'FORMAT', description: '`tlog` (default) or `cose`' },
    key: {
      value: 'KEY',
      description:
        'private key of the ledger, for cose: a file or a place (default: as `keys/` says)',
    },
    output: { value: 'FILE', description: 'write the proof to a file' },
    trust: { value: 'FILE', description: 'trust policy that the checkpoint must meet' },
  },
  examples: [
    'proofhouse ledger proof .proofhouse/ledger --index 0 --output entry.tlog-proof',
    'proofhouse ledger proof .proofhouse/ledger --index 0 --format cose --output entry.cose',
  ],
  async run(invocation) {
    const { options, switches, services, terminal } = invocation
    const { index, proof } = await proofOf(invocation)
    const output = options['output']
    const isText = typeof proof === 'string'
    if (!isText && output === undefined && !switches.has('json'))
      throw new OperatingError(
        'usage-invalid',
        'a COSE receipt is binary: name a file with `--output`, or take base64 with `--json`',
      )
    if (output !== undefined) await services.files.write(output, proof)
    const told = isText ? { proof } : { receipt: toBase64(proof) }
    if (switches.has('json')) terminal.out(`${JSON.stringify({ index, ...told })}\n`)
    else if (output !== undefined)
      printLines(terminal, [`proof of entry ${index} written to ${output}`])
    else if (isText) terminal.out(proof)
    return 0
  },
}

async function proofOf({ operands, options, services }: Invocation) {
  const text = options['index'] ?? ''
  if (!/^(0|[1-9]\d{0,15})$/.test(text))
    throw new OperatingError('usage-invalid', '`--index` is a whole number from 0')
  const format = options['format'] ?? 'tlog'
  if (!formats.includes(format))
    throw new OperatingError('usage-invalid', '`--format` is `tlog` or `cose`')
  const keyPath = options['key'] ?? null
  if (format === 'tlog' && keyPath !== null)
    throw new OperatingError('usage-invalid', '`--key` is for `--format cose`')
  const index = Number(text)
  const request = { folder: operands['DIR'] ?? '', index, trustPath: options['trust'] ?? null }
  const proof =
    format === 'cose'
      ? await signReceipt(services, { ...request, keyPath })
      : await proveEntry(services, request)
  return { index, proof }
}
