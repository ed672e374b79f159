// The artifact store: artifacts by digest, encrypted, in a directory or a bucket.

export { keysOfArtifacts } from './artifact-keys.ts'
export { ArtifactStore } from './artifact-store.ts'
export { requireBlobName } from './blob-name.ts'
export type { ArtifactBlobs, BlobFacts } from './ports.ts'
export { tenantKeyWrapper } from './tenant-key-wrapper.ts'
