// Predicate https://in-toto.io/attestation/test-result/v0.1 (github.com/in-toto/attestation,
// spec/predicates/test-result.md): which rules of a policy passed, passed with a warning, or
// failed. An inconclusive rule counts as failed here, because the standard has no third answer; our
// own verdict stands in the verification summary.

import { type Check, listOf, oneOf, record, shapeOf, someText, uriText } from '../shape.ts'
import { type PredicateType, type ResourceDescriptor, resourceDescriptor } from '../statement.ts'

/** The outcome of one invocation of a test suite. */
export type TestResult = {
  readonly result: 'PASSED' | 'WARNED' | 'FAILED'
  /** What configured the run: the policy and the data, by digest. */
  readonly configuration: readonly ResourceDescriptor[]
  readonly url?: string
  readonly passedTests?: readonly string[]
  readonly warnedTests?: readonly string[]
  readonly failedTests?: readonly string[]
}

const names: Check = listOf(someText)

/** The predicate type of test results. */
export const testResult: PredicateType<TestResult> = {
  uri: 'https://in-toto.io/attestation/test-result/v0.1',
  shape: shapeOf(
    record(
      { result: oneOf(['PASSED', 'WARNED', 'FAILED']), configuration: listOf(resourceDescriptor) },
      { url: uriText, passedTests: names, warnedTests: names, failedTests: names },
    ),
  ),
}
