// A store of artifacts by name: a folder, or a bucket as `s3://BUCKET/PREFIX?region=R[&endpoint=URL]`, whose credentials are those that the
// SDK finds for the machine.

import { OperatingError } from '@proofhouse/evidence'
import type { ArtifactBlobs } from '../artifacts/store/index.ts'

/** Nobody takes longer between two pieces of a blob. */
const staleMs = 24 * 3_600_000

/** Opens the blobs of a store. @throws config-invalid, storage-failed */
export async function openArtifactBlobs(name: string): Promise<ArtifactBlobs> {
  if (!name.startsWith('s3://')) {
    const { openDirectoryBlobs } = await import('./directory-blobs.ts')
    return openDirectoryBlobs(name, staleMs)
  }
  const address = bucketIn(name)
  const [{ S3Blobs }, { S3Bucket }] = await Promise.all([
    import('./s3-blobs.ts'),
    import('./s3-bucket.ts'),
  ])
  return new S3Blobs(new S3Bucket(address), { retainDays: null, nowMs: () => Date.now() })
}

function bucketIn(name: string) {
  const [, bucket, path = '', query = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?]*))?(?:\?(.*))?$/.exec(name) ?? []
  const given = new URLSearchParams(query)
  const region = given.get('region')
  const isKnown = [...given.keys()].every((key) => key === 'region' || key === 'endpoint')
  if (bucket === undefined || region === null || !isKnown)
    throw new OperatingError(
      'config-invalid',
      '`artifact_stores` names a bucket as `s3://BUCKET/PREFIX?region=R`, and `&endpoint=URL` for one that is not at Amazon',
    )
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  return { bucket, prefix, region, endpoint: given.get('endpoint'), credentials: null }
}
