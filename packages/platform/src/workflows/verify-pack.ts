// Verifies an audit pack that somebody sent: the cryptography, and that the verdict follows from the measures and the policy in it.
// Nobody's word is taken for the verdict: it is computed again.

import {
  measures as measuresPredicate,
  OperatingError,
  type PackReport,
  type PredicateType,
  readPack,
  runClosed,
  textOf,
  verdictField,
  verificationSummary,
  type VerifiedStatement,
  verifyPack,
} from '@proofhouse/evidence'
import { applyPolicy, type Measure } from '../assess/index.ts'
import { otherwiseMeasured, policyDigest, readSystemFile } from '../registry/index.ts'
import type { Services } from './services.ts'
import { readPublicKey, readTrust } from './trust-files.ts'

/** The policy in the words it was written in. */
const systemFileName = 'proofhouse.yaml'

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
  'pack-malformed',
  'pack-invalid',
  'proof-invalid',
  'note-signature-invalid',
  'envelope-signature-invalid',
])

/** @throws file-missing, trust-malformed, trust-not-met and other reasons why there is no answer */
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
    const recomputedVerdict = await recomputeVerdict(bytes, pack)
    const unsigned = pack.files.filter(({ namedBy }) => namedBy.length === 0)
    if (unsigned.length > 0)
      throw invalid(
        `holds files that nobody signed for: ${unsigned.map(({ name }) => `\`${name}\``).join(', ')}`,
      )
    return { verified: true, pack, recomputedVerdict }
  } catch (error) {
    if (error instanceof OperatingError && refusals.has(error.code))
      return { verified: false, reason: `${path}: ${error.message}` }
    throw error
  }
}

/**
 * The verdict that follows from the pack's measures and system file; null for a pack that holds no gate's verdict.
 * @throws pack-invalid when the signed verdict is another one, rests on another policy, or lacks what it rests on
 */
async function recomputeVerdict(
  bytes: Uint8Array,
  { statements, files }: PackReport,
): Promise<string | null> {
  const summary = onlyOne(statements, verificationSummary.uri)
  if (summary === null) return null
  const measured = onlyOne(statements, measuresPredicate.uri)
  const source = readPack(bytes).files.get(systemFileName)
  const vouched = files.some(
    ({ name, namedBy }) => name === `files/${systemFileName}` && namedBy.length > 0,
  )
  if (measured === null || source === undefined || !vouched)
    throw invalid('holds a verdict without the measures and the signed policy it must follow from')
  const { policy, [verdictField]: signed } = shaped(verificationSummary, summary)
  const file = await readSystemFile(textOf(source), systemFileName)
  if (policy.digest?.['sha256'] !== policyDigest(file))
    throw invalid(`holds a verdict on another policy than that of its \`${systemFileName}\``)
  const content = shaped(measuresPredicate, measured)
  const { runId, measures } = content
  const otherwise = otherwiseMeasured(content, file, {})
  if (otherwise.length > 0)
    throw invalid(
      `holds measures that were made otherwise than its \`${systemFileName}\` says: ${otherwise.join(', ')}`,
    )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- unknown names of measures match no rule
  const { verdict } = applyPolicy(file.rules, measures as readonly Measure[])
  const closed = onlyOne(statements, runClosed.uri)
  const closure = closed === null ? null : shaped(runClosed, closed)
  const says = [signed, ...(closure?.runId === runId ? [closure.verdict] : [])]
  const other = says.find((said) => said !== verdict)
  if (says.some((said) => said !== verdict))
    throw invalid(`says \`${String(other)}\`, and its measures and policy come to \`${verdict}\``)
  return verdict
}

/** The statement of a type; a pack with two verdicts could show a reader either. */
function onlyOne(statements: PackReport['statements'], uri: string): VerifiedStatement | null {
  const [first = null, second] = statements.filter((s) => s.predicateType === uri)
  if (second !== undefined) throw invalid(`holds more than one statement of type \`${uri}\``)
  return first
}

const shaped = <P>(type: PredicateType<P>, { predicate }: VerifiedStatement): P =>
  type.shape(predicate, 'predicate', 'read')

const invalid = (problem: string) => new OperatingError('pack-invalid', `pack ${problem}`)
