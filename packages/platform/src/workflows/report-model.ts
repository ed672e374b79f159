// What a report says of the model: its bytes, what was found in them, how it ran, and who signed it.

import type { Confinement } from '../assess/index.ts'
import type { AssessmentReport, ReportModelRun } from '../reports/index.ts'
import type { CheckedModel } from './assessment-inputs.ts'
import { reportedScan } from './scan-model.ts'
import { signerOf } from './verify-model-bytes.ts'

/** The model of a report; null where there is none. */
export function reportModel(
  model: CheckedModel | null,
  run: {
    readonly confinement: Confinement | null
    /** The signature that this run made. */
    readonly signature: { readonly path: string; readonly key_hint: string } | null
  },
): AssessmentReport['artifacts']['model'] {
  if (model === null) return null
  return {
    path: model.path,
    root_digest: model.rootDigest,
    size_bytes: model.bytes.length,
    check: {
      // Only a model that the structural check found clean gets this far; see `openInputs`.
      verdict: 'pass',
      findings: model.check.findings.map(({ rule, detail }) => `${rule}: ${detail}`),
    },
    scan: reportedScan(model.scan),
    signature: run.signature,
    run: reportModelRun(model, run.confinement),
    native:
      model.native === null
        ? null
        : {
            path: model.native.path,
            sha256: model.native.sha256,
            size_bytes: model.native.sizeBytes,
          },
  }
}

/** How a model ran, as reports say it. */
export const reportModelRun = (
  model: CheckedModel,
  confinement: Confinement | null,
): ReportModelRun => ({
  confinement: reportConfinement(confinement),
  verification: reportVerification(model),
})

function reportConfinement(confinement: Confinement | null): ReportModelRun['confinement'] {
  if (confinement === null) return null
  const { runtime, version, namespaces, files, memoryBytes, cpuSeconds, wallSeconds } = confinement
  return {
    runtime,
    version,
    namespaces,
    files,
    memory_mb: memoryBytes / 2 ** 20,
    cpu_seconds: cpuSeconds,
    wall_seconds: wallSeconds,
  }
}

function reportVerification({ verification }: CheckedModel): ReportModelRun['verification'] {
  if (verification === null) return { verdict: 'not verified' }
  const { by, keyId, name, issuer } = signerOf(verification)
  return { verdict: 'verified', path: verification.path, by, key_id: keyId, name, issuer }
}
