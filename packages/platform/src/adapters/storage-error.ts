// Failures of the disk under a ledger or an artifact store, as operating errors.

import { OperatingError } from '@proofhouse/evidence'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and run again',
  EDQUOT: 'the disk quota is used up; free some space and run again',
  EROFS: 'the disk is read-only',
  EACCES: 'permission denied',
  EIO: 'the disk reported an error',
}

/** The system's code of an error, such as `ENOSPC`. */
export function systemCodeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
}

/** The operating error for a failed read or write of a file of a ledger, or of another store. */
export function storageError(path: string, cause: unknown, of = 'ledger'): OperatingError {
  const code = systemCodeOf(cause)
  return new OperatingError('storage-failed', `${of} file \`${path}\`: ${reasons[code] ?? code}`, {
    cause,
  })
}
