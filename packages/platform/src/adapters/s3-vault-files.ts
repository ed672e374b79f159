// The files of a decision log in a bucket: parts that are put where nothing is, behind one another; a part that is written over is put in
// place of the one that this server has seen. Old versions are removed where the bucket keeps them, and a bucket that can lock objects is
// refused: what it locks cannot be erased.
// After each put the server looks whether it still holds the vault, and acknowledges nothing otherwise; whoever takes the vault over looks
// at what is there only after taking it. So what was acknowledged is found by the next one.
// INVARIANT: what is in memory about parts is what the bucket holds, until a write fails; then only opening again finds out.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { Piece, VaultFiles } from '../decisions/index.ts'
import type { ObjectSettings, S3Bucket } from './s3-bucket.ts'
import {
  decodeHolder,
  encodeHolder,
  filesOf,
  filesPath,
  type Holder,
  holderPath,
  nobody,
  type Part,
  type PartFile,
  partPath,
  partsWithin,
} from './s3-vault-objects.ts'

/** Of one part. */
const partSizeMaxBytes = 8 * 1_048_576
const holderSizeMaxBytes = 64 * 1_048_576
/** Requests at a time. */
const requestsMax = 8

const settings: ObjectSettings = {
  contentType: 'application/octet-stream',
  cacheControl: 'no-store',
  retainUntil: null,
}

/** What opening found. */
interface Opened {
  readonly isVersioned: boolean
  readonly fence: number
  readonly holderTag: string
  readonly files: Map<string, PartFile>
  readonly nextGeneration: number
}

/** Vault files below a bucket's prefix. */
export class S3VaultFiles implements VaultFiles {
  readonly #bucket: S3Bucket
  readonly #isVersioned: boolean
  readonly #fence: number
  readonly #holderTag: string
  readonly #files: Map<string, PartFile>
  #nextGeneration: number
  /** Writes to one file come one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>()
  #failure: unknown = null

  private constructor(bucket: S3Bucket, opened: Opened) {
    this.#bucket = bucket
    this.#isVersioned = opened.isVersioned
    this.#fence = opened.fence
    this.#holderTag = opened.holderTag
    this.#files = opened.files
    this.#nextGeneration = opened.nextGeneration
  }

  /**
   * Takes the vault over from whoever holds it; from here on no earlier holder's writes count. Removes what interrupted writes left, and old
   * versions of what was written over.
   * @throws config-invalid where the bucket can lock objects; ledger-conflict, ledger-corrupt, storage-failed
   */
  static async open(bucket: S3Bucket): Promise<S3VaultFiles> {
    if (await bucket.hasObjectLock())
      throw new OperatingError(
        'config-invalid',
        'the bucket has Object Lock, which can forbid what an erasure must do; keep the vault in a bucket without it',
      )
    const isVersioned = await bucket.isVersioned()
    const found = await bucket.read(holderPath, holderSizeMaxBytes)
    const before = found === null ? nobody : decodeHolder(found.content)
    const fence = before.fence + 1
    const taken = await putHolder(bucket, { ...before, fence }, found?.etag ?? null)
    const objects: { path: string; sizeBytes: number }[] = []
    for await (const object of bucket.list(filesPath)) objects.push(object)
    const { files, strays, nextGeneration } = filesOf(objects, before)
    const extents = [...files].map(
      ([name, { generation, sizeBytes }]) => [name, [generation, sizeBytes]] as const,
    )
    const recorded = { fence, files: Object.fromEntries(extents) }
    const holderTag = await putHolder(bucket, { fence, recorded }, taken)
    await bucket.remove(strays)
    if (isVersioned) await removeOldVersions(bucket, '')
    return new S3VaultFiles(bucket, { isVersioned, fence, holderTag, files, nextGeneration })
  }

  append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    return this.#changing(name, async (found) => {
      if ((found?.sizeBytes ?? 0) < at) throw endsBefore(name)
      if (at === 0 && (found === null || found.sizeBytes > 0))
        return this.#putAnew(name, found, bytes)
      const file = found === null || found.sizeBytes === at ? found : await this.#cut(found, at)
      const { generation, parts } = file ?? { generation: this.#nextGeneration++, parts: [] }
      return { generation, ...(await this.#extended(name, { generation, parts, at }, bytes)) }
    })
  }

