// Predicate https://proofhouse.dev/key-event/v1: something was done to a key: created, rotated,
// other keys wrapped anew under it, its
// minimum version raised, destroyed. No key material, wrapped or not, and no name of a person: keys
// of subjects appear only as a
// count. The statement subject is the key's place, by digest of its binding (spec/key-wrapping.md).
// Page: spec/predicates.

import {
  type Check,
  count,
  idText,
  mapOf,
  nullable,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  timestamp,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** What happens to keys. */
const keyEvents = ['created', 'rotated', 'rewrapped', 'minimum-raised', 'destroyed'] as const

/** Why. */
export const keyEventReasons = [
  'requested',
  'scheduled',
  'compromise',
  'erasure',
  'retention',
] as const

/** Something that was done to a key. */
export type KeyEvent = {
  /** The same when an event had to be logged a second time after a crash. */
  readonly eventId: string
  readonly event: (typeof keyEvents)[number]
  readonly tenant: string
  readonly kind: 'root' | 'tenant' | 'epoch' | 'artifact' | 'token' | 'signing'
  readonly keyId: string
  /**
   * The version created or destroyed, the new one, the new minimum, or the one that keys are now
   * wrapped under. Null for a root key
   * whose provider does not number them, and for a key destroyed in every version.
   */
  readonly version: number | null
  /** The version or minimum before; given exactly when rotated or the minimum was raised, and known. */
  readonly previousVersion: number | null
  /** What the new version is wrapped by; given exactly when a key other than a root key was created or rotated. */
  readonly wrappedBy: {
    readonly key: 'root' | 'tenant'
    readonly provider: 'file' | 'vault' | 'pkcs11' | 'aws-kms' | null
    readonly version: number | null
  } | null
  /** How many keys of each kind are now wrapped under this key's version; given exactly when rewrapped. */
  readonly keys: Readonly<Record<string, number>> | null
  readonly reason: (typeof keyEventReasons)[number]
  /** UTC, RFC 3339. */
  readonly at: string
}

const version: Check = (value, at, direction) => {
  count(value, at, direction)
  if (value === 0) refuseShape(at, 'a version, from 1')
}

const kindsCounted = ['tenant', 'epoch', 'subject', 'artifact', 'token', 'signing']

const fields: Shape<KeyEvent> = shapeOf(
  record({
    eventId: idText,
    event: oneOf(keyEvents),
    tenant: idText,
    kind: oneOf(['root', 'tenant', 'epoch', 'artifact', 'token', 'signing']),
    keyId: idText,
    version: nullable(version),
    previousVersion: nullable(version),
    wrappedBy: nullable(
      record({
        key: oneOf(['root', 'tenant']),
        provider: nullable(oneOf(['file', 'vault', 'pkcs11', 'aws-kms'])),
        version: nullable(version),
      }),
    ),
    keys: nullable(mapOf(count)),
    reason: oneOf(keyEventReasons),
    at: timestamp,
  }),
)

const check: Check = (value, at, direction) => {
  const { event, kind, keys, wrappedBy, ...given } = fields(value, at, direction)
  const isNew = event === 'created' || event === 'rotated'
  const isStep = event === 'rotated' || event === 'minimum-raised'
  if (given.version === null && kind !== 'root' && event !== 'destroyed')
    refuseShape(`${at}.version`, 'given for keys that are not root keys')
  if (given.previousVersion === null ? isStep && kind !== 'root' : !isStep)
    refuseShape(`${at}.previousVersion`, 'given exactly when rotated or `minimum-raised`')
  if ((wrappedBy !== null) !== (isNew && kind !== 'root'))
    refuseShape(`${at}.wrappedBy`, 'given exactly when a key below the root is created or rotated')
  if (wrappedBy !== null && (wrappedBy.key === 'root') !== (kind === 'tenant'))
    refuseShape(`${at}.wrappedBy.key`, '`root` for tenant keys and `tenant` for the others')
  if (wrappedBy !== null && (wrappedBy.provider !== null) !== (wrappedBy.key === 'root'))
    refuseShape(`${at}.wrappedBy.provider`, 'given exactly for the root')
  if ((keys !== null) !== (event === 'rewrapped'))
    refuseShape(`${at}.keys`, 'given exactly when the event is `rewrapped`')
  if (event === 'rewrapped' && kind !== 'root' && kind !== 'tenant')
    refuseShape(`${at}.kind`, '`root` or `tenant` when the event is `rewrapped`')
  if (Object.keys(keys ?? {}).some((name) => !kindsCounted.includes(name)))
    refuseShape(`${at}.keys`, `counts by kind: ${kindsCounted.join(', ')}`)
}

/** The predicate type of key events. */
export const keyEvent: PredicateType<KeyEvent> = {
  uri: 'https://proofhouse.dev/key-event/v1',
  shape: shapeOf(check),
}
