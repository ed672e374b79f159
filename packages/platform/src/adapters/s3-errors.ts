// What an S3-compatible server answers when it does not do what it was asked.

import { S3ServiceException } from '@aws-sdk/client-s3'
import { OperatingError } from '@proofhouse/evidence'

/** The HTTP status of an answer. */
const statusOf = (cause: unknown): number | undefined =>
  cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined

/** The bucket was made without Object Lock. */
export const isWithoutLock = (cause: unknown): boolean =>
  cause instanceof Error && cause.name === 'ObjectLockConfigurationNotFoundError'

/** A server says `not found` of much else too: of a bucket, of a key. A HEAD has no body to say more in. */
export const isMissing = (cause: unknown): boolean =>
  cause instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(cause.name)

/** 412, or 409 when another conditional put is under way. */
export const isConditionFailed = (cause: unknown): boolean =>
  statusOf(cause) === 412 || (cause instanceof Error && cause.name === 'ConditionalRequestConflict')

/** The operating error for a failed request. Only the server's code is told. */
export function bucketError(path: string, cause: unknown): OperatingError {
  if (cause instanceof OperatingError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  const why = code ?? (cause instanceof Error ? cause.name : 'no answer')
  const status = statusOf(cause)
  return new OperatingError(
    'storage-failed',
    `object \`${path}\`: the bucket answered ${why}${status === undefined ? '' : ` (${status})`}`,
    { cause },
  )
}
