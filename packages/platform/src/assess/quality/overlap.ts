// Whether training and test data are apart in whom and when they are about: the same person in both, or training rows from after
// the test began. Either lets a model remember what it should foresee.

import type { OverlapCounts } from './duplicates.ts'
import type { CellColumn } from './row-keys.ts'

/** Test rows whose value of an identifier is one of the training data's. */
export interface SubjectOverlap extends OverlapCounts {
  readonly column: string
  /** Different values in the test data, and those of them in the training data. */
  readonly subjects: number
  readonly sharedSubjects: number
}

/** Which subjects the test data share with the training data; rows without a value are left out. */
export function subjectOverlap(training: CellColumn, test: CellColumn): SubjectOverlap {
  const known = new Set(training.cells)
  const asked = test.cells.filter((text) => text !== null)
  const subjects = new Set(asked)
  return {
    column: test.name,
    rows: asked.length,
    found: asked.filter((text) => known.has(text)).length,
    subjects: subjects.size,
    sharedSubjects: [...subjects].filter((text) => known.has(text)).length,
  }
}

/** How the times of training and test data lie. */
export interface TimeOverlap extends OverlapCounts {
  /** The first test row's time, and the last training row's, in milliseconds since 1970. */
  readonly firstTest: number
  readonly lastTraining: number
}

/**
 * Training rows later than the first test row; null where either side has no times.
 * @param training milliseconds since 1970, NaN where there is no time
 */
export function timeOverlap(training: Float64Array, test: Float64Array): TimeOverlap | null {
  const known = training.filter((time) => !Number.isNaN(time))
  const asked = test.filter((time) => !Number.isNaN(time))
  if (known.length === 0 || asked.length === 0) return null
  const firstTest = asked.reduce((first, time) => Math.min(first, time), Infinity)
  const lastTraining = known.reduce((last, time) => Math.max(last, time), -Infinity)
  const found = known.filter((time) => time > firstTest).length
  return { rows: known.length, found, firstTest, lastTraining }
}
