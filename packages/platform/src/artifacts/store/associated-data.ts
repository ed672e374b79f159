// What a wrapped key, or an encrypted blob, is bound to: spec/artifact-store.md, "Associated data".

import { type Bytes, joinBytes, utf8 } from '@proofhouse/evidence'

/** Where something encrypted belongs. */
export interface Belonging {
  readonly tenant: string
  readonly kind: 'artifact' | 'artifact-data'
  readonly id: string
  readonly version: number
}

/** Tenant, kind, id and version (in decimal), each as `u32 length ‖ UTF-8`, so that no two belongings have the same bytes. */
export function associatedDataOf({ tenant, kind, id, version }: Belonging): Bytes {
  return joinBytes(
    [tenant, kind, id, String(version)].flatMap((field) => {
      const text = utf8(field)
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, text.length)
      return [length, text]
    }),
  )
}