  async read(name: string, offset: number, length: number): Promise<Bytes | null> {
    for (;;) {
      const file = this.#files.get(name)
      if (file === undefined) return null
      const end = Math.min(file.sizeBytes, offset + length)
      const bytes = new Uint8Array(Math.max(0, end - offset))
      const touched = end > offset ? partsWithin(file.parts, offset, end) : []
      let isWhole = true
      await inTurns(touched, async (part) => {
        const [from, to] = [
          Math.max(offset, part.start),
          Math.min(end, part.start + part.sizeBytes),
        ]
        const [first, behind] = [from - part.start, to - part.start]
        const found = await this.#bucket.readRange(part.path, first, behind)
        if (found?.length === to - from) bytes.set(found, from - offset)
        else isWhole = false
      })
      if (isWhole) return bytes
      if (this.#files.get(name) === file)
        throw new OperatingError(
          'storage-failed',
          `parts of file \`${name}\` of the decision log are gone from the bucket; was it taken over by another server?`,
        )
    }
  }

  overwrite(name: string, pieces: readonly Piece[]): Promise<void> {
    return this.#changing(name, async (file) => {
      const end = Math.max(0, ...pieces.map(({ offset, bytes }) => offset + bytes.length))
      if (file === null || end > file.sizeBytes) throw endsBefore(name)
      await this.#requireHold()
      const touched = new Map<Part, Piece[]>()
      for (const piece of pieces)
        for (const part of partsWithin(file.parts, piece.offset, piece.offset + piece.bytes.length))
          touched.set(part, [...(touched.get(part) ?? []), piece])
      await inTurns([...touched], ([part, of]) => this.#patch(part, of))
      return file
    })
  }

