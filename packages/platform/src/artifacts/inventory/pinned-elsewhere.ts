// What a project declares as a range is checked where a lock beside it or above it pins it.

import { dirname } from 'node:path'
import type { ManifestKind } from './manifest.ts'
import type { Manifest, NotChecked } from './package.ts'

/** A file with what it holds. */
export interface ReadManifest {
  readonly path: string
  readonly kind: ManifestKind
  readonly manifest: Manifest
}

const lockKinds: readonly ManifestKind[] = [
  'toml-lock',
  'pipfile-lock',
  'npm-lock',
  'npm-installed',
  'yarn-lock',
  'pnpm-lock',
  'cargo-lock',
  'requirements',
]
const declaringKinds: readonly ManifestKind[] = [
  'pyproject',
  'setup-cfg',
  'package-json',
  'cargo-toml',
]

type KindOfFile = Pick<ReadManifest, 'path' | 'kind'>

/** From what pip-compile reads it makes a file with pins. */
const isCompiled = ({ path }: KindOfFile) => path.endsWith('.in')
const isLock = (file: KindOfFile) => lockKinds.includes(file.kind) && !isCompiled(file)
const isDeclaring = (file: KindOfFile) => declaringKinds.includes(file.kind) || isCompiled(file)

/** The folder that a lock speaks for; what is installed speaks for the one that it is installed in. */
const folderOf = ({ path }: KindOfFile): string => {
  const [before = ''] = path.split(/(?:^|\/)node_modules\//u, 1)
  return before === path ? dirname(path) : before || '.'
}

const keyOf = ({ ecosystem, name }: { readonly ecosystem: string | null; readonly name: string }) =>
  `${ecosystem} ${name}`

const ecosystemsOfOwn: Partial<Readonly<Record<ManifestKind, string>>> = {
  'npm-lock': 'npm',
  'yarn-lock': 'npm',
  'pnpm-lock': 'npm',
  'package-json': 'npm',
  'cargo-lock': 'crates.io',
}

const ownKeys = ({ kind, manifest: { own = [] } }: ReadManifest): string[] =>
  own.map((name) => keyOf({ ecosystem: ecosystemsOfOwn[kind] ?? 'PyPI', name }))

/** Tells of something not checked, in the file that says it, whether another file pins it. */
export function pinnedElsewhere(all: readonly ReadManifest[]) {
  const namesIn = new Map<string, Set<string>>()
  const add = (folder: string, keys: readonly string[]) => {
    const names = namesIn.get(folder) ?? new Set<string>()
    namesIn.set(folder, names)
    for (const key of keys) names.add(key)
  }
  for (const file of all)
    if (isLock(file)) add(folderOf(file), [...file.manifest.packages.map(keyOf), ...ownKeys(file)])
    else if (['pyproject', 'setup-cfg'].includes(file.kind)) add(dirname(file.path), ownKeys(file))
  // A lock of Yarn 1 does not name the parts of its workspace.
  const yarnFolders = all.flatMap(({ path, kind }) => (kind === 'yarn-lock' ? dirname(path) : []))
  for (const file of all)
    if (file.kind === 'package-json')
      for (const folder of yarnFolders)
        if (folder === '.' || file.path.startsWith(`${folder}/`)) add(folder, ownKeys(file))
  return ({ package: wanted }: NotChecked, file: ReadManifest): boolean => {
    if (wanted === undefined || !isDeclaring(file)) return false
    for (let folder = dirname(file.path); ; folder = dirname(folder)) {
      if (namesIn.get(folder)?.has(keyOf(wanted)) === true) return true
      if (folder === dirname(folder)) return false
    }
  }
}
