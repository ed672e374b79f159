// `node scripts/run.mjs scripts/receipt-vectors.mjs`: makes spec/vectors/receipts.json from the decision of spec/vectors/decisions.json:
// receipts that hold, with what they prove, and receipts that nobody may accept, each with the reason. The keys are the public
// ones of the tests. ECDSA signs with chance in it, so a statement of erasure is another one each time; what is proven stays.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noteKey, witnessKey } from '../packages/evidence/src/note-keys.fixture.ts'
import { logOf } from '../packages/evidence/src/small-log.fixture.ts'
import {
  ecdsaSigner,
  encodeLedgerEntry,
  encodeStatement,
  erasure,
  fromHex,
  groupSalt,
  makeStatement,
  parseTlogProof,
  receiptType,
  signEnvelope,
  statementPayloadType,
  textOf,
  toBase64,
  utf8,
} from '../packages/evidence/src/index.ts'

const folder = join(import.meta.dirname, '../spec/vectors')
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const decision = read('decisions.json')
const keys = read('keys.json')

const origin = decision.origin
const evidence = 'example.org/evidence'
const [log, evidenceLog, stranger] = [
  noteKey(origin, 0),
  noteKey(evidence, 64),
  noteKey(origin, 96),
]
const witness = witnessKey('witness.example/w1', 32)
const index = 2
const witnessedAt = 1_769_860_800

/** A later entry that says it supersedes another one. */
const correcting = (of) =>
  decision.entry.replace(
    ',"deployment"',
    `,"corrects":{"index":${of},"log":${JSON.stringify(origin)}},"deployment"`,
  )
const entries = ['a', correcting(index), decision.entry, correcting(index), correcting(0)]
const decisions = await logOf(entries, origin)
const corrected = async (at) => ({ entry: entries[at], proof: await decisions.proofOf(at) })
const proof = await decisions.proofOf(index)
const { checkpoint } = parseTlogProof(proof)
const signedText = utf8(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1))
const witnessed = proof + (await witness.line(signedText, witnessedAt))

const groups = (...names) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        salt: toBase64(groupSalt(fromHex(decision.recordSalt), name)),
        value: decision.groups[name],
      },
    ]),
  )
const everything = groups(...Object.keys(decision.groups))

const receiptOf = (change = {}) => ({
  type: receiptType,
  entry: decision.entry,
  revealed: {},
  proof,
  logKey: log.vkey,
  erasure: null,
  ...change,
})

const pending = {
  erasureId: 'erasure-1',
  state: 'pending',
  reason: 'request',
  requestedAt: '2026-02-01T00:00:00Z',
  statedAt: '2026-02-01T00:00:01Z',
  epoch: 3,
  entries: [
    {
      log: origin,
      ranges: [
        { from: 0, to: 1 },
        { from: index, to: index + 1 },
      ],
    },
  ],
  stores: [{ store: 'vault', outcome: 'erased' }],
  pendingIndex: null,
}
const final = { ...pending, state: 'final', statedAt: '2026-02-02T00:00:01Z', pendingIndex: 0 }
const elsewhere = { ...pending, entries: [{ log: origin, ranges: [{ from: 3, to: 9 }] }] }

/** A statement of erasure, second in the evidence log. */
async function stated(predicate, curve = 'P-256') {
  const subject = [{ name: origin, digest: { sha256: 'ab'.repeat(32) } }]
  const payload = encodeStatement(makeStatement(erasure, subject, predicate))
  const signer = await ecdsaSigner(keys[curve])
  const envelope = await signEnvelope({ payload, payloadType: statementPayloadType }, signer)
  const entry = textOf(encodeLedgerEntry(envelope).entry)
  const { proofOf } = await logOf(['x', entry], evidence, 64)
  return {
    entry,
    envelope: null,
    proof: await proofOf(1),
    logKey: evidenceLog.vkey,
    publicKey: keys['P-256'].publicKeyPem,
  }
}

const [asPending, asFinal] = [await stated(pending), await stated(final)]
const trust = {
  decisions: `log ${log.vkey}\nwitness w1 ${witness.vkey}\nquorum w1\n`,
  evidence: `log ${evidenceLog.vkey}\nquorum none\n`,
  keys: [keys['P-256'].publicKeyPem],
}

