// Predicate https://in-toto.io/attestation/vulns/v0.2 (github.com/in-toto/attestation, spec/predicates/vulns_02.md): the
// vulnerabilities that a scanner knows of the subject. The standard has no place for what was not checked, and an empty list
// means "none found": the verdict and what was left unchecked stand in an extension field, named by a URI.

import {
  anything,
  anyText,
  count,
  listOf,
  mapOf,
  oneOf,
  record,
  type Shape,
  shapeOf,
  someText,
  timestamp,
  uriText,
} from '../shape.ts'
import type { JsonObject } from '../json.ts'
import type { PredicateType } from '../statement.ts'

/** Name of the extension field. */
export const vulnerabilityCheckField = 'https://proofhouse.dev/vulnerability-check'

/** A vulnerability of the subject. */
export type ScannedVulnerability = {
  readonly id: string
  /** By one or more methods; `score` is a text in the terms of the method. */
  readonly severity: readonly { readonly method: string; readonly score: string }[]
  readonly annotations?: readonly JsonObject[]
}

/** What a check came to, beyond the list. */
export type VulnerabilityCheck = {
  readonly verdict: 'pass' | 'fail' | 'undecided'
  readonly packages: number
  readonly policy: JsonObject
  /** Every feed that was read. */
  readonly feeds: readonly JsonObject[]
  readonly notChecked: readonly JsonObject[]
  /** Where the check is about more than one statement holds: which of its parts this is. */
  readonly part?: { readonly number: number; readonly of: number }
}

/** What a scanner found. */
export type Vulnerabilities = {
  readonly scanner: {
    readonly uri: string
    readonly version?: string
    readonly db: { readonly uri?: string; readonly version?: string; readonly lastUpdate: string }
    readonly result: readonly ScannedVulnerability[]
  }
  readonly metadata: { readonly scanStartedOn: string; readonly scanFinishedOn: string }
  readonly [vulnerabilityCheckField]?: VulnerabilityCheck
}

const found = record(
  { id: someText, severity: listOf(record({ method: someText, score: someText })) },
  { annotations: listOf(mapOf(anything)) },
)

const fields: Shape<Vulnerabilities> = shapeOf(
  record(
    {
      scanner: record(
        {
          uri: uriText,
          db: record({ lastUpdate: timestamp }, { uri: uriText, version: anyText }),
          result: listOf(found),
        },
        { version: anyText },
      ),
      metadata: record({ scanStartedOn: timestamp, scanFinishedOn: timestamp }),
    },
    {
      [vulnerabilityCheckField]: record(
        {
          verdict: oneOf(['pass', 'fail', 'undecided']),
          packages: count,
          policy: mapOf(anything),
          feeds: listOf(mapOf(anything)),
          notChecked: listOf(mapOf(anything)),
        },
        { part: record({ number: count, of: count }) },
      ),
    },
  ),
)

/** The predicate type of vulnerability scans. */
export const vulnerabilities: PredicateType<Vulnerabilities> = {
  uri: 'https://in-toto.io/attestation/vulns/v0.2',
  shape: fields,
}
