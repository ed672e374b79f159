// Verifies an audit pack that somebody sent: the cryptography, and that the verdict follows from the measures and the policy in it.
// Nobody's word is taken for the verdict: it is computed again.

import {
  measures as measuresPredicate,
  OperatingError,
  type PackReport,
  parseJson,
  isJsonObject,
  readPack,
  textOf,
  verdictField,
  verificationSummary,
  verifyPack,
} from '@proofhouse/evidence'
import { applyPolicy, type Measure } from '../assess/index.ts'
import { policyDigest, readSystemFile } from '../registry/index.ts'
import type { Services } from './services.ts'
import { readPublicKey, readTrust } from './trust-files.ts'

const packSizeMaxBytes = 512 * 1_048_576

/** Which pack, and whom to believe. */
export interface VerifyPackRequest {
  readonly path: string
  readonly trustPath: string | null
  readonly keyPath: string | null
}

/** Either what the pack proves, or why it does not hold. */
export type PackVerdict =
  | {
      readonly verified: true
      readonly pack: PackReport
      readonly recomputedVerdict: string | null
    }
  | { readonly verified: false; readonly reason: string }

/** Errors that mean "this was changed or signed by someone else", which is an answer. */
const refusals = new Set([
  'pack-invalid',
  'proof-invalid',
  'note-signature-invalid',
  'envelope-signature-invalid',
])

/** @throws file-missing, pack-malformed, trust-malformed, trust-not-met and other reasons why there is no answer */
export async function verifyPackFile(
  { files }: Pick<Services, 'files'>,
  { path, trustPath, keyPath }: VerifyPackRequest,
): Promise<PackVerdict> {
  const bytes = await files.read(path, packSizeMaxBytes)
  const trust = await readTrust(files, trustPath)
  const key = keyPath === null ? null : await readPublicKey(files, keyPath)
  try {
    const pack = await verifyPack(bytes, {
      ...(trust === null ? {} : { trust }),
      ...(key === null ? {} : { keys: [key] }),
    })
    return { verified: true, pack, recomputedVerdict: recomputeVerdict(bytes, pack) }
  } catch (error) {
    if (error instanceof OperatingError && refusals.has(error.code))
      return { verified: false, reason: error.message }
    throw error
  }
}

/**
 * The verdict that follows from the pack's measures and system file; null for a pack that holds no gate's verdict.
 * @throws pack-invalid when the signed verdict is another one, or rests on another policy
 */
function recomputeVerdict(bytes: Uint8Array, { statements }: PackReport): string | null {
  const summary = statements.find((s) => s.predicateType === verificationSummary.uri)
  const measured = statements.find((s) => s.predicateType === measuresPredicate.uri)
  const source = readPack(bytes).files.get('proofhouse.yaml')
  if (summary === undefined || measured === undefined || source === undefined) return null
  const { predicate } = summary
  const signed = isJsonObject(predicate) ? predicate[verdictField] : undefined
  const file = readSystemFile(textOf(source), 'proofhouse.yaml')
  if (!JSON.stringify(predicate).includes(policyDigest(file)))
    throw new OperatingError(
      'pack-invalid',
      'pack holds a verdict on another policy than that of its `proofhouse.yaml`',
    )
  const { verdict } = applyPolicy(file.rules, measuresOf(measured.predicate))
  if (verdict !== signed)
    throw new OperatingError(
      'pack-invalid',
      `pack says \`${JSON.stringify(signed)}\`, and its measures and policy come to \`${verdict}\``,
    )
  return verdict
}

/** The measures of a statement whose shape `verifyPack` has checked. */
function measuresOf(predicate: unknown): readonly Measure[] {
  const shaped = measuresPredicate.shape(
    parseJson(new TextEncoder().encode(JSON.stringify(predicate)), 'statement-malformed'),
    'predicate',
    'read',
  )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- unknown names of measures match no rule
  return shaped.measures as readonly Measure[]
}
