// `proofhouse ledger anchor DIR --tsa URL --tsa-certs FILE` and `proofhouse ledger anchors DIR`

import { type AnchorState, anchorLedger, readAnchors } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'

function line({ path, size, at, authority, established, problem }: AnchorState): string {
  if (problem !== null) return `✗ ${path}: ${problem}`
  const whose = established ? '' : ' (authority not established)'
  return `✓ ${counted(size ?? 0, 'entry', 'entries')} existed at ${at} according to ${authority}${whose}`
}

const trust = { value: 'FILE', description: 'trust policy that the checkpoint must meet' } as const
const operands = [
  { name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' },
] as const

/** Has the checkpoint of a ledger stamped. */
export const ledgerAnchor: Command = {
  words: ['ledger', 'anchor'],
  summary: 'have the checkpoint of a ledger stamped by a time stamp authority',
  details: `Sends the SHA-256 of the published checkpoint to the authority (RFC 3161), verifies the
answer against the given certificates, and keeps it in the ledger under \`anchors/\`. It
shows that all entries up to that checkpoint existed at that moment, to anybody who
believes the authority: also if the key of the ledger is stolen later.`,
  operands,
  options: {
    tsa: { value: 'URL', description: 'whole address of the authority', required: true },
    'tsa-certs': { value: 'FILE', description: 'its root certificates in PEM', required: true },
    trust,
  },
  examples: [
    'proofhouse ledger anchor .proofhouse/ledger --tsa https://freetsa.org/tsr --tsa-certs ca.pem',
  ],
  async run({ operands: given, options, switches, services, terminal }) {
    terminal.progress('asking for a time stamp')
    const anchor = await anchorLedger(services, {
      folder: given['DIR'] ?? '',
      trustPath: options['trust'] ?? null,
      tsa: options['tsa'] ?? '',
      certificatesPath: options['tsa-certs'] ?? '',
    })
    terminal.progress(null)
    if (switches.has('json')) terminal.out(`${JSON.stringify(anchor)}\n`)
    else printLines(terminal, [line(anchor)])
    return 0
  },
}

/** Shows the time stamps of a ledger. */
export const ledgerAnchors: Command = {
  words: ['ledger', 'anchors'],
  summary: 'verify and show the time stamps of a ledger',
  details: `Each must be over a checkpoint that the ledger bears out, and hold under the given
certificates at the moment it states; without --tsa-certs the certificate in it is
believed, which shows it whole and not whose it is. Whether a certificate was revoked is
not checked. Exits with 1 when one does not hold.`,
  operands,
  options: {
    'tsa-certs': { value: 'FILE', description: 'root certificates of authorities, in PEM' },
    trust,
  },
  examples: ['proofhouse ledger anchors .proofhouse/ledger --tsa-certs ca.pem'],
  async run({ operands: given, options, switches, services, terminal }) {
    const anchors = await readAnchors(services, {
      folder: given['DIR'] ?? '',
      trustPath: options['trust'] ?? null,
      certificatesPath: options['tsa-certs'] ?? null,
    })
    const ok = anchors.every(({ problem }) => problem === null)
    if (switches.has('json')) terminal.out(`${JSON.stringify({ ok, anchors })}\n`)
    else
      printLines(
        terminal,
        anchors.length === 0
          ? ['no time stamps; `proofhouse ledger anchor` asks for one']
          : anchors.map((anchor) => line(anchor)),
      )
    return ok ? 0 : 1
  },
}
