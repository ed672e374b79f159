// The keys of artifacts as the keyring sees them: wrapped in their records, found by looking at every record.

import { OperatingError } from '@proofhouse/evidence'
import { type Keyring, type KeysElsewhere, wrappedUnder } from '../../keys/index.ts'
import { isArtifactTenant } from './artifact-records.ts'
import { ArtifactStore } from './artifact-store.ts'
import type { ArtifactBlobs } from './ports.ts'
import { tenantKeyWrapper } from './tenant-key-wrapper.ts'

/** The keys in the records of a place of artifacts. */
export function keysOfArtifacts(
  { name, blobs }: { readonly name: string; readonly blobs: ArtifactBlobs },
  keyring: Pick<Keyring, 'tenants'>,
): KeysElsewhere {
  const keys = tenantKeyWrapper(keyring)
  const storeOf = (tenant: string) => new ArtifactStore({ tenant, blobs, keys, nowMs: () => 0 })
  return {
    name,
    kind: 'artifact',
    async *list(tenant) {
      // Others have no artifacts: their names are none in a store.
      if (!isArtifactTenant(tenant)) return
      for await (const { digest, wrappedKey } of storeOf(tenant).wrappedKeys())
        yield { id: digest, wrappedUnder: wrappedKey === null ? null : versionIn(wrappedKey) }
    },
    async rewrap(tenant, id) {
      try {
        await storeOf(tenant).rewrap(id)
        return true
      } catch (cause) {
        if (cause instanceof OperatingError && cause.code === 'artifact-missing') return false
        throw cause
      }
    },
  }
}

function versionIn(wrapped: Uint8Array): number | null {
  try {
    return wrappedUnder(wrapped)
  } catch (cause) {
    if (cause instanceof OperatingError && cause.code === 'key-unwrap-failed') return null
    throw cause
  }
}
