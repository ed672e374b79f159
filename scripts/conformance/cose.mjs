// COSE receipts beside independent implementations: what we sign verifies with cbor2 and `cryptography` and equals, byte for byte,
// what they sign with the same key; what they and pycose sign verifies here; what was changed is refused by both.
// With --write, renews spec/vectors/cose-receipt.json from what they sign.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/cose.mjs)
import { createPrivateKey, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  emptyFrontier,
  appendLeaf,
  formatCheckpoint,
  formatVerifierKey,
  frontierRoot,
  fromHex,
  keyIdOf,
  leafHash,
  parseVerifierKey,
  proveInclusion,
  signatureType,
  signCoseReceipt,
  signNote,
  toHex,
  trustLogOnly,
  utf8,
  verifyCoseReceipt,
} from '@proofhouse/evidence'
import { askPeerScript } from './ask-peer.mjs'

const origin = 'ledger.example/eval'
const seed = Uint8Array.from({ length: 32 }, (_, n) => n)
const publicKey = fromHex('03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8')
const keyId = keyIdOf(origin, signatureType.ed25519, publicKey)
const vkey = formatVerifierKey({ name: origin, type: signatureType.ed25519, publicKey })
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  type: 'pkcs8',
  format: 'der',
})
const signer = {
  name: origin,
  keyId,
  sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
}

/** Receipts of every entry of a log, made here. */
async function receiptsOf(entries) {
  const tree = (leaves) =>
    frontierRoot(leaves.reduce((all, leaf) => appendLeaf(all, leaf), emptyFrontier))
  const leaves = entries.map((entry) => leafHash(entry))
  const size = leaves.length
  const note = formatCheckpoint({ origin, size, root: new Uint8Array(tree(leaves)) })
  const checkpoint = await signNote(note, [signer])
  const nodeOf = ({ level, index }) =>
    tree(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))
  const receipts = []
  for (let index = 0; index < size; index++) {
    const path = await proveInclusion(index, size, nodeOf)
    const log = parseVerifierKey(vkey)
    receipts.push(await signCoseReceipt({ checkpoint, log, signer, index, path }))
  }
  return receipts
}

const refusal = (promise) =>
  promise.then(
    () => null,
    ({ code }) => code,
  )
const expect = (holds, what) => {
  if (!holds) throw new Error(`does not hold: ${what}`)
}

const logs = [2, 3, 7, 300].map((size) =>
  size === 3
    ? ['alpha', 'beta', 'gamma'].map((text) => utf8(text))
    : Array.from({ length: size }, (_, n) => utf8(`entry-${n}`)),
)
const own = []
for (const entries of logs) own.push(await receiptsOf(entries))
const asHex = (entries) => entries.map((entry) => toHex(entry))
const question = (receipt, entry) => ({
  receipt: toHex(receipt),
  entry: toHex(entry),
  publicKey: toHex(publicKey),
})
const sound = own.flatMap((receipts, n) => receipts.map((one, at) => question(one, logs[n][at])))
// Every bit of one receipt, flipped.
const [victim, entry] = [own[1][1], logs[1][1]]
const flipped = Array.from({ length: victim.length * 8 }, (_, bit) =>
  victim.map((byte, n) => (n === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte)),
)
const { answers, written } = askPeerScript('cose', 'cose_receipts.py', {
  receipts: [...sound, ...flipped.map((one) => question(one, entry))],
  write: logs.map((entries) => ({
    seed: toHex(seed),
    origin,
    keyId: keyId.toString(16).padStart(8, '0'),
    entries: asHex(entries),
  })),
})

for (const [n, one] of sound.entries())
  expect(answers[n].refusal === undefined, `they verify our receipt ${n} of ${one.entry}`)
let theirsAccept = 0
for (const [n, one] of flipped.entries()) {
  const mine = await refusal(verifyCoseReceipt({ receipt: one, entry, trust: trustLogOnly(vkey) }))
  expect(mine !== null, `bit ${n} of a receipt, flipped, is refused here`)
  if (answers[sound.length + n].refusal === undefined) theirsAccept++
}
let verified = 0
for (const [n, { receipts, root }] of written.entries())
  for (const { index, ed25519, eddsa } of receipts) {
    expect(ed25519 === toHex(own[n][index]), `receipt ${index} of ${receipts.length}: same bytes`)
    for (const receipt of [ed25519, eddsa]) {
      const claim = { receipt: fromHex(receipt), entry: logs[n][index], trust: trustLogOnly(vkey) }
      const { checkpoint } = await verifyCoseReceipt(claim)
      expect(toHex(checkpoint.root) === root, `the root of receipt ${index}`)
      verified++
    }
  }
console.log(
  `${sound.length} of our receipts verify with cbor2 and cryptography, each with the same bytes as theirs; ` +
    `${verified} of theirs (half by pycose) verify here; ${flipped.length} flipped bits refused here, ` +
    `${flipped.length - theirsAccept} by them`,
)

if (process.argv.includes('--write')) {
  const [, three, , large] = written
  const valid = (name, log, n, at, algorithm) => ({
    name,
    receipt: log.receipts[at][algorithm],
    entry: toHex(logs[n][at]),
    vkey,
    index: at,
    size: log.size,
  })
  const beta = valid('', three, 1, 1, 'ed25519')
  const bad = (name, change, error) => {
    const { receipt, entry: claimed } = { ...beta, ...change }
    return { name, receipt, entry: claimed, vkey: change.vkey ?? vkey, error }
  }
  const swap = (from, to) => {
    expect(beta.receipt.split(from).length === 2, `one ${from} to replace`)
    return { receipt: beta.receipt.replace(from, to) }
  }
  const other = formatVerifierKey({
    name: 'ledger.example/other',
    type: signatureType.ed25519,
    publicKey,
  })
  const vectors = {
    about:
      'Receipts by cbor2 5.9.0 and cryptography 50.0.2 (Ed25519) and by pycose 1.1.0 (EdDSA), not by this program. Log seed 00..1f; see spec/ledger.md.',
    roots: Object.fromEntries(written.map(({ size, root }) => [String(size), root])),
    valid: [
      valid('beta of three entries', three, 1, 1, 'ed25519'),
      valid('the last of three entries', three, 1, 2, 'ed25519'),
      valid('beta, signed as EdDSA', three, 1, 1, 'eddsa'),
      valid('entry 299 of 300', large, 3, 299, 'ed25519'),
    ],
    invalid: [
      bad('another entry', { entry: toHex(utf8('alpha')) }, 'proof-invalid'),
      bad('another log', { vkey: other }, 'proof-invalid'),
      bad('another index', swap('830301', '830300'), 'proof-invalid'),
      bad('another size', swap('830301', '830401'), 'proof-invalid'),
      bad('not tagged', { receipt: beta.receipt.slice(2) }, 'proof-malformed'),
      bad('another tree', swap('19018b01', '19018b02'), 'proof-malformed'),
      bad('another algorithm', swap('0132', '0126'), 'proof-malformed'),
      bad('a number spelled longer', swap('830301', '83180301'), 'proof-malformed'),
      bad('a payload', swap('f65840', '405840'), 'proof-malformed'),
      bad('more after it', { receipt: `${beta.receipt}00` }, 'proof-malformed'),
    ],
  }
  const path = fileURLToPath(new URL('../../spec/vectors/cose-receipt.json', import.meta.url))
  writeFileSync(path, `${JSON.stringify(vectors, null, 2)}\n`)
}
