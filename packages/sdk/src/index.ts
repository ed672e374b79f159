// What @proofhouse/sdk offers: the client of a decision log, and the verification of receipts. Guide: docs/guides/sdk.md.

export {
  type ClientOptions,
  type ClientStatus,
  DecisionClient,
  type Recorded,
} from './client.ts'
export type { Decision } from './decision.ts'
export { verifyRecorded } from './receipt.ts'
export type { Settled } from './sender.ts'
export {
  OperatingError,
  parseTrustPolicy,
  type ReceiptReport,
  type ReceiptTrust,
  trustLogOnly,
} from '@proofhouse/evidence'
