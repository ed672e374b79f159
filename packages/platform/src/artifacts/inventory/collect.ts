// Everything that a file, a folder or an image says about the packages it holds. One file that cannot be read is one thing
// not checked; the others are.

import { createHash } from 'node:crypto'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { imageFiles } from './image-files.ts'
import { isWorthWalking, manifestKind, type ManifestKind, manifestReaders } from './manifest.ts'
import { readRelease, type Release, unknownRelease } from './operating-system.ts'
import { type Inventory, type Manifest, mergePackages, type NotChecked } from './package.ts'
import { pinnedElsewhere, type ReadManifest } from './pinned-elsewhere.ts'
import type { FolderEntry, ReadableFiles } from './ports.ts'
import { readRequirements } from './requirements-file.ts'

const fileMaxBytes = 64 * 1_048_576
const totalMaxBytes = 512 * 1_048_576
const walkedMax = 1_000_000
const manifestsMax = 20_000
const depthMax = 64

interface FoundFile {
  readonly path: string
  readonly kind: ManifestKind
  readonly bytes: Uint8Array
}

interface Found {
  readonly files: readonly FoundFile[]
  readonly notChecked: readonly NotChecked[]
  /** Requirements outside of it are not read. */
  readonly folder: string
  readonly read: (path: string) => Promise<Uint8Array>
  /** What the statement is about where it is not the files themselves: an image. */
  readonly whole: Inventory['files'] | null
}

const tarMagicAt = 257

/**
 * The packages of a file, a folder (a project, an environment, a root file system) or an image's archive.
 * @throws file-missing, file-unreadable, limit-exceeded; inventory-malformed for a file that names no packages
 */
export async function collectInventory(files: ReadableFiles, path: string): Promise<Inventory> {
  const kind = await files.kind(path)
  if (kind === 'folder') return inventoryOf(await inFolder(files, path))
  const opened = await files.open(path)
  try {
    const head = await opened.read(0, Math.min(512, opened.sizeBytes))
    const magic = new TextDecoder().decode(head.subarray(tarMagicAt, tarMagicAt + 5))
    if (magic === 'ustar') return inventoryOf(await inImage(opened, path))
  } finally {
    await opened.close()
  }
  return inventoryOf(await oneFile(files, path))
}

async function oneFile(files: ReadableFiles, path: string): Promise<Found> {
  const bytes = await files.read(path, fileMaxBytes)
  const kind = manifestKind(path) ?? kindByContent(path, bytes)
  const read = (included: string) => files.read(included, fileMaxBytes)
  const release: FoundFile[] = []
  const root = kind === 'dpkg' || kind === 'apk' ? rootOf(path) : null
  for (const name of root === null ? [] : ['etc/os-release', 'usr/lib/os-release'])
    if ((await files.kind(join(root ?? '', name))) === 'file')
      release.push({
        path: join(root ?? '', name),
        kind: 'os-release',
        bytes: await read(join(root ?? '', name)),
      })
  const folder = join(dirname(path), '..')
  return {
    files: [...release, { path, kind, bytes }],
    notChecked: [],
    folder,
    read: readInside(files, folder),
    whole: null,
  }
}

function kindByContent(path: string, bytes: Uint8Array): ManifestKind {
  if (/\.(txt|in|pip)$/u.test(path)) return 'requirements'
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new OperatingError(
      'inventory-malformed',
      `\`${path}\` is packed; unpack it with gunzip first`,
    )
  // Some tools write all components before they say what the document is.
  const text = new TextDecoder().decode(bytes)
  if (/^\s*\{/u.test(text) && /"bomFormat"\s*:\s*"CycloneDX"/u.test(text)) return 'bom'
  throw new OperatingError(
    'inventory-malformed',
    `\`${path}\` names no packages in a form that is read; give a requirements or lock file, a BOM, a folder or an image`,
  )
}

async function inImage(
  opened: Awaited<ReturnType<ReadableFiles['open']>>,
  path: string,
): Promise<Found> {
  const hash = createHash('sha256')
  for (let at = 0; at < opened.sizeBytes; at += fileMaxBytes)
    hash.update(await opened.read(at, Math.min(fileMaxBytes, opened.sizeBytes - at)))
  const isWanted = (name: string) => manifestKind(name) !== null
  const held = await imageFiles(opened, path, { isWanted, fileMaxBytes, totalMaxBytes })
  const read = async (name: string) => {
    const bytes = held.get(name)
    if (bytes === undefined) throw new OperatingError('file-missing', `no \`${name}\` in the image`)
    return bytes
  }
  const files = [...held].flatMap(([name, bytes]) => {
    const kind = manifestKind(name)
    return kind === null ? [] : [{ path: name, kind, bytes }]
  })
  return { files, notChecked: [], folder: '.', read, whole: [{ path, sha256: hash.digest('hex') }] }
}

async function inFolder(files: ReadableFiles, root: string): Promise<Found> {
  const found: FoundFile[] = []
  const notChecked: NotChecked[] = []
  const folders = [{ path: root, depth: 0 }]
  let walked = 0
  let totalBytes = 0
  const read = (path: string) => files.read(path, fileMaxBytes)
  const take = async (path: string, kind: ManifestKind) => {
    if (found.length >= manifestsMax)
      throw new OperatingError('limit-exceeded', `\`${root}\` holds over ${manifestsMax} manifests`)
    try {
      const bytes = await read(path)
      totalBytes += bytes.length
      found.push({ path, kind, bytes })
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error
      notChecked.push(unreadable(path, error.message))
    }
    if (totalBytes > totalMaxBytes)
      throw new OperatingError('limit-exceeded', `manifests in \`${root}\` exceed 512 MiB`)
  }
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = await files.list(next.path)
    const isLocked = hasNodeLock(next.path, entries)
    for (const { name, kind } of entries) {
      const path = join(next.path, name)
      if (++walked > walkedMax)
        throw new OperatingError('limit-exceeded', `\`${root}\` holds over ${walkedMax} files`)
      if (kind === 'folder' && isWorthWalking(path)) {
        const hidden = join(path, '.package-lock.json')
        if (next.depth >= depthMax)
          notChecked.push(unreadable(path, `deeper than ${depthMax} folders`))
        // Installed packages of npm are named by a lock, or by the one that npm leaves with them, or each by its own file.
        else if (name !== 'node_modules') folders.push({ path, depth: next.depth + 1 })
        else if (isLocked) continue
        else if ((await files.kind(hidden)) === 'file') await take(hidden, 'npm-lock')
        else folders.push({ path, depth: next.depth + 1 })
      }
      const manifest = manifestKind(path)
      if (manifest === null || kind === 'folder') continue
      if (kind === 'file') await take(path, manifest)
      // What a link names may lie outside; the release of a root file system has a second place.
      else if (manifest !== 'os-release') notChecked.push(unreadable(path, 'a link, or no file'))
    }
  }
  return { files: found, notChecked, folder: root, read: readInside(files, root), whole: null }
}

