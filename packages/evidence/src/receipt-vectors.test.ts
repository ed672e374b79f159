import { expect, test } from 'vitest'
import vectors from '../../../spec/vectors/receipts.json' with { type: 'json' }
import { ecdsaVerifier } from './ecdsa.ts'
import { utf8 } from './encoding.ts'
import { type ReceiptTrust, verifyReceipt } from './receipt.ts'
import { parseTrustPolicy } from './trust-policy.ts'

const trust: ReceiptTrust = {
  decisions: parseTrustPolicy(vectors.trust.decisions),
  evidence: parseTrustPolicy(vectors.trust.evidence),
  keys: await Promise.all(vectors.trust.keys.map((pem) => ecdsaVerifier(pem))),
}
const verify = (given: { readonly trusted: boolean; readonly receipt: unknown }) =>
  verifyReceipt(utf8(JSON.stringify(given.receipt)), given.trusted ? trust : {})

test.each(vectors.valid)('a receipt that holds: $name', async (given) => {
  const { receipt, trusted, expected } = given
  const report = await verify(given)
  expect(report.verdict).toBe(expected)
  expect(Object.keys(report.revealed)).toEqual(Object.keys(receipt.revealed))
  const superseded = receipt.corrections === undefined ? [] : [3]
  expect(report.supersededBy.map(({ index }) => index)).toEqual(superseded)
  expect(report.logEstablished).toBe(trusted)
  expect(report.witnesses.map(({ name }) => name)).toEqual(trusted ? ['w1'] : [])
  if (expected === 'erased') expect(report.erasureEstablished).toBe(trusted)
})

test.each(vectors.invalid)('a receipt that nobody may accept: $name', async (given) => {
  await expect(verify(given)).rejects.toThrow(expect.objectContaining({ code: given.expected }))
})
