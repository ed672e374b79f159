// What the numbers of a run are numbers of, from its system file, and where two such definitions part. Evidence counts only for a
// policy over the same definition: an accuracy for another class, column or threshold is another number under the same name.
// Protected columns are not compared: every measure names those it is over.

import {
  canonicalJson,
  type MeasuredAs,
  type Measures,
  parseJson,
  textOf,
  utf8,
} from '@proofhouse/evidence'
import type { SystemFile } from './system-file-reader.ts'

/** The definition that a system file gives; `testData` is null where the file with the test data is not at hand. */
export function measuredAs<Digest extends string | null>(
  { system, model, columns, assessment }: SystemFile,
  testData: Digest,
): Omit<MeasuredAs, 'testData'> & { readonly testData: Digest } {
  return {
    system: system.id,
    label: columns.label,
    positiveClass: columns.positiveClass,
    privileged: columns.privileged,
    prediction: columns.prediction,
    score: columns.score,
    features: columns.features,
    classes: model?.classes ?? null,
    threshold: assessment.threshold,
    missingValues: assessment.missingValues,
    testData,
  }
}

/**
 * The names of the settings under which the measures were made otherwise than the system file says; none when they
 * are evidence for its policy.
 */
export function otherwiseMeasured(
  measures: Measures,
  file: SystemFile,
  testData: string | null,
): readonly string[] {
  const { mode, confidence, interval } = file.assessment
  const wanted = {
    ...measuredAs(file, testData ?? measures.measuredAs.testData),
    mode,
    confidence,
    interval,
  }
  const found: Readonly<Record<string, unknown>> = {
    ...measures.measuredAs,
    mode: measures.mode,
    confidence: measures.confidence,
    interval: measures.interval,
  }
  return Object.entries(wanted)
    .filter(([name, value]) => !sameJson(found[name], value))
    .map(([name]) => name)
}

/** Whether two values are the same JSON, whatever the order of their keys. */
const sameJson = (a: unknown, b: unknown): boolean => canonicalOf(a) === canonicalOf(b)

const canonicalOf = (value: unknown): string =>
  textOf(canonicalJson(parseJson(utf8(JSON.stringify(value ?? null)), 'statement-malformed')))
