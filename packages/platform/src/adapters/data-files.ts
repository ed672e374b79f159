// Which files a path of the `data` section means, and the digest that names their bytes. A file stands for itself. A folder
// stands for the Parquet files in it, in the order of their names, as tools that write in parts leave them. `file#table` is a
// table of a DuckDB file, unless a file has that very name.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type HexDigest, OperatingError, omsRootDigest } from '@proofhouse/evidence'
import { throwIfAborted } from '../assess/index.ts'
import { openRegularFile } from './regular-file.ts'

/** More parts than this are refused: each costs a read of its footer. */
const partsMax = 10_000
const readSizeBytes = 1024 * 1024

/** One file to read. */
interface DataFile {
  /** As messages name it. */
  readonly path: string
  /** Absolute. */
  readonly file: string
}

/** The files of one table, never none. */
export interface DataFiles {
  /** As the system file names it. */
  readonly path: string
  readonly isFolder: boolean
  /** The table that the path names; null when it names none. */
  readonly table: string | null
  readonly parts: readonly [DataFile, ...DataFile[]]
}

/** What files hold, by digest. */
export interface FilesDigest {
  /** Of a file, the SHA-256 of its bytes; of a folder, the root digest of OpenSSF Model Signing over its parts. */
  readonly sha256: HexDigest
  readonly sizeBytes: number
}

/**
 * The files at a path.
 * @throws `file-missing`, `file-unreadable`; `data-malformed` for a folder that holds something other than parts of one table
 */
export async function findDataFiles(path: string): Promise<DataFiles> {
  const file = resolve(path)
  const hash = path.lastIndexOf('#')
  if (hash > 0 && !existsSync(file) && existsSync(resolve(path.slice(0, hash)))) {
    const { parts, isFolder } = await findDataFiles(path.slice(0, hash))
    return { path, isFolder, parts, table: path.slice(hash + 1) }
  }
  const isFolder = await readingFile(path, async () => (await stat(file)).isDirectory())
  if (!isFolder) return { path, isFolder, parts: [{ path, file }], table: null }
  const entries = await readingFile(path, () => readdir(file, { withFileTypes: true }))
  // Writers leave markers and checksums beside the parts: `_SUCCESS`, `.part-0.parquet.crc`.
  const kept = entries.filter(({ name }) => !/^[._]/.test(name))
  const refuse = (problem: string): never => {
    throw new OperatingError('data-malformed', `${path}: ${problem}`)
  }
  for (const entry of kept) {
    if (entry.isDirectory())
      refuse(`holds a folder \`${entry.name}\`; put the parts of the table into one folder`)
    if (!entry.name.endsWith('.parquet'))
      refuse(`holds \`${entry.name}\`; a folder of data holds \`.parquet\` files and nothing else`)
  }
  if (kept.length > partsMax) refuse(`has more than ${partsMax} parts; write fewer, larger files`)
  const names = kept
    .map(({ name }) => name)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const [first, ...rest] = names.map((name) => ({
    path: join(path, name),
    file: join(file, name),
  }))
  if (first === undefined) return refuse('is a folder without `.parquet` files')
  return { path, isFolder, parts: [first, ...rest], table: null }
}

/** Reads every byte once, in order; `visit` sees each piece, and how many bytes came with it so far. */
export async function digestDataFiles(
  { path, isFolder, parts }: DataFiles,
  signal: AbortSignal | undefined,
  visit: ((piece: Buffer, sizeBytes: number) => void) | null,
): Promise<FilesDigest> {
  const digests: { name: string; algorithm: 'sha256'; digest: HexDigest }[] = []
  let sizeBytes = 0
  for (const part of parts) {
    const hash = createHash('sha256')
    await readingFile(part.path, async () => {
      const handle = await openRegularFile(part.file)
      const pieces: AsyncIterable<Buffer> = handle.createReadStream({
        highWaterMark: readSizeBytes,
      })
      for await (const piece of pieces) {
        throwIfAborted(signal)
        hash.update(piece)
        sizeBytes += piece.length
        visit?.(piece, sizeBytes)
      }
    })
    const name = part.path.slice(path.length + 1)
    digests.push({ name, algorithm: 'sha256', digest: hash.digest('hex') })
  }
  const sha256 = isFolder ? omsRootDigest(digests) : (digests[0]?.digest ?? '')
  return { sha256, sizeBytes }
}

/** What a run says when the bytes are no longer those that were named. */
export function changedError(path: string): OperatingError {
  return new OperatingError(
    'data-malformed',
    `${path}: changed while it was read; run again once it is complete`,
  )
}

/** Gives the system's errors the words of ours. @throws `file-missing`, `file-unreadable` */
export async function readingFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof OperatingError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new OperatingError(
        'file-missing',
        `${path}: there is no such file; check the path under \`data\``,
        { cause: error },
      )
    throw new OperatingError(
      'file-unreadable',
      `${path}: cannot be read (${code ?? 'unknown error'}); check its permissions`,
      { cause: error },
    )
  }
}
