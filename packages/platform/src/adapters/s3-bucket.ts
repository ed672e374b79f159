// Objects in an S3-compatible bucket, below one prefix: the few operations that stores need, each bounded in time and tries. A put is
// durable when the server has answered, and conditions on it are the server's own, so that two writers never overwrite each other unseen.
// A try whose answer is lost may have worked: a condition that fails afterwards is checked against what is there.

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { type Bytes, equalBytes, OperatingError } from '@proofhouse/evidence'
import { bucketError, isConditionFailed, isMissing, isWithoutLock } from './s3-errors.ts'
import { partsOf } from './s3-parts.ts'
import { type ObjectVersion, isVersioned, listVersions, removeVersions } from './s3-versions.ts'

const connectMaxMs = 5_000
/** Without an answer, or the next bytes of one, for so long, a try is given up. */
const silenceMaxMs = 20_000
const attemptsMax = 3
/** A bucket takes at most 10,000 parts of a streamed object, which bounds it to 156 GiB. */
const partsMax = 10_000
/** A bucket lists and removes at most so many at a time. */
const pageMax = 1_000

/** Where a bucket is, and who asks. */
export interface BucketAddress {
  /** Server of an S3-compatible store; null for Amazon's own. */
  readonly endpoint: string | null
  readonly region: string
  readonly bucket: string
  /** Beginning of every object's name, such as `ledger/evidence/`; empty for the whole bucket. */
  readonly prefix: string
  /** Null takes what the machine's own role or profile gives. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
}

/** What an object is stored with. */
export interface ObjectSettings {
  readonly contentType: string
  readonly cacheControl: string
  /** Until when nobody may remove this version, in a bucket with Object Lock; null for no lock. */
  readonly retainUntil: Date | null
}

/** An object that is there. */
export interface ObjectState {
  readonly sizeBytes: number
  /** Changes with the content. */
  readonly etag: string
}

/** A prefix of a bucket. */
export class S3Bucket {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string

