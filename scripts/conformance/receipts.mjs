// Holds our verifier of receipts against one in Python that was written from the spec pages alone: over the committed vectors, and over
// every one of them with single characters changed, where the two must refuse the same or prove the same. Needs python3 with venv.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/receipts.mjs)
import { readFileSync } from 'node:fs'
import {
  ecdsaVerifier,
  OperatingError,
  parseTrustPolicy,
  utf8,
  verifyReceipt,
} from '../../packages/evidence/src/index.ts'
import { askPeerScript } from './ask-peer.mjs'

const vectors = JSON.parse(
  readFileSync(new URL('../../spec/vectors/receipts.json', import.meta.url), 'utf8'),
)
const trust = {
  decisions: parseTrustPolicy(vectors.trust.decisions),
  evidence: parseTrustPolicy(vectors.trust.evidence),
  keys: await Promise.all(vectors.trust.keys.map((pem) => ecdsaVerifier(pem))),
}

async function ours({ receipt, trusted }) {
  try {
    return (await verifyReceipt(utf8(receipt), trusted ? trust : {})).verdict
  } catch (error) {
    if (error instanceof OperatingError) return `refused: ${error.code}`
    throw error
  }
}

/** Every so many characters one is changed, to its neighbour in code. */
const step = 7
const changed = (text) =>
  Array.from({ length: Math.floor(text.length / step) }, (_, n) => {
    const at = n * step + (n % step)
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
  })

const whole = [...vectors.valid, ...vectors.invalid].map(({ name, receipt, trusted }) => ({
  name,
  trusted,
  receipt: JSON.stringify(receipt),
}))
const cases = [
  ...whole,
  ...whole.flatMap(({ name, trusted, receipt }) =>
    changed(receipt).map((text, n) => ({
      name: `${name}, changed (${n})`,
      trusted,
      receipt: text,
    })),
  ),
]
const theirs = askPeerScript(
  'receipts',
  'receipt_values.py',
  cases.map(({ receipt, trusted }) => ({ receipt, trust: trusted ? vectors.trust : null })),
)
const outcomeOf = (said) => said.replace(/^refused.*/s, 'refused')
const counts = {}
let failed = 0
for (const [n, one] of cases.entries()) {
  const [mine, peers] = [await ours(one), theirs[n]]
  const agreed = outcomeOf(mine) === outcomeOf(peers)
  if (!agreed) failed++
  if (!agreed || n < whole.length)
    console.log(`${agreed ? 'ok    ' : 'FAILED'} ${one.name}: ours ${mine}, theirs ${peers}`)
  if (n >= whole.length) counts[outcomeOf(mine)] = (counts[outcomeOf(mine)] ?? 0) + 1
}
console.log(`changed receipts, by our outcome: ${JSON.stringify(counts)}`)
console.log(`${cases.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