const valid = [
  ['everything is shown', 'valid', { revealed: everything }],
  ['some groups are shown', 'valid', { revealed: groups('subject', 'output', 'input/income') }],
  [
    'everything is shown, and a witness has seen the log',
    'valid',
    { revealed: everything, proof: witnessed },
    true,
  ],
  [
    'shown, and a later decision supersedes it',
    'valid',
    { revealed: groups('output'), corrections: [await corrected(3)] },
  ],
  ['nothing is shown', 'withheld', {}],
  ['erased, pending', 'erased', { erasure: asPending }],
  ['erased, final', 'erased', { erasure: asFinal }],
  [
    'erased, with a witness and keys from elsewhere',
    'erased',
    { erasure: asFinal, proof: witnessed },
    true,
  ],
  [
    'shown by its holder after it was erased',
    'valid',
    { revealed: groups('output'), erasure: asFinal },
  ],
  ['a statement about other entries', 'withheld', { erasure: await stated(elsewhere) }],
  [
    'an entry that the proof does not lead to',
    'missing',
    { entry: decision.entry.replace('"sequence":0', '"sequence":1'), revealed: groups('output') },
  ],
]

const { output, subject } = everything
const flipped = (text, at) =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
/** A checkpoint's signature with another character in its middle. */
const resigned = (text) => flipped(text, text.length - 40)
const invalid = [
  [
    'a value was changed',
    'proof-invalid',
    { revealed: { output: { ...output, value: { label: 'denied', score: 0.875 } } } },
  ],
  [
    'a salt was changed',
    'proof-invalid',
    { revealed: { subject: { ...subject, salt: output.salt } } },
  ],
  ['a value is shown as another group', 'proof-invalid', { revealed: { id: subject } }],
  ['a group that was not committed to', 'proof-invalid', { revealed: { 'input/age': subject } }],
  [
    'a salt of another length',
    'receipt-malformed',
    { revealed: { subject: { ...subject, salt: 'AAAA' } } },
  ],
  ['another type', 'receipt-malformed', { type: 'https://proofhouse.dev/decision-receipt/v2' }],
  ['an entry that is not canonical', 'decision-malformed', { entry: `${decision.entry} ` }],
  ['an entry that is no decision', 'decision-malformed', { entry: '{}' }],
  ['a proof that is none', 'proof-malformed', { proof: 'no proof' }],
  [
    'a checkpoint whose signature was changed',
    'note-signature-invalid',
    { proof: resigned(proof) },
  ],
  ['the key of another log', 'note-signature-invalid', { logKey: stranger.vkey }],
  [
    'a statement of erasure signed by another key than it names',
    'envelope-signature-invalid',
    { erasure: await stated(pending, 'P-384') },
  ],
  [
    'a statement of erasure that is not where its proof leads',
    'proof-invalid',
    { erasure: { ...asPending, proof: asFinal.proof } },
  ],
  [
    'a later decision that supersedes another one',
    'receipt-malformed',
    { corrections: [await corrected(4)] },
  ],
  [
    'an earlier decision that says it supersedes this one',
    'receipt-malformed',
    { corrections: [await corrected(1)] },
  ],
  [
    'a later decision that is not in the log',
    'proof-invalid',
    {
      corrections: [
        { ...(await corrected(3)), entry: correcting(index).replace('2026-', '2027-') },
      ],
    },
  ],
  ['no later decision, and a list of them', 'receipt-malformed', { corrections: [] }],
  ['a witness that is asked for did not sign', 'trust-not-met', { revealed: everything }, true],
  [
    'nobody given vouches for the log of the erasure',
    'note-signature-invalid',
    { proof: witnessed, erasure: { ...asPending, proof: proof } },
    true,
  ],
]

const caseOf = ([name, expected, change, trusted = false]) => ({
  name,
  expected,
  trusted,
  receipt: receiptOf(change),
})
const vectors = {
  note: 'Receipts of the decision in decisions.json. `trusted` says whether the trust above is given to the verifier. Valid: what is proven. Invalid: the error.',
  trust,
  valid: valid.map(caseOf),
  invalid: invalid.map(caseOf),
}
writeFileSync(join(folder, 'receipts.json'), `${JSON.stringify(vectors, null, 2)}\n`)
