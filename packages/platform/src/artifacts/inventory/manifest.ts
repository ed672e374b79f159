// Which files name packages, told by their paths, and what each of them holds.

import { basename } from 'node:path'
import { readBom } from './bom-packages.ts'
import { readCargoLock, readCargoToml } from './cargo-locks.ts'
import { readCondaEnvironment, readCondaMeta } from './conda-environment.ts'
import { readGoMod } from './go-modules.ts'
import { readPythonMetadata } from './installed-python.ts'
import { readPnpmLock, readYarnLock } from './node-locks.ts'
import { readInstalledNpm, readNpmLock, readPackageJson } from './npm-locks.ts'
import { readApkInstalled, readDpkgStatus, type Release } from './operating-system.ts'
import type { Manifest } from './package.ts'
import { readPyproject } from './pyproject.ts'
import { readPipfileLock, readTomlLock } from './python-locks.ts'
import { readSetupCfg, readSetupPy } from './setup-files.ts'

/** What a file of packages is. */
export type ManifestKind =
  | 'requirements'
  | 'toml-lock'
  | 'pipfile-lock'
  | 'pyproject'
  | 'npm-lock'
  | 'package-json'
  | 'npm-installed'
  | 'yarn-lock'
  | 'pnpm-lock'
  | 'cargo-lock'
  | 'cargo-toml'
  | 'go-mod'
  | 'go-sum'
  | 'setup-cfg'
  | 'setup-py'
  | 'conda'
  | 'conda-installed'
  | 'python-metadata'
  | 'dpkg'
  | 'apk'
  | 'os-release'
  | 'bom'
  | 'not-read'

const byPath: readonly (readonly [RegExp, ManifestKind])[] = [
  [/(^|\/)(etc|usr\/lib)\/os-release$/u, 'os-release'],
  [/(^|\/)var\/lib\/dpkg\/(status|status\.d\/(?![^/]*\.md5sums$)[^/]+)$/u, 'dpkg'],
  [/(^|\/)lib\/apk\/db\/installed$/u, 'apk'],
  [/(^|\/)(var\/lib|usr\/lib\/sysimage)\/rpm\/(Packages|Packages\.db|rpmdb\.sqlite)$/u, 'not-read'],
  // What images of Azure Linux without RPM's database have in its place.
  [/(^|\/)var\/lib\/rpmmanifest\/container-manifest-[12]$/u, 'not-read'],
  [/(^|\/)var\/lib\/pacman\/local\/ALPM_DB_VERSION$/u, 'not-read'],
  [/\.dist-info\/METADATA$/u, 'python-metadata'],
  [/\.egg-info(\/PKG-INFO)?$/u, 'python-metadata'],
  [/(^|\/)(package-lock|npm-shrinkwrap|node_modules\/\.package-lock)\.json$/u, 'npm-lock'],
  [/(^|\/)package\.json$/u, 'package-json'],
  [/(^|\/)yarn\.lock$/u, 'yarn-lock'],
  [/(^|\/)pnpm-lock\.yaml$/u, 'pnpm-lock'],
  [/(^|\/)Cargo\.lock$/u, 'cargo-lock'],
  [/(^|\/)Cargo\.toml$/u, 'cargo-toml'],
  [/(^|\/)go\.mod$/u, 'go-mod'],
  [/(^|\/)go\.sum$/u, 'go-sum'],
  [/(^|\/)(uv|poetry|pdm)\.lock$/u, 'toml-lock'],
  [/(^|\/)pylock(\.[^/.]+)?\.toml$/u, 'toml-lock'],
  [/(^|\/)Pipfile\.lock$/u, 'pipfile-lock'],
  [/(^|\/)pyproject\.toml$/u, 'pyproject'],
  [/(^|\/)setup\.cfg$/u, 'setup-cfg'],
  [/(^|\/)setup\.py$/u, 'setup-py'],
  [/(^|\/)([^/]*[-_.])?environment([-_.][^/]*)?\.ya?ml$/u, 'conda'],
  [/(^|\/)conda-meta\/[^/]+\.json$/u, 'conda-installed'],
  [/(^|\/)([^/]*[-_.])?requirements([-_.][^/]*)?\.(txt|pip|in)$/u, 'requirements'],
  [/(^|\/)requirements\/[^/]+\.(txt|in)$/u, 'requirements'],
  [/(^|\/)(bom\.json|[^/]+\.cdx\.json)$/u, 'bom'],
  [/(^|\/)(bun\.lockb?|([^/]+\.)?conda-lock\.ya?ml|pixi\.lock|Gemfile\.lock)$/u, 'not-read'],
  [/(^|\/)(composer\.lock|gradle\.lockfile|pom\.xml|packages\.lock\.json)$/u, 'not-read'],
]

/** What a file is by its path, with `/`; null for a file that names no packages. */
export function manifestKind(path: string): ManifestKind | null {
  const kind = byPath.find(([pattern]) => pattern.test(path))?.[1] ?? null
  // What lies within installed packages is theirs: only the record of the installation counts.
  const installed =
    /(^|\/)(site-packages|dist-packages|node_modules|labextensions|nbextensions)\//u.test(path)
  if (!installed) return kind
  if (/(^|\/)node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/u.test(path)) return 'npm-installed'
  return kind === 'python-metadata' || path.endsWith('/.package-lock.json') ? kind : null
}

/** Whether a folder is worth looking into. */
export function isWorthWalking(path: string): boolean {
  return !/^(\.git|\.hg|\.svn|__pycache__|\.proofhouse)$/u.test(basename(path))
}

type Reader = (bytes: Uint8Array, path: string, release: Release) => Manifest

const notRead: Reader = (_bytes, path) => {
  const detail = 'names packages in a form that is not read'
  return {
    packages: [],
    notChecked: [{ reason: 'format-not-read', what: path, detail, place: { path } }],
  }
}

/** How a file of packages that stands alone is read. All throw inventory-malformed and limit-exceeded. */
export const manifestReaders: Readonly<
  Record<Exclude<ManifestKind, 'requirements' | 'os-release'>, Reader>
> = {
  'toml-lock': readTomlLock,
  'pipfile-lock': readPipfileLock,
  pyproject: readPyproject,
  'npm-lock': readNpmLock,
  'package-json': readPackageJson,
  'npm-installed': readInstalledNpm,
  'yarn-lock': readYarnLock,
  'pnpm-lock': readPnpmLock,
  'cargo-lock': readCargoLock,
  'cargo-toml': readCargoToml,
  'go-mod': readGoMod,
  'go-sum': notRead,
  'setup-cfg': readSetupCfg,
  'setup-py': readSetupPy,
  conda: readCondaEnvironment,
  'conda-installed': readCondaMeta,
  'python-metadata': readPythonMetadata,
  dpkg: readDpkgStatus,
  apk: readApkInstalled,
  bom: readBom,
  'not-read': notRead,
}
