// The keys of artifacts under their tenants' keys, as the hierarchy has them (docs/keys.md).

import { type Keyring, wrappedUnder } from '../../keys/index.ts'
import type { ArtifactKeyWrapper } from './ports.ts'

/**
 * Wraps each artifact's key under the newest version of its tenant's key. What it does throws as
 * the keyring: key-unwrap-failed, key-missing, key-destroyed, key-provider-unavailable among others.
 */
export function tenantKeyWrapper({ tenants }: Pick<Keyring, 'tenants'>): ArtifactKeyWrapper {
  return {
    async wrap(plainKey, place) {
      return (await tenants.wrapWith(place.tenant)).wrap(plainKey, place)
    },
    async unwrap(wrapped, place) {
      return (await tenants.openFor(place.tenant, wrapped)).unwrap(wrapped, place)
    },
    async isCurrent(wrapped, place) {
      return wrappedUnder(wrapped) === (await tenants.wrapWith(place.tenant)).version
    },
  }
}
