// `proofhouse verify receipt FILE`

import { canonicalJson, textOf } from '@proofhouse/evidence'
import { type ReceiptAnswer, verifyReceiptFile } from '../workflows/index.ts'
import type { Command, ExitCode, Invocation } from './command.ts'
import { printLines } from './print-lines.ts'

type Verified = Extract<ReceiptAnswer, { verified: true }>

/** Longer values are cut for a person; `--json` has them whole. */
const valueLengthMax = 2_000

const exitCodes = { valid: 0, erased: 0, withheld: 1, missing: 1 } as const

/** What was proven first, then of which decision, then what nobody has vouched for. */
function linesOf(answer: Verified): readonly string[] {
  const { receipt } = answer
  return [
    receipt.summary,
    // What is in no log is nobody's word, so it is not repeated.
    ...(receipt.verdict === 'missing' ? [missing] : decisionLines(answer)),
    ...receipt.witnesses.map(
      ({ name, timeSeconds }) =>
        `witness     ${name} at ${new Date(timeSeconds * 1000).toISOString()}`,
    ),
    ...(receipt.logEstablished
      ? []
      : ['whose log it is, is not established: give --trust from elsewhere']),
    ...(receipt.erasureEstablished === false
      ? ['who erased it, is not established: give --evidence-trust and --key from elsewhere']
      : []),
  ]
}

function decisionLines({ receipt, erasure }: Verified): readonly string[] {
  const { entry, index, origin, revealed, hidden, verdict } = receipt
  const { corrects } = entry
  const superseded = receipt.supersededBy.map(
    (by) => `superseded  by entry ${by.index}, decided at ${by.time}`,
  )
  return [
    `decided     by ${entry.deployment}, with model sha256:${entry.model}, at ${entry.time}`,
    `logged      ${origin}: entry ${index}; number ${entry.sequence} of ${entry.source}`,
    ...(corrects === undefined ? [] : [`corrects    entry ${corrects.index} of ${corrects.log}`]),
    ...superseded,
    ...Object.entries(revealed).map(
      ([name, value]) => `shown       ${name}: ${shortened(textOf(canonicalJson(value)))}`,
    ),
    ...(hidden.length === 0 ? [] : [`not shown   ${hidden.join(', ')}`]),
    ...(verdict === 'withheld' ? [withheld] : []),
    ...(erasure === null || receipt.erasure === null
      ? []
      : erasureLines(erasure, receipt.erasure.index)),
  ]
}

const withheld =
  'withheld    nothing is shown, and no statement says that it was erased: somebody may still hold it'
const missing =
  'missing     what the receipt calls its entry is not in the log that it names: it proves no decision'

const reasons = {
  request: 'a person asked for it',
  retention: 'its time was over',
  order: 'it was ordered',
} as const

function erasureLines(erasure: NonNullable<Verified['erasure']>, index: number): readonly string[] {
  const { state, reason, requestedAt, statedAt, stores } = erasure
  const lingering =
    state === 'final'
      ? 'no key is left that could open it'
      : 'copies may linger, in backups for one, until the keys of that time are destroyed'
  return [
    `erased      statement ${index}: ${reasons[reason]} at ${requestedAt}; stated at ${statedAt}`,
    `            ${state}: ${lingering}`,
    ...stores.map(({ store, outcome, detail }) =>
      [`            ${store}: ${outcome}`, ...(detail === undefined ? [] : [detail])].join('; '),
    ),
  ]
}

const shortened = (text: string) =>
  text.length <= valueLengthMax
    ? text
    : `${text.slice(0, valueLengthMax)}… (${text.length} characters; --json has them all)`

const exitCodeOf = (answer: ReceiptAnswer): ExitCode =>
  answer.verified ? exitCodes[answer.receipt.verdict] : 1

/** Whom to believe about receipts. */
export const receiptTrustOptions = {
  trust: { value: 'FILE', description: 'trust policy for the decision log, with its witnesses' },
  'evidence-trust': { value: 'FILE', description: 'trust policy for the log of erasures' },
  key: {
    value: 'FILE',
    description: 'public key that must have signed an erasure; may be repeated',
    repeated: true,
  },
} as const

/** The files that these options name. */
export const receiptTrustPaths = ({ options, lists }: Pick<Invocation, 'options' | 'lists'>) => ({
  trustPath: options['trust'] ?? null,
  evidenceTrustPath: options['evidence-trust'] ?? null,
  keyPaths: lists['key'] ?? [],
})

/** Verifies the receipt of a decision offline. */
export const verifyReceipt: Command = {
  words: ['verify', 'receipt'],
  summary: 'verify the receipt of a decision, offline',
  details: `Checks that the decision stands in the log, that what is shown is what was committed
to, and, where nothing is shown, whether a statement says that it was erased. Ends with 0
for a decision that is shown or was erased, with 1 where it is withheld, missing from
the log, or the receipt was changed. Keys found in the receipt prove that it fits
together; --trust, --evidence-trust and --key, from elsewhere, prove whose word it is.
FILE may also be a page made by \`receipt page\`: the receipt in it is verified. A model
in a folder called receipt is verified as ./receipt.`,
  operands: [{ name: 'FILE', description: 'the receipt' }],
  options: receiptTrustOptions,
  examples: [
    'proofhouse verify receipt receipt.json',
    'proofhouse verify receipt receipt.json --trust trust.txt',
  ],
  async run({ operands, options, lists, switches, services, terminal }) {
    const answer = await verifyReceiptFile(services, {
      path: operands['FILE'] ?? '',
      ...receiptTrustPaths({ options, lists }),
    })
    if (switches.has('json')) terminal.out(`${JSON.stringify(answer)}\n`)
    else
      printLines(terminal, answer.verified ? linesOf(answer) : [`not verified: ${answer.reason}`])
    return exitCodeOf(answer)
  },
}
