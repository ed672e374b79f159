// The blobs of a workspace's artifacts: in its folder, or in a bucket where it names one.

import { OperatingError } from '@proofhouse/evidence'
import type { Services } from '../workflows/index.ts'
import { openDirectoryBlobs } from './directory-blobs.ts'

/** Nobody takes longer between two pieces of a put: what is older in a folder was left by a crash. */
const staleMs = 3_600_000

/** Opens them. @throws config-invalid where a bucket is to lock and cannot; storage-failed */
export async function openArtifactBlobs(
  place: Parameters<Services['openArtifactBlobs']>[0],
): ReturnType<Services['openArtifactBlobs']> {
  if ('folder' in place)
    return { blobs: await openDirectoryBlobs(place.folder, staleMs), close: () => undefined }
  // Loaded with its driver only where a workspace asks for it.
  const { S3Bucket } = await import('./s3-bucket.ts')
  const { S3Blobs } = await import('./s3-blobs.ts')
  const bucket = new S3Bucket(place.bucket)
  const { retainDays } = place
  if (retainDays !== null && !(await bucket.hasObjectLock())) {
    bucket.close()
    throw new OperatingError(
      'config-invalid',
      'the bucket has no Object Lock, so artifacts cannot be retained in it; make one with Object Lock, or ask for no retention',
    )
  }
  const blobs = new S3Blobs(bucket, { retainDays, nowMs: Date.now })
  return { blobs, close: () => bucket.close() }
}
