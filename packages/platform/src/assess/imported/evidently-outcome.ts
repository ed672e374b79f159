// What a test of Evidently came to.

import type { ImportedTest, JsonValue } from '@proofhouse/evidence'
import { refuseImport } from './import-form.ts'

const outcomes: Readonly<Record<string, ImportedTest['outcome']>> = {
  SUCCESS: 'pass',
  FAIL: 'fail',
  WARNING: 'warn',
  ERROR: 'error',
  SKIPPED: 'skipped',
}

/** The outcome of a status. @throws import-malformed for a status that is not known */
export function outcomeOf(status: JsonValue | undefined): ImportedTest['outcome'] {
  const text = typeof status === 'string' ? status.toUpperCase() : ''
  const outcome = Object.hasOwn(outcomes, text) ? outcomes[text] : undefined
  return outcome ?? refuseImport('a test has a status that Evidently does not have')
}
