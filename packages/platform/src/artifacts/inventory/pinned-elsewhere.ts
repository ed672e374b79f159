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
  'yarn-lock',
  'pnpm-lock',
  'cargo-lock',
  'requirements',
]
const declaringKinds: readonly ManifestKind[] = ['pyproject', 'package-json', 'cargo-toml']

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
    if (lockKinds.includes(file.kind))
      add(dirname(file.path), [...file.manifest.packages.map(keyOf), ...ownKeys(file)])
    else if (file.kind === 'pyproject') add(dirname(file.path), ownKeys(file))
  // A lock of Yarn 1 does not name the parts of its workspace.
  const yarnFolders = all.flatMap(({ path, kind }) => (kind === 'yarn-lock' ? dirname(path) : []))
  for (const file of all)
    if (file.kind === 'package-json')
      for (const folder of yarnFolders)
        if (folder === '.' || file.path.startsWith(`${folder}/`)) add(folder, ownKeys(file))
  return ({ package: wanted }: NotChecked, { path, kind }: ReadManifest): boolean => {
    if (wanted === undefined || !declaringKinds.includes(kind)) return false
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      if (namesIn.get(folder)?.has(keyOf(wanted)) === true) return true
      if (folder === dirname(folder)) return false
    }
  }
}
