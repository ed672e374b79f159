// Old versions of objects, in a bucket that keeps them: what was written over or removed is gone only once its versions are removed too.

import {
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { bucketError } from './s3-errors.ts'

/** A bucket lists and removes at most so many at a time. */
const pageMax = 1_000

/** One version of an object, or the mark that a removal left. */
export interface ObjectVersion {
  readonly path: string
  readonly versionId: string
  /** Whether it is what a reader gets, or why a reader gets nothing. */
  readonly isLatest: boolean
  readonly isMark: boolean
}

/** Whether a bucket keeps versions, or has kept them. */
export async function isVersioned(client: S3Client, bucket: string): Promise<boolean> {
  const command = new GetBucketVersioningCommand({ Bucket: bucket })
  const { Status } = await client.send(command).catch((cause: unknown) => {
    throw bucketError(bucket, cause)
  })
  return Status !== undefined
}

/** Every version below a name's beginning. */
export async function* listVersions(
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncIterable<ObjectVersion> {
  for (
    let next: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | null = {};
    next !== null;
  ) {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: prefix,
      MaxKeys: pageMax,
      ...next,
    })
    const page = await client.send(command).catch((cause: unknown) => {
      throw bucketError(prefix, cause)
    })
    const found = [
      ...(page.Versions ?? []).map((one) => ({ ...one, isMark: false })),
      ...(page.DeleteMarkers ?? []).map((one) => ({ ...one, isMark: true })),
    ]
    for (const {
      Key: path = '',
      VersionId: versionId = 'null',
      IsLatest: isLatest = false,
      isMark,
    } of found)
      yield { path, versionId, isLatest, isMark }
    next =
      page.IsTruncated === true && page.NextKeyMarker !== undefined
        ? {
            KeyMarker: page.NextKeyMarker,
            ...(page.NextVersionIdMarker === undefined
              ? {}
              : { VersionIdMarker: page.NextVersionIdMarker }),
          }
        : null
  }
}

/** Removes single versions. */
export async function removeVersions(
  client: S3Client,
  bucket: string,
  versions: readonly ObjectVersion[],
): Promise<void> {
  for (let from = 0; from < versions.length; from += pageMax) {
    const page = versions.slice(from, from + pageMax)
    const Objects = page.map(({ path, versionId }) => ({ Key: path, VersionId: versionId }))
    const what = page[0]?.path ?? ''
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })
    const { Errors: errors = [] } = await client.send(command).catch((cause: unknown) => {
      throw bucketError(what, cause)
    })
    const [first] = errors.filter(({ Code }) => Code !== 'NoSuchKey' && Code !== 'NoSuchVersion')
    if (first !== undefined)
      throw bucketError(what, new Error(`old version not removed: ${first.Code ?? 'no reason'}`))
  }
}
