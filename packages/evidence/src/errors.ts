// The one operating-error class of Proofhouse and the registry of its codes.
// An operating error is something the world did (a file is missing, bytes are malformed, a bound was reached).
// A programmer error is an assertion; a verdict (drift, bias, a finding) is data and never an exception.
// INVARIANT: every code here has a section in docs/errors.md, and every code is thrown somewhere (tests/tidy.test.ts).

/** What a code means to each surface: process exit code, HTTP status, and whether trying again can help. */
interface ErrorMeaning {
  /** 2 = usage or configuration, 3 = could not decide (fail closed). */
  readonly exitCode: 2 | 3
  readonly httpStatus: number
  readonly retryable: boolean
}

const usage = (httpStatus = 400): ErrorMeaning => ({ exitCode: 2, httpStatus, retryable: false })
const undecided = (httpStatus = 422): ErrorMeaning => ({
  exitCode: 3,
  httpStatus,
  retryable: false,
})
const busy = (httpStatus = 503): ErrorMeaning => ({ exitCode: 3, httpStatus, retryable: true })

/** Every operating error there is. Codes are stable: programs may match on them. */
export const errorRegistry = {
  // Formats (evidence)
  'encoding-invalid': undecided(400),
  'json-not-canonical': undecided(400),
  'note-malformed': undecided(400),
  'note-signature-invalid': undecided(403),
  'key-malformed': usage(),
  'key-unsupported': usage(),
  'certificate-malformed': usage(),
  'certificate-untrusted': undecided(403),
  'checkpoint-malformed': undecided(400),
  'tile-malformed': undecided(400),
  'entry-too-large': usage(413),
  'proof-malformed': undecided(400),
  'proof-invalid': undecided(),
  'trust-malformed': usage(),
  'trust-not-met': undecided(403),
  'envelope-malformed': undecided(400),
  'envelope-signature-invalid': undecided(403),
  'statement-malformed': undecided(400),
  'bundle-malformed': undecided(400),
  'decision-malformed': undecided(400),
  'receipt-malformed': undecided(400),
  'erasure-restricted': undecided(409),
  'pack-malformed': undecided(400),
  'pack-invalid': undecided(),
  // Keys
  'key-missing': undecided(404),
  'key-destroyed': undecided(410),
  'key-unwrap-failed': undecided(),
  'key-provider-unavailable': busy(503),
  'key-provider-refused': undecided(502),
  'key-conflict': busy(409),
  // Files and process
  'usage-invalid': usage(),
  'file-missing': usage(404),
  'file-unreadable': usage(),
  'file-unwritable': undecided(507),
  'limit-exceeded': undecided(413),
  'history-unreadable': undecided(),
  'server-unreachable': busy(504),
  'server-refused': undecided(502),
  interrupted: busy(),
  // Configuration and data
  'config-invalid': usage(),
  'policy-invalid': usage(),
  'data-malformed': usage(),
  'data-unsuitable': usage(),
  'import-malformed': usage(),
  'inventory-malformed': undecided(),
  'feed-malformed': undecided(),
  // Model
  'model-malformed': usage(),
  'model-refused': undecided(),
  'model-mismatch': usage(),
  'model-failed': undecided(),
  'model-changed': undecided(409),
  // Ledger
  'ledger-missing': usage(404),
  'ledger-busy': busy(503),
  'ledger-corrupt': undecided(500),
  'ledger-older': undecided(409),
  'ledger-conflict': busy(409),
  'ledger-overloaded': busy(429),
  'ledger-closed': busy(503),
  'storage-failed': undecided(507),
  // Client spool
  'spool-corrupt': undecided(500),
  'spool-stopped': undecided(409),
  // Encryption and the artifact store
  'ciphertext-invalid': undecided(),
  'artifact-missing': usage(404),
  'artifact-corrupt': undecided(500),
} as const satisfies Record<string, ErrorMeaning>

/** The code of an operating error. */
export type ErrorCode = keyof typeof errorRegistry

/** Facts for a program or a support engineer; never a secret and never personal data. */
type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Something outside the program went wrong; the message says what, where, and what to do next. */
export class OperatingError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly details?: ErrorDetails; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'OperatingError'
    this.code = code
    this.details = options.details ?? {}
  }
}

/** A broken promise inside the program itself: never caught and carried on. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}
