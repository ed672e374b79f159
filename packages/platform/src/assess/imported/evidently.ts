// Results of Evidently from JSON: reports and test suites of 0.4 to 0.6 (and of `evidently.legacy` since), and what
// 0.7 and later write of a run.

import { isJsonObject, type JsonValue } from '@proofhouse/evidence'
import { isOldForm, readOldForm } from './evidently-report.ts'
import { isSnapshot, readSnapshot } from './evidently-snapshot.ts'
import { checkCounts, type ImportedFile, refuseImport } from './import-form.ts'

/** Reads Evidently's results. @throws import-malformed, limit-exceeded */
export function readEvidently(value: JsonValue): ImportedFile {
  if (isSnapshot(value)) return checkCounts(readSnapshot(value))
  if (isOldForm(value)) return checkCounts(readOldForm(value))
  if (isJsonObject(value) && isJsonObject(value['suite']))
    return refuseImport(
      'this is what `report.save()` keeps for Evidently itself; write the results with `report.save_json()`',
    )
  return refuseImport(
    'this is neither a report nor a test suite of Evidently; write one with `save_json()`',
  )
}
