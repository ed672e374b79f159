// The resources and root digest of a model, a file or a folder, as OpenSSF Model Signing v1.0 cuts
// and names them. What a signature would not cover is reported, never skipped in silence; a link to
// a folder is refused, because the reference implementation leaves what is behind it unsigned
// without a word.

import { basename, resolve } from 'node:path'
import {
  type HexDigest,
  OperatingError,
  type OmsResource,
  type OmsSerialization,
  omsRootDigest,
  shardAlgorithm,
  singleFileName,
  sortResources,
} from '@proofhouse/evidence'
import type { ByteRange, FoundPath, ModelFiles } from './ports.ts'

/** Paths at the top of a model that OMS leaves out by default. */
export const defaultIgnorePaths = ['.git', '.gitattributes', '.github', '.gitignore'] as const

/** How to cut a model; the defaults are those of the reference implementation's command line. */
export interface ModelCut {
  readonly method: OmsSerialization['method']
  /** Bytes per shard; only with method `shards`. */
  readonly shardSizeBytes?: number
  /** Whether links to files are followed; otherwise one link refuses the model. */
  readonly followLinks: boolean
  /** Digests from elsewhere, by path: the files are then not read. Only with method `files`. */
  readonly digests?: ReadonlyMap<string, HexDigest>
  /** Where the signature that is verified lies in the model; it is one of the paths left out. */
  readonly signaturePath?: string
  /** When a signature is verified: what it covers, and what else may be there. */
  readonly expected?: ExpectedFiles
  /** Paths relative to the model that are left out, with everything below them. */
  readonly ignorePaths: readonly string[]
  /**
   * Name of a model that is one file: `.` as the reference implementation has it, or the file's
   * own.
   */
  readonly singleFile: 'reference-name' | 'own-name'
}

/** What a signature covers, and what else is named in the answer instead of refused or read. */
interface ExpectedFiles {
  /** Paths that were signed; `.` for a model that is one file. */
  readonly signed: ReadonlySet<string>
  /** Paths below which unsigned files are neither looked for nor read. */
  readonly ignorePaths: readonly string[]
  /** Any other file that was not signed: hash it, so that it counts as added, or name it. */
  readonly others: 'hash' | 'report'
}

/** A file or folder that a signature over the model does not cover. */
export interface UncoveredPath {
  readonly path: string
  /**
   * `ignored`: the signer left it out; `ignored-by-verifier`: whoever verifies did; `signature`: it
   * is the signature that is verified; `empty`: a file without bytes has no shard.
   */
  readonly why: 'signature' | 'ignored' | 'ignored-by-verifier' | 'empty' | 'not-signed'
}

/** A model, hashed. */
export interface HashedModel {
  /** Last part of its path; informative. */
  readonly name: string
  readonly rootDigest: HexDigest
  /** Sorted by code point. */
  readonly resources: readonly OmsResource[]
  readonly serialization: OmsSerialization
  readonly sizeBytes: number
  /** Files that are covered; in shards there are more resources than these. */
  readonly fileCount: number
  /** Paths that are symbolic links, whose targets were hashed. */
  readonly links: readonly string[]
  readonly uncovered: readonly UncoveredPath[]
}

/** Every file whole, links refused, version control left out. */
export const defaultCut: ModelCut = {
  method: 'files',
  followLinks: false,
  ignorePaths: defaultIgnorePaths,
  singleFile: 'reference-name',
}

/**
 * Hashes every file of a model.
 * @throws model-refused for links, special files and a model without files; model-changed when a
 *   file changes meanwhile; usage-invalid when given digests are not those of the model's files;
 *   file-missing, file-unreadable, limit-exceeded
 */
