// AWS KMS: the client, and what its errors mean. Of an error its name is told, never its text.

import { KMSClient } from '@aws-sdk/client-kms'
import { type Bytes, OperatingError } from '@proofhouse/evidence'

/** Which KMS, and as whom. */
export interface KmsOptions {
  readonly region: string
  /** Null for the region's own. */
  readonly endpoint: string | null
  /** Null for those that the SDK finds. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
  /** Tries of one request, the first included. */
  readonly attemptsMax: number
}

/** A client for a region, whose every request ends. */
export function kmsClient({ region, endpoint, credentials, attemptsMax }: KmsOptions): KMSClient {
  return new KMSClient({
    region,
    maxAttempts: attemptsMax,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === null ? {} : { credentials }),
  })
}

/** What KMS answered with. @throws key-provider-refused when that is nothing */
export function requireBytes(name: string, bytes: Uint8Array | undefined): Bytes {
  if (bytes === undefined) throw refused(name, 'it answered without what was asked for')
  return Uint8Array.from(bytes)
}

/** The name of what the SDK throws. */
export function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : ''
}

/** What KMS or the way to it says, as an operating error; of a refusal its name, never its text. */
export function operatingError(name: string, cause: unknown): OperatingError {
  if (cause instanceof OperatingError) return cause
  const why = nameOf(cause)
  if (why === 'NotFoundException') return missing(name)
  const isRefusal =
    /^(AccessDenied|Disabled|KMSInvalidState|InvalidKeyUsage|KeyUnavailable|LimitExceeded|UnsupportedOperation|Validation|Conflict|InvalidArn|UnrecognizedClient|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|ExpiredToken|CredentialsProvider)/
  if (isRefusal.test(why))
    return refused(name, `it is refused (${why}); check the role and the key`)
  return new OperatingError(
    'key-provider-unavailable',
    `AWS KMS cannot be used now (${why === '' ? 'no answer' : why}); nothing is lost, try again`,
  )
}

/** KMS does not allow it. */
export function refused(name: string, why: string): OperatingError {
  return new OperatingError('key-provider-refused', `AWS KMS, key \`${name}\`: ${why}`)
}

/** KMS has no such key. */
export function missing(name: string): OperatingError {
  return new OperatingError('key-missing', `AWS KMS has no key \`${name}\` here`)
}
