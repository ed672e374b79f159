// What the verifier's page finds out about a file: a receipt or a pack, what it proves, or why not. Nothing here knows a browser.

import {
  type Bytes,
  type Erasure,
  formatVerifierKey,
  fromHex,
  OperatingError,
  type PackReport,
  parseReceipt,
  parseVerifierKey,
  type ReceiptReport,
  signatureType,
  statedErasure,
  type Verdict,
  verdictField,
  verificationSummary,
  type VerifiedStatement,
  verifyPack,
  verifyReceipt,
} from '@proofhouse/evidence'
import { receiptBytes } from './embedded-receipt.ts'
import { type GivenTrust, readTrustTexts, type TrustTexts } from './trust-text.ts'

/** A verdict that was signed. */
export interface SignedVerdict {
  readonly index: number
  readonly verdict: Verdict | null
  readonly time: string
  readonly resource: string
  readonly policy: string
}

/** What came of a file. */
export type Outcome =
  | {
      readonly kind: 'receipt'
      readonly report: ReceiptReport
      readonly erasure: Erasure | null
      /** Verifier key that came with it. */
      readonly logKey: string
    }
  | {
      readonly kind: 'pack'
      readonly report: PackReport
      readonly verdicts: readonly SignedVerdict[]
    }
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'undecided'
      readonly why: 'trust-unreadable' | 'trust-not-met' | 'browser-too-old'
      readonly reason: string
    }

/** Largest pack in bytes. */
export const packSizeMaxBytes = 512 * 1_048_576

/** Whether a file begins as an archive does: then it is taken for a pack. */
export const isPack = (start: Uint8Array): boolean => start[0] === 0x50 && start[1] === 0x4b

/** Signature of the empty message (RFC 8032, §7.1, test 1). */
const known = {
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signature:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
}

/** Whether this runtime checks the signatures of logs: one that cannot would call every log forged. */
async function checksSignatures(): Promise<boolean> {
  const publicKey = fromHex(known.publicKey)
  const key = formatVerifierKey({ name: 'known', type: signatureType.ed25519, publicKey })
  const verifier = parseVerifierKey(key)
  return verifier.verify(new Uint8Array(), fromHex(known.signature))
}

const undecidedCodes = new Set(['trust-not-met', 'key-unsupported'])

/** Verifies a file. Whatever is wrong with it is an answer. */
export async function checkFile(file: Bytes, texts: TrustTexts): Promise<Outcome> {
  if (!(await checksSignatures()))
    return { kind: 'undecided', why: 'browser-too-old', reason: 'no Ed25519' }
  let trust: GivenTrust
  try {
    trust = await readTrustTexts(texts)
  } catch (error) {
    return { kind: 'undecided', why: 'trust-unreadable', reason: messageOf(error) }
  }
  try {
    return isPack(file) ? await checkPack(file, trust) : await checkReceipt(file, trust)
  } catch (error) {
    const reason = messageOf(error)
    if (error instanceof OperatingError && undecidedCodes.has(error.code))
      return { kind: 'undecided', why: 'trust-not-met', reason }
    return { kind: 'refused', reason }
  }
}

/** The message of an operating error; anything else is a mistake of this program, and is not an answer. */
function messageOf(error: unknown): string {
  if (error instanceof OperatingError) return error.message
  throw error
}

async function checkReceipt(file: Bytes, { log, evidence, keys }: GivenTrust): Promise<Outcome> {
  const bytes = receiptBytes(file)
  const report = await verifyReceipt(bytes, {
    ...(log === null ? {} : { decisions: log }),
    ...(evidence === null ? {} : { evidence }),
    ...(keys === null ? {} : { keys }),
  })
  const receipt = parseReceipt(bytes)
  const erasure = report.erasure === null ? null : statedErasure(receipt)
  return { kind: 'receipt', report, erasure, logKey: receipt.logKey }
}

async function checkPack(file: Bytes, { log, keys }: GivenTrust): Promise<Outcome> {
  const report = await verifyPack(file, {
    ...(log === null ? {} : { trust: log }),
    ...(keys === null ? {} : { keys }),
  })
  const unsigned = report.files.filter(({ namedBy }) => namedBy.length === 0)
  if (unsigned.length > 0)
    throw new OperatingError(
      'pack-invalid',
      `pack holds files that nobody signed for: ${unsigned.map(({ name }) => `\`${name}\``).join(', ')}`,
    )
  const verdicts = report.statements
    .filter(({ predicateType }) => predicateType === verificationSummary.uri)
    .map(verdictOf)
  if (verdicts.length > 1)
    throw new OperatingError('pack-invalid', 'pack holds more than one verdict')
  return { kind: 'pack', report, verdicts }
}

function verdictOf({ index, predicate }: VerifiedStatement): SignedVerdict {
  const summary = verificationSummary.shape(predicate, 'predicate', 'read')
  return {
    index,
    verdict: summary[verdictField] ?? null,
    time: summary.timeVerified,
    resource: summary.resourceUri,
    policy: summary.policy.uri ?? '',
  }
}