export async function hashModel(
  files: ModelFiles,
  root: string,
  cut: ModelCut = defaultCut,
): Promise<HashedModel> {
  const ignorePaths = cut.ignorePaths.map((path) => normalIgnorePath(path))
  const bySigner = (path: string) => isBelow(path, ignorePaths)
  const byVerifier = toleranceOf(cut.expected)
  const found = await files.list(root, (path) => bySigner(path) || byVerifier(path) === 'ignored')
  const { covered, uncovered } = sortOut(found, cut, { bySigner, byVerifier })
  for (const item of covered) refuseUncoverable(root, item, cut.followLinks)
  const resources = sortResources(await resourcesOf(files, root, covered, cut))
  if (resources.length === 0)
    throw new OperatingError(
      'model-refused',
      `model \`${root}\` has no file to sign; check the path and what is ignored`,
    )
  return {
    name: basename(resolve(root)),
    rootDigest: omsRootDigest(resources),
    resources,
    serialization: serializationOf(cut, ignorePaths),
    sizeBytes: covered.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    fileCount: covered.length - uncovered.filter(({ why }) => why === 'empty').length,
    links: covered.flatMap(({ path, kind }) => (kind === 'link-to-file' ? [path] : [])).toSorted(),
    uncovered,
  }
}

/**
 * The root digest that `defaultCut` gives, from files that are hashed already; null where it gives none, for links, special
 * files, or nothing that counts.
 * @param digestOf SHA-256 of a file in hexadecimal; null where it is not known
 */
export function rootDigestOf(
  found: readonly FoundPath[],
  digestOf: (file: FoundPath) => string | null,
): HexDigest | null {
  const covered = found.filter(({ path }) => !isBelow(path, defaultIgnorePaths))
  const resources: OmsResource[] = []
  for (const item of covered) {
    const digest = item.kind === 'file' ? digestOf(item) : null
    if (digest === null) return null
    const name = item.path === '.' ? singleFileName : item.path
    resources.push({ name, algorithm: 'sha256', digest })
  }
  return resources.length === 0 ? null : omsRootDigest(sortResources(resources))
}

/** How a verifier takes a path that was not signed; asked about files and folders. */
function toleranceOf(
  expected: ExpectedFiles | undefined,
): (path: string) => 'ignored' | 'not-signed' | 'covered' {
  if (expected === undefined) return () => 'covered'
  const { signed, others } = expected
  const entered = new Set([...signed].flatMap((path) => foldersOf(path)))
  const ignored = expected.ignorePaths.map((path) => normalIgnorePath(path))
  return (path) => {
    if (signed.has(path) || entered.has(path)) return 'covered'
    if (isBelow(path, ignored)) return 'ignored'
    return others === 'report' ? 'not-signed' : 'covered'
  }
}

interface Tolerance {
  readonly bySigner: (path: string) => boolean
  readonly byVerifier: ReturnType<typeof toleranceOf>
}

/** What is hashed, and what is not and why, sorted by path. */
function sortOut(found: readonly FoundPath[], cut: ModelCut, tolerance: Tolerance) {
  const covered: FoundPath[] = []
  const uncovered: UncoveredPath[] = []
  for (const item of found) {
    const { path, kind } = item
    if (kind === 'ignored')
      uncovered.push({
        path,
        why:
          path === cut.signaturePath
            ? 'signature'
            : tolerance.bySigner(path)
              ? 'ignored'
              : 'ignored-by-verifier',
      })
    else if (path !== '.' && tolerance.byVerifier(path) === 'not-signed')
      uncovered.push({ path, why: 'not-signed' })
    else {
      covered.push(item)
      if (kind === 'file' && partsOf(item, cut).length === 0) uncovered.push({ path, why: 'empty' })
    }
  }
  return { covered, uncovered: uncovered.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }
}

async function resourcesOf(
  files: ModelFiles,
  root: string,
  covered: readonly FoundPath[],
  cut: ModelCut,
): Promise<readonly OmsResource[]> {
  if (cut.digests !== undefined) return givenResources(root, covered, cut, cut.digests)
  const work = covered.map((file) => ({ file, parts: partsOf(file, cut) }))
  const digests = await files.digest(root, work)
  const algorithm = algorithmOf(cut)
  return work.flatMap(({ file, parts }, at) => {
    const name = nameOf(root, file, cut)
    return parts.map((part, index): OmsResource => {
      const suffix = cut.method === 'shards' ? `:${part.start}:${part.end}` : ''
      return { name: `${name}${suffix}`, algorithm, digest: digests[at]?.[index] ?? '' }
    })
  })
}

