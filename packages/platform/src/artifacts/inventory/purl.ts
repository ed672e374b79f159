// Package URLs (ECMA-427) of packages, and packages of package URLs.

import { PackageURL } from 'packageurl-js'
import type { Package } from './package.ts'

/** A Python project's name in its one normal form (PEP 503). */
export function normalizePythonName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}

type Found = Pick<Package, 'places'> & Partial<Pick<Package, 'hashes' | 'marker' | 'extras'>>

const rest = ({ places, hashes = [], marker = null, extras = [] }: Found) => ({
  places,
  hashes,
  marker,
  extras,
})

const purlText = (
  type: string,
  namespace: string | undefined,
  name: string,
  version: string,
  qualifiers?: Record<string, string>,
) =>
  // The canonical form of ECMA-427 encodes every plus and no colon; the library has an older one.
  new PackageURL(type, namespace, name, version, qualifiers, undefined)
    .toString()
    .replaceAll('+', '%2B')
    .replaceAll('%3A', ':')

/** A package of PyPI. */
export function pythonPackage(name: string, version: string, found: Found): Package {
  const normal = normalizePythonName(name)
  const purl = purlText('pypi', undefined, normal, version)
  return { ecosystem: 'PyPI', name: normal, version, purl, ...rest(found) }
}

/** A package of npm; `@scope/name` has its scope in the name. */
export function npmPackage(name: string, version: string, found: Found): Package {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1
  const scope = slash < 0 ? undefined : name.slice(0, slash)
  const purl = purlText('npm', scope, name.slice(slash + 1), version)
  return { ecosystem: 'npm', name, version, purl, ...rest(found) }
}

/** A crate of Rust. */
export function cargoPackage(name: string, version: string, found: Found): Package {
  const purl = purlText('cargo', undefined, name, version)
  return { ecosystem: 'crates.io', name, version, purl, ...rest(found) }
}

/** A module of Go; its version begins with `v`. */
export function goPackage(name: string, version: string, found: Found): Package {
  const slash = name.lastIndexOf('/')
  const namespace = slash < 0 ? undefined : name.slice(0, slash)
  const purl = purlText('golang', namespace, name.slice(slash + 1), version)
  return { ecosystem: 'Go', name, version, purl, ...rest(found) }
}

/** A package of conda, which OSV has no advisories for. */
export function condaPackage(name: string, version: string, found: Found): Package {
  const purl = purlText('conda', undefined, name.toLowerCase(), version)
  return { ecosystem: null, name: name.toLowerCase(), version, purl, ...rest(found) }
}

/** A package of a distribution. */
export interface SystemPackage {
  readonly type: 'deb' | 'apk'
  /** `ID` of os-release, such as `debian`; empty when it is not known. */
  readonly distribution: string
  /** `VERSION_ID` of os-release. */
  readonly release: string
  readonly ecosystem: string | null
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly source: { readonly name: string; readonly version: string }
}

/** A package of Debian, Ubuntu, Alpine and the like. */
export function systemPackage(one: SystemPackage, found: Found): Package {
  const { type, distribution, release, ecosystem, name, version, architecture, source } = one
  const own = source.name === name && source.version === version
  const qualifiers = {
    ...(architecture === '' ? {} : { arch: architecture }),
    ...(distribution === '' || release === '' ? {} : { distro: `${distribution}-${release}` }),
    // Where the source package is another one, or has another version (a rebuild is `+b1` of it), others name it like this.
    ...(own ? {} : { upstream: sourceText(source, version) }),
  }
  const namespace = distribution === '' ? undefined : distribution
  const purl = purlText(type, namespace, name, version, qualifiers)
  return { ecosystem, name, version, purl, ...(own ? {} : { source }), ...rest(found) }
}

const sourceText = (source: SystemPackage['source'], version: string) =>
  source.version === version ? source.name : `${source.name}@${source.version}`