  replace(name: string, bytes: Uint8Array | null): Promise<void> {
    return this.#changing(name, async (file) => {
      if (bytes !== null) return this.#putAnew(name, file, bytes)
      if (file === null) return null
      await this.#requireHold()
      // Without its first part there is no file: that is the one step.
      await this.#remove(file.parts.slice(0, 1))
      await this.#remove(file.parts.slice(1))
      return null
    })
  }

  list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]> {
    return Promise.resolve([...this.#files].map(([name, { sizeBytes }]) => ({ name, sizeBytes })))
  }

  /** The bucket is its owner's to close. */
  async close(): Promise<void> {
    await Promise.all(this.#turns.values())
  }

  /** Changes a file, after the changes asked for before; done while this server holds the vault. */
  #changing(
    name: string,
    change: (file: PartFile | null) => Promise<PartFile | null>,
  ): Promise<void> {
    const work = async () => {
      if (this.#failure !== null) throw this.#failure
      try {
        const file = await change(this.#files.get(name) ?? null)
        await this.#requireHold()
        if (file === null) this.#files.delete(name)
        else this.#files.set(name, file)
      } catch (error) {
        if (!(error instanceof EndsBefore)) this.#failure ??= error
        throw error
      }
    }
    const done = (this.#turns.get(name) ?? Promise.resolve()).then(work)
    const settled = done
      .catch(() => {})
      .finally(() => {
        if (this.#turns.get(name) === settled) this.#turns.delete(name)
      })
    this.#turns.set(name, settled)
    return done
  }

  async #requireHold(): Promise<void> {
    if ((await this.#bucket.stat(holderPath))?.etag !== this.#holderTag) throw takenOver()
  }

  /** A file of one generation more; what was there goes. */
  async #putAnew(name: string, before: PartFile | null, bytes: Uint8Array): Promise<PartFile> {
    const generation = this.#nextGeneration++
    const path = partPath(name, generation, 0, this.#fence)
    await this.#put(path, bytes, null)
    if (before !== null) {
      await this.#requireHold()
      await this.#remove(before.parts)
    }
    const parts = [{ path, start: 0, sizeBytes: bytes.length }]
    return { generation, parts, sizeBytes: bytes.length }
  }

  /** Puts bytes behind the parts that are there. */
  async #extended(
    name: string,
    {
      generation,
      parts: before,
      at,
    }: { readonly generation: number; readonly parts: readonly Part[]; readonly at: number },
    bytes: Uint8Array,
  ): Promise<Pick<PartFile, 'parts' | 'sizeBytes'>> {
    const parts = [...before]
    // An empty file has one empty part, which its first bytes replace.
    const empty = parts.at(-1)?.sizeBytes === 0 ? parts.pop() : undefined
    for (let from = 0; from < bytes.length || parts.length === 0; from += partSizeMaxBytes) {
      const content = bytes.subarray(from, from + partSizeMaxBytes)
      const start = at + from
      const path =
        (from === 0 ? empty?.path : undefined) ?? partPath(name, generation, start, this.#fence)
      const expected = path === empty?.path ? ((await this.#bucket.stat(path))?.etag ?? null) : null
      await this.#put(path, content, expected)
      parts.push({ path, start, sizeBytes: content.length })
    }
    return { parts, sizeBytes: at + bytes.length }
  }

  /** Removes what lies beyond a place. */
  async #cut(file: PartFile, at: number): Promise<PartFile> {
    await this.#requireHold()
    const kept = file.parts.filter(({ start }) => start < at)
    await this.#remove(file.parts.filter(({ start }) => start >= at))
    const last = kept.pop()
    if (last === undefined) throw new Error('assertion failed: a file begins before its end')
    const sizeBytes = at - last.start
    if (sizeBytes < last.sizeBytes) {
      const found = await this.#bucket.read(last.path, last.sizeBytes)
      if (found === null) throw takenOver()
      await this.#put(last.path, found.content.subarray(0, sizeBytes), found.etag)
    }
    return { ...file, parts: [...kept, { ...last, sizeBytes }], sizeBytes: at }
  }

  /** Writes pieces over a part. */
  async #patch(part: Part, pieces: readonly Piece[]): Promise<void> {
    const found = await this.#bucket.read(part.path, part.sizeBytes)
    if (found?.content.length !== part.sizeBytes) throw takenOver()
    for (const { offset, bytes } of pieces) {
      const [from, to] = [
        Math.max(offset, part.start),
        Math.min(offset + bytes.length, part.start + part.sizeBytes),
      ]
      found.content.set(bytes.subarray(from - offset, to - offset), from - part.start)
    }
    await this.#put(part.path, found.content, found.etag)
  }

  async #put(path: string, content: Uint8Array, expected: string | null): Promise<void> {
    if ((await this.#bucket.put(path, content, { expected, settings })) === null) throw takenOver()
    if (expected !== null && this.#isVersioned) await removeOldVersions(this.#bucket, path)
  }

  async #remove(parts: readonly Part[]): Promise<void> {
    await this.#bucket.remove(parts.map(({ path }) => path))
    // All of them lie in one file's folder.
    const [first] = parts
    if (first !== undefined && this.#isVersioned)
      await removeOldVersions(this.#bucket, first.path.slice(0, first.path.lastIndexOf('/') + 1))
  }
}

/** Removes all versions but those that are to be read, and the marks of what was removed. */
async function removeOldVersions(bucket: S3Bucket, below: string): Promise<void> {
  const old = []
  for await (const version of bucket.versions(below))
    if (!version.isLatest || version.isMark) old.push(version)
  await bucket.removeVersions(old)
}

async function putHolder(bucket: S3Bucket, holder: Holder, expected: string | null) {
  const put = await bucket.put(holderPath, encodeHolder(holder), { expected, settings })
  if (put === null) throw takenOver()
  return put
}

const takenOver = () =>
  new OperatingError(
    'ledger-conflict',
    'the vault in the bucket was taken over by another server; this one stops, open the log again',
  )

/** Asked for what the file is too short for; nothing was tried. */
class EndsBefore extends OperatingError {}

const endsBefore = (name: string) =>
  new EndsBefore('storage-failed', `file \`${name}\` of the decision log ends before that`)

/** Does something for each, a few at a time. */
async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += requestsMax)
    await Promise.all(all.slice(from, from + requestsMax).map(work))
}