/** Takes somebody's word for the digests, but not for which files there are. */
function givenResources(
  root: string,
  covered: readonly FoundPath[],
  cut: ModelCut,
  digests: ReadonlyMap<string, HexDigest>,
): readonly OmsResource[] {
  if (cut.method === 'shards')
    throw new OperatingError('usage-invalid', 'given digests are of whole files, not of shards')
  const unused = new Set(digests.keys())
  const resources = covered.map((item): OmsResource => {
    const path = item.path === '.' ? basename(resolve(root)) : item.path
    const digest = digests.get(path)
    if (digest === undefined)
      throw new OperatingError('usage-invalid', `no digest is given for \`${path}\``)
    unused.delete(path)
    return { name: nameOf(root, item, cut), algorithm: 'sha256', digest }
  })
  const [stray] = unused
  if (stray !== undefined)
    throw new OperatingError(
      'usage-invalid',
      `a digest is given for \`${stray}\`, which is no file of model \`${root}\` to be signed`,
    )
  return resources
}

function refuseUncoverable(root: string, item: FoundPath, followLinks: boolean): void {
  const where = item.path === '.' ? `\`${root}\`` : `\`${item.path}\` in model \`${root}\``
  if (item.kind === 'special')
    throw new OperatingError('model-refused', `${where} is neither a file nor a folder; remove it`)
  if (item.kind === 'link-to-folder')
    throw new OperatingError(
      'model-refused',
      `${where} links to a folder, whose files a signature would not cover; put the files there`,
    )
  if (item.kind === 'link-to-file' && !followLinks)
    throw new OperatingError(
      'model-refused',
      `${where} is a symbolic link; put the file there, or allow links to be followed (--allow-symlinks)`,
    )
}

/**
 * The parts a file is cut into: none for an empty file in shards, as in the reference
 * implementation.
 */
function partsOf(item: FoundPath, cut: ModelCut): readonly ByteRange[] {
  if (cut.method === 'files') return [wholeOf(item)]
  const shardSizeBytes = cut.shardSizeBytes ?? 0
  if (!Number.isSafeInteger(shardSizeBytes) || shardSizeBytes < 1)
    throw new OperatingError('usage-invalid', 'shards need a size of at least one byte')
  const parts: ByteRange[] = []
  for (let start = 0; start < item.sizeBytes; start += shardSizeBytes)
    parts.push({ start, end: Math.min(start + shardSizeBytes, item.sizeBytes) })
  return parts
}

function algorithmOf(cut: ModelCut): OmsResource['algorithm'] {
  return cut.method === 'shards' ? shardAlgorithm(cut.shardSizeBytes ?? 0) : 'sha256'
}

function wholeOf({ sizeBytes }: FoundPath): ByteRange {
  return { start: 0, end: sizeBytes }
}

function serializationOf(cut: ModelCut, ignorePaths: readonly string[]): OmsSerialization {
  return {
    method: cut.method,
    hash_type: 'sha256',
    allow_symlinks: cut.followLinks,
    ...(ignorePaths.length === 0 ? {} : { ignore_paths: ignorePaths }),
    ...(cut.shardSizeBytes === undefined ? {} : { shard_size: cut.shardSizeBytes }),
  }
}

function nameOf(root: string, { path }: FoundPath, cut: ModelCut): string {
  if (path !== '.') return path
  return cut.singleFile === 'reference-name' ? singleFileName : basename(resolve(root))
}

/** `./a/b/` and `a/b` are one path; what leaves the model or is all of it cannot be ignored. */
function normalIgnorePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (path.startsWith('/') || parts.length === 0 || parts.includes('..'))
    throw new OperatingError(
      'usage-invalid',
      `\`${path}\` cannot be ignored; give a path relative to the model and inside it`,
    )
  return parts.join('/')
}

function isBelow(path: string, tops: readonly string[]): boolean {
  return tops.some((top) => path === top || path.startsWith(`${top}/`))
}

/** The folders that a path lies in. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
