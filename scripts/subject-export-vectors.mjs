// `node scripts/run.mjs scripts/subject-export-vectors.mjs`: makes spec/vectors/subject-export.json of the receipts in
// spec/vectors/receipts.json: what a person gets who asks for everything, and files that nobody may accept.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../spec/vectors')
const receipts = JSON.parse(readFileSync(join(folder, 'receipts.json'), 'utf8'))
const receiptOf = (name) => receipts.valid.find((one) => one.name === name).receipt

const shown = receiptOf('shown, and a later decision supersedes it')
const everything = receiptOf('everything is shown').revealed
const [correction] = shown.corrections

const exported = (at, state, receipt, given = {}) => ({
  index: at,
  state,
  withheld: [],
  supersedes: null,
  supersededBy: [],
  receipt,
  ...given,
})
const whole = {
  type: 'https://proofhouse.dev/subject-export/v1',
  subject: 'p-1042',
  log: 'example.org/decisions',
  logKey: shown.logKey,
  size: 5,
  exportedAt: '2026-02-03T00:00:00Z',
  toolVersion: '0.1.0',
  accessIndex: 7,
  decisions: [
    exported(
      2,
      'shown',
      { ...shown, revealed: { subject: everything.subject, output: everything.output } },
      {
        withheld: ['context', 'explanation', 'id', 'input', 'input/income'],
        supersededBy: [3],
      },
    ),
    exported(
      3,
      'withheld',
      { ...shown, ...correction, revealed: {}, corrections: undefined },
      {
        withheld: Object.keys(everything).toSorted(),
        supersedes: 2,
      },
    ),
  ],
  accesses: [
    { index: 6, act: 'show', decisions: [2], groups: ['output'], at: '2026-02-02T00:00:00Z' },
  ],
  deployments: [{ id: 'credit-eu', declaration: { id: 'credit-eu' } }],
  after: null,
}
const [first, second] = whole.decisions
const erasedOne = exported(2, 'erased', receiptOf('erased, final'))
const none = { ...whole, accessIndex: null, decisions: [], accesses: [], deployments: [] }
const exportVectors = {
  note: 'What a person gets who asks for everything, made of receipts as in receipts.json. Valid: it is read. Invalid: the schema or a reader refuses it, and why.',
  valid: [
    whole,
    none,
    { ...whole, accessIndex: null, decisions: [erasedOne], after: 2 },
    { ...whole, deployments: [{ id: 'credit-eu', declaration: null }] },
  ],
  invalid: [
    ['another type', { ...whole, type: 'https://proofhouse.dev/subject-export/v2' }],
    ['about nobody', { ...whole, subject: '' }],
    ['no list of decisions', { ...whole, decisions: null }],
    ['an unknown state', { ...whole, decisions: [{ ...first, state: 'hidden' }] }],
    ['a decision without a receipt', { ...whole, decisions: [{ ...first, receipt: null }] }],
    ['a negative entry', { ...whole, decisions: [{ ...first, index: -1 }] }],
    [
      'a receipt of another type',
      { ...whole, decisions: [{ ...first, receipt: { ...first.receipt, type: 'x' } }] },
    ],
    ['an access to nothing', { ...whole, accesses: [{ ...whole.accesses[0], decisions: [] }] }],
    ['no list of accesses', { ...whole, accesses: null }],
    ['a day that no month has', { ...whole, exportedAt: '2026-13-03T00:00:00Z' }],
  ].map(([why, value]) => ({ why, export: value })),
  // What a schema cannot say.
  inconsistent: [
    ['out of order', { ...whole, decisions: [second, first] }],
    [
      'said to be erased, and no statement says so',
      { ...whole, decisions: [first, { ...second, state: 'erased' }] },
    ],
    [
      'said to be shown, and nothing is',
      { ...whole, decisions: [first, { ...second, state: 'shown' }] },
    ],
    ['shown, and no access stated', { ...whole, accessIndex: null }],
    ['an access, and nothing shown', { ...none, accessIndex: 7 }],
  ].map(([why, value]) => ({ why, export: value })),
}
writeFileSync(join(folder, 'subject-export.json'), `${JSON.stringify(exportVectors, null, 2)}\n`)
