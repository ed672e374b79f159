// What the numbers of a run are numbers of, from its system file, and where two such definitions part. Evidence counts only for a
// policy over the same definition: an accuracy for another class, column or threshold is another number under the same name.
// Protected columns are not compared: every measure names those it is over.

import {
  assert,
  type Bytes,
  canonicalJson,
  equalBytes,
  type MeasuredAs,
  type Measures,
  parseJson,
  sha256Hex,
  utf8,
} from '@proofhouse/evidence'
import type { DataRole, SystemFile } from './system-file-reader.ts'

/** Digests of the data at hand, by role. */
export type DataDigests = Readonly<Partial<Record<DataRole, string>>>

/** The definition that a system file gives over the data that it names. */
export function measuredAs(file: SystemFile, digests: DataDigests): MeasuredAs {
  const { test, reference, current, labels } = digests
  assert(test !== undefined, 'every run has test data')
  const settings = comparisonDigest(file)
  return {
    ...definitionOf(file),
    testData: test,
    ...(reference === undefined || current === undefined
      ? {}
      : {
          periods: {
            reference,
            current,
            settings,
            ...(labels === undefined ? {} : { labels }),
          },
        }),
  }
}

const definitionOf = ({ system, model, columns, assessment, task }: SystemFile) => ({
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
  // The task with two classes is the default, and goes without saying.
  ...(task.kind === 'binary' ? {} : { task }),
})

const comparisonDigest = ({ drift }: SystemFile): string => sha256Hex(canonicalOf(drift))

/**
 * The names of the settings under which the measures were made otherwise than the system file says; none when they
 * are evidence for its policy. Data that are not at hand are taken to be those of the measures.
 */
export function otherwiseMeasured(
  measures: Measures,
  file: SystemFile,
  digests: DataDigests,
): readonly string[] {
  const { mode, confidence, interval } = file.assessment
  const { measuredAs: found } = measures
  const { test = found.testData, reference, current, labels } = digests
  const compares = file.data.reference !== undefined && file.data.current !== undefined
  const wanted = measuredAs(file, {
    test,
    ...(compares
      ? {
          reference: reference ?? found.periods?.reference ?? '',
          current: current ?? found.periods?.current ?? '',
          ...(file.data.labels === undefined
            ? {}
            : { labels: labels ?? found.periods?.labels ?? '' }),
        }
      : {}),
  })
  const all: Readonly<Record<string, unknown>> = {
    periods: undefined,
    task: undefined,
    ...wanted,
    mode,
    confidence,
    interval,
  }
  const made: Readonly<Record<string, unknown>> = {
    ...found,
    mode: measures.mode,
    confidence: measures.confidence,
    interval: measures.interval,
  }
  return Object.entries(all)
    .filter(([name, value]) => !sameJson(made[name], value))
    .map(([name]) => name)
}

/** Whether two values are the same JSON, whatever the order of their keys. */
const sameJson = (a: unknown, b: unknown): boolean => equalBytes(canonicalOf(a), canonicalOf(b))

const canonicalOf = (value: unknown): Bytes =>
  canonicalJson(parseJson(utf8(JSON.stringify(value ?? null)), 'statement-malformed'))