/** Reads what a file names, which whoever wrote it may have made a link: what lies outside is nobody's list of packages. */
function readInside(files: ReadableFiles, folder: string): Found['read'] {
  return async (path) => {
    const [root, real] = await Promise.all([files.realPath(folder), files.realPath(path)])
    const inside = relative(root, real)
    if (inside === '..' || inside.startsWith('../') || isAbsolute(inside))
      throw new OperatingError('file-unreadable', `\`${path}\` is a link out of \`${folder}\``)
    return files.read(real, fileMaxBytes)
  }
}

const nodeLocks = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml']

/** Whether a lock names what is installed beside it; what lies among installed packages are locks of strangers. */
const hasNodeLock = (folder: string, entries: readonly FolderEntry[]): boolean =>
  !/(^|\/)node_modules(\/|$)/u.test(folder) && entries.some(({ name }) => nodeLocks.includes(name))

const unreadable = (path: string, detail: string): NotChecked => ({
  reason: 'unreadable',
  what: path,
  detail,
  place: { path },
})

/** The root file system that a file of dpkg or apk lies in. */
const rootOf = (path: string) => path.replace(/(var\/lib\/dpkg|(usr\/)?lib\/apk)\/.*$/u, '')

async function inventoryOf(found: Found): Promise<Inventory> {
  const releases = new Map<string, Release>()
  for (const { path, kind, bytes } of found.files)
    if (kind === 'os-release')
      releases.set(path.replace(/(etc|usr\/lib)\/os-release$/u, ''), readRelease(bytes))
  const manifests: ReadManifest[] = []
  const included = new Map<string, Uint8Array>()
  for (const { path, kind, bytes } of found.files) {
    if (kind === 'os-release') continue
    const release = releases.get(rootOf(path)) ?? unknownRelease
    const manifest = await readOne({ path, kind, bytes }, { release, found, included })
    manifests.push({ path, kind, manifest })
  }
  // What another file includes is read through it, with its constraints, and not again alone. Digests add nothing to a go.mod.
  const goFolders = new Set(
    manifests.flatMap(({ path, kind }) => (kind === 'go-mod' ? dirname(path) : [])),
  )
  const own = manifests.filter(
    ({ path, kind }) =>
      !(kind === 'requirements' && included.has(path)) &&
      !(kind === 'go-sum' && goFolders.has(dirname(path))),
  )
  const packages = mergePackages(own.flatMap(({ manifest }) => manifest.packages))
  const isPinned = pinnedElsewhere(own)
  const open = own.flatMap((file) => file.manifest.notChecked.filter((one) => !isPinned(one, file)))
  const read = new Map([
    ...found.files.flatMap(({ path, kind, bytes }) =>
      kind === 'os-release' ? [] : [[path, bytes] as const],
    ),
    ...included,
  ])
  const files = [...read].map(([path, bytes]) => ({
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }))
  return {
    packages,
    notChecked: [...found.notChecked, ...open],
    manifests: manifests.length,
    files: found.whole ?? files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

async function readOne(
  { path, kind, bytes }: FoundFile,
  at: {
    readonly release: Release
    readonly found: Found
    readonly included: Map<string, Uint8Array>
  },
): Promise<Manifest> {
  const { release, found, included } = at
  try {
    if (kind !== 'requirements' && kind !== 'os-release')
      return manifestReaders[kind](bytes, path, release)
    return await readRequirements(path, bytes, {
      folder: found.folder,
      async read(named) {
        const text = await found.read(named)
        included.set(named, text)
        return text
      },
    })
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    return { packages: [], notChecked: [unreadable(path, error.message)] }
  }
}
