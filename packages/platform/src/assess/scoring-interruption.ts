// How everything that can be interrupted says so: one code, one sentence.

import { OperatingError } from '@proofhouse/evidence'

/** @throws `interrupted` once the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interruption(signal.reason)
}

/** The error of work that was told to stop. */
export function interruption(cause: unknown): OperatingError {
  return new OperatingError('interrupted', 'interrupted before it was finished; run it again', {
    cause,
  })
}