  /** @param silenceMs for tests */
  constructor(
    { endpoint, region, bucket, prefix, credentials }: BucketAddress,
    silenceMs: number = silenceMaxMs,
  ) {
    this.#bucket = bucket
    this.#prefix = prefix
    this.#client = new S3Client({
      region,
      maxAttempts: attemptsMax,
      requestHandler: {
        connectionTimeout: connectMaxMs,
        requestTimeout: silenceMs,
        // Without this the handler warns and waits on.
        throwOnRequestTimeout: true,
        socketTimeout: silenceMs,
      },
      ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === null ? {} : { credentials }),
    })
  }

  /** Whether the bucket can lock objects. @throws storage-failed */
  async hasObjectLock(): Promise<boolean> {
    try {
      const command = new GetObjectLockConfigurationCommand({ Bucket: this.#bucket })
      const { ObjectLockConfiguration: found } = await this.#client.send(command)
      return found?.ObjectLockEnabled === 'Enabled'
    } catch (cause) {
      if (isWithoutLock(cause)) return false
      throw bucketError(this.#bucket, cause)
    }
  }

  /** The object; null when there is none. @throws limit-exceeded, storage-failed */
  async read(
    path: string,
    sizeMaxBytes: number,
  ): Promise<(ObjectState & { content: Bytes }) | null> {
    return this.#get(path, sizeMaxBytes, null)
  }

  /** Bytes `from` to before `to` of an object, or fewer where it ends before; null when there is none. @throws storage-failed */
  async readRange(path: string, from: number, to: number): Promise<Bytes | null> {
    const range = `bytes=${from}-${to - 1}`
    return (await this.#get(path, to - from, range))?.content ?? null
  }

  /** Size, version and age of an object; null when there is none. @throws storage-failed */
  async stat(path: string): Promise<(ObjectState & { readonly modifiedMs: number }) | null> {
    try {
      const found = await this.#client.send(new HeadObjectCommand(this.#named(path)))
      const modifiedMs = found.LastModified?.getTime() ?? 0
      return { sizeBytes: found.ContentLength ?? 0, etag: found.ETag ?? '', modifiedMs }
    } catch (cause) {
      if (isMissing(cause)) return null
      throw bucketError(path, cause)
    }
  }

  /**
   * Puts an object where the version before is `expected`, or none is there where that is null; gives its version, or null when
   * another is there. An object of this very content is as good as put. @throws storage-failed
   */
  async put(
    path: string,
    content: Uint8Array,
    { expected, settings }: { readonly expected: string | null; readonly settings: ObjectSettings },
  ): Promise<string | null> {
    const condition = expected === null ? { IfNoneMatch: '*' } : { IfMatch: expected }
    const input = {
      ...this.#named(path),
      ...headersOf(settings),
      Body: content,
      ContentLength: content.length,
    }
    try {
      const put = await this.#client.send(new PutObjectCommand({ ...input, ...condition }))
      return put.ETag ?? ''
    } catch (cause) {
      if (!isConditionFailed(cause)) throw bucketError(path, cause)
    }
    const there = await this.stat(path)
    // Some servers count the mark that a removal leaves in a versioned bucket as an object.
    if (there === null && expected === null)
      return this.#client.send(new PutObjectCommand(input)).then(
        ({ ETag }) => ETag ?? '',
        (cause: unknown) => {
          throw bucketError(path, cause)
        },
      )
    if (there?.sizeBytes !== content.length) return null
    const found = await this.read(path, content.length)
    return found !== null && equalBytes(found.content, content) ? found.etag : null
  }

  /**
   * Puts an object of any size where none is, from its chunks, holding one part at a time; gives whether it was put.
   * @throws storage-failed, limit-exceeded; then nothing of it is there
   */
  async putStream(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    settings: ObjectSettings,
  ): Promise<boolean> {
    let upload: string | undefined
    try {
      const begun = await this.#client.send(
        new CreateMultipartUploadCommand({ ...this.#named(path), ...headersOf(settings) }),
      )
      upload = begun.UploadId
      const parts: { ETag: string | undefined; PartNumber: number }[] = []
      for await (const part of partsOf(chunks)) {
        const PartNumber = parts.length + 1
        if (PartNumber > partsMax)
          throw new OperatingError('limit-exceeded', `\`${path}\` has more than ${partsMax} parts`)
        const { ETag } = await this.#client.send(
          new UploadPartCommand({ ...this.#named(path), UploadId: upload, PartNumber, Body: part }),
        )
        parts.push({ ETag, PartNumber })
      }
      const MultipartUpload = { Parts: parts }
      await this.#client.send(
        new CompleteMultipartUploadCommand({
          ...this.#named(path),
          UploadId: upload,
          MultipartUpload,
          IfNoneMatch: '*',
        }),
      )
      return true
    } catch (cause) {
      const abort = new AbortMultipartUploadCommand({ ...this.#named(path), UploadId: upload })
      // What cannot be aborted now is removed by the bucket's own rule for unfinished uploads.
      if (upload !== undefined) await this.#client.send(abort).catch(() => {})
      if (isConditionFailed(cause)) return false
      throw bucketError(path, cause)
    }
  }

  /** Removes objects; those that are not there do not matter. @throws storage-failed */
  async remove(paths: readonly string[]): Promise<void> {
    for (let from = 0; from < paths.length; from += pageMax) {
      const page = paths.slice(from, from + pageMax)
      const Objects = page.map((path) => ({ Key: this.#prefix + path }))
      const command = new DeleteObjectsCommand({
        Bucket: this.#bucket,
        Delete: { Objects, Quiet: true },
      })
      const what = page[0] ?? ''
      const { Errors: errors = [] } = await this.#client.send(command).catch((cause: unknown) => {
        throw bucketError(what, cause)
      })
      const [first] = errors.filter(({ Code }) => Code !== 'NoSuchKey')
      if (first !== undefined) throw bucketError(what, new Error(first.Code ?? 'not removed'))
    }
  }

  /** Names and sizes of the objects below a path, in the order of their names. @throws storage-failed */
  async *list(below: string): AsyncIterable<{ readonly path: string; readonly sizeBytes: number }> {
    for (let token: string | undefined; ; ) {
      const page = await this.#client
        .send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix + below,
            MaxKeys: pageMax,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        )
        .catch((cause: unknown) => {
          throw bucketError(below, cause)
        })
      for (const { Key: key = '', Size: size = 0 } of page.Contents ?? [])
        yield { path: key.slice(this.#prefix.length), sizeBytes: size }
      token = page.NextContinuationToken
      if (token === undefined) return
    }
  }

  /** Whether the bucket keeps, or has kept, what is replaced or removed. @throws storage-failed */
  async isVersioned(): Promise<boolean> {
    return isVersioned(this.#client, this.#bucket)
  }

  /** Every version of the objects below a path, and the marks of removals. @throws storage-failed */
  async *versions(below: string): AsyncIterable<ObjectVersion> {
    const all = listVersions(this.#client, this.#bucket, this.#prefix + below)
    for await (const { path, ...rest } of all)
      yield { path: path.slice(this.#prefix.length), ...rest }
  }

  /** Removes single versions, so that nothing brings them back. @throws storage-failed, also where the bucket forbids it */
  async removeVersions(versions: readonly ObjectVersion[]): Promise<void> {
    const named = versions.map(({ path, ...rest }) => ({ path: this.#prefix + path, ...rest }))
    await removeVersions(this.#client, this.#bucket, named)
  }

  /** Closes the connections. */
  close(): void {
    this.#client.destroy()
  }

  async #get(
    path: string,
    sizeMaxBytes: number,
    range: string | null,
  ): Promise<(ObjectState & { content: Bytes }) | null> {
    try {
      const command = new GetObjectCommand({
        ...this.#named(path),
        ...(range === null ? {} : { Range: range }),
      })
      const found = await this.#client.send(command)
      const sizeBytes = found.ContentLength ?? 0
      if (sizeBytes > sizeMaxBytes || found.Body === undefined) {
        this.#abandon(found.Body)
        throw new OperatingError(
          'limit-exceeded',
          `object \`${path}\` of ${sizeBytes} bytes is larger than the ${sizeMaxBytes} it can need`,
        )
      }
      const content = new Uint8Array(await found.Body.transformToByteArray())
      return { content, sizeBytes, etag: found.ETag ?? '' }
    } catch (cause) {
      if (isMissing(cause)) return null
      throw bucketError(path, cause)
    }
  }

  /** An answer that is not read to its end keeps its connection busy. */
  #abandon(body: unknown): void {
    if (body instanceof Object && 'destroy' in body && typeof body.destroy === 'function')
      body.destroy()
  }

  #named(path: string) {
    return { Bucket: this.#bucket, Key: this.#prefix + path }
  }
}

function headersOf({ contentType, cacheControl, retainUntil }: ObjectSettings) {
  return {
    ContentType: contentType,
    CacheControl: cacheControl,
    ...(retainUntil === null
      ? {}
      : { ObjectLockMode: 'COMPLIANCE' as const, ObjectLockRetainUntilDate: retainUntil }),
  }
}
