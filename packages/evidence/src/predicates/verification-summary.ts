// Predicate https://slsa.dev/verification_summary/v1 (SLSA 1.0, Verification Summary Attestation):
// the verdict of a gate. SLSA knows PASSED and FAILED only; our four verdicts stand beside it in an
// extension field, whose name is a URI as the parsing rules of SLSA ask of extensions. INVARIANT:
// pass and warn are PASSED, fail and inconclusive are FAILED.

import {
  anyText,
  type Check,
  count,
  listOf,
  mapOf,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  textLike,
  timestamp,
  uriText,
} from '../shape.ts'
import { isJsonObject } from '../json.ts'
import { type PredicateType, type ResourceDescriptor, resourceDescriptor } from '../statement.ts'
import { type Verdict, verdicts } from '../verdict.ts'

/** Name of the extension field that carries our verdict. */
export const verdictField = 'https://proofhouse.dev/verdict'

/** That a verifier held an artifact against a policy, and what came of it. */
export type VerificationSummary = {
  readonly verifier: { readonly id: string; readonly version?: Readonly<Record<string, string>> }
  /** UTC, RFC 3339. */
  readonly timeVerified: string
  readonly resourceUri: string
  /** Has at least a `uri`. */
  readonly policy: ResourceDescriptor
  /** Every attestation the verdict rests on; each has a digest. */
  readonly inputAttestations?: readonly ResourceDescriptor[]
  readonly verificationResult: 'PASSED' | 'FAILED'
  readonly verifiedLevels: readonly string[]
  readonly dependencyLevels?: Readonly<Record<string, number>>
  readonly slsaVersion?: string
  readonly [verdictField]?: Verdict
}

const withUri: Check = (value, at, direction) => {
  resourceDescriptor(value, at, direction)
  if (isJsonObject(value)) uriText(value['uri'], `${at}.uri`, direction)
}

const withDigest: Check = (value, at, direction) => {
  resourceDescriptor(value, at, direction)
  if (isJsonObject(value) && value['digest'] === undefined) refuseShape(`${at}.digest`, 'given')
}

const fields: Shape<VerificationSummary> = shapeOf(
  record(
    {
      verifier: record({ id: uriText }, { version: mapOf(anyText) }),
      timeVerified: timestamp,
      resourceUri: uriText,
      policy: withUri,
      verificationResult: oneOf(['PASSED', 'FAILED']),
      verifiedLevels: listOf(anyText),
    },
    {
      inputAttestations: listOf(withDigest),
      dependencyLevels: mapOf(count),
      slsaVersion: textLike(/^\d+\.\d+$/, 'a version like `1.0`'),
      [verdictField]: oneOf(verdicts),
    },
  ),
)

const check: Check = (value, at, direction) => {
  const summary = fields(value, at, direction)
  const verdict = summary[verdictField]
  if (verdict !== undefined && resultOf(verdict) !== summary.verificationResult)
    refuseShape(`${at}.verificationResult`, `\`${resultOf(verdict)}\` for that verdict`)
}

/** The predicate type of verification summaries. */
export const verificationSummary: PredicateType<VerificationSummary> = {
  uri: 'https://slsa.dev/verification_summary/v1',
  shape: shapeOf(check),
}

/** What a gate decided, and on what. */
export interface GateDecision {
  readonly verdict: Verdict
  /** URI that names the verifier, with the version of its tool. */
  readonly verifierId: string
  readonly toolVersion: string
  readonly timeVerified: string
  readonly resourceUri: string
  readonly policy: ResourceDescriptor
  readonly inputAttestations: readonly ResourceDescriptor[]
}

/**
 * The summary of a gate's decision; it claims no SLSA level, because the gate did not look at any.
 */
export function summarizeGate(decision: GateDecision): VerificationSummary {
  const verificationResult = resultOf(decision.verdict)
  return {
    verifier: { id: decision.verifierId, version: { proofhouse: decision.toolVersion } },
    timeVerified: decision.timeVerified,
    resourceUri: decision.resourceUri,
    policy: decision.policy,
    inputAttestations: decision.inputAttestations,
    verificationResult,
    verifiedLevels: verificationResult === 'FAILED' ? ['FAILED'] : [],
    [verdictField]: decision.verdict,
  }
}

function resultOf(verdict: Verdict): 'PASSED' | 'FAILED' {
  return verdict === 'pass' || verdict === 'warn' ? 'PASSED' : 'FAILED'
}
