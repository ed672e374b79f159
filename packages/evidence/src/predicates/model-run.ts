// How the model ran whose predictions were measured: a part of measures. What confined it, and whether a signature held for the
// bytes that were loaded. A claim of the machine that ran it, as all of a statement is.

import { anyNumber, count, listOf, nullable, oneOf, record, someText } from '../shape.ts'

/** How a model ran. */
export type ModelRun = {
  readonly runtime: 'native' | 'wasm'
  /** Version of ONNX Runtime. */
  readonly version: string
  /** Kinds of Linux namespaces of its own; none where the machine gave none. */
  readonly namespaces: readonly string[]
  /** `own_view`: of the disk it saw what it needs, read-only; `permissions`: Node's permission model kept it from files. */
  readonly files: 'own_view' | 'permissions'
  readonly memoryBytes: number
  /** Time on processors; null where no such limit was kept. */
  readonly cpuSeconds: number | null
  readonly wallSeconds: number
  /** Whether a demanded signature held for the bytes that were loaded; `not verified` where none was demanded. */
  readonly signature: {
    readonly verdict: 'verified' | 'not verified'
    /** Null unless verified. */
    readonly signer: {
      readonly by: 'key' | 'certificate' | 'keyless'
      readonly keyId: string
      /** The name that was established; null where a key is all that is known. */
      readonly name: string | null
      /** Who vouched for the name of a keyless signer. */
      readonly issuer: string | null
    } | null
  }
}

/** The shape of it. */
export const modelRun = record({
  runtime: oneOf(['native', 'wasm']),
  version: someText,
  namespaces: listOf(someText),
  files: oneOf(['own_view', 'permissions']),
  memoryBytes: count,
  cpuSeconds: nullable(count),
  wallSeconds: anyNumber,
  signature: record({
    verdict: oneOf(['verified', 'not verified']),
    signer: nullable(
      record({
        by: oneOf(['key', 'certificate', 'keyless']),
        keyId: someText,
        name: nullable(someText),
        issuer: nullable(someText),
      }),
    ),
  }),
})
