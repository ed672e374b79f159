// How everything that can be interrupted says so: one code, one sentence.

import { OperatingError } from '@proofhouse/evidence'

/** @throws `interrupted` once the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interruption(signal.reason)
}

/** Lets a signal in between two stretches of computing. @throws `interrupted` once it has fired */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
  throwIfAborted(signal)
}

/** The error of work that was told to stop. */
export function interruption(cause: unknown): OperatingError {
  return new OperatingError('interrupted', 'interrupted before it was finished; run it again', {
    cause,
  })
}
