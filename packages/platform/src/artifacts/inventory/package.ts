// One installed or pinned package, and what an inventory could not name. What has no version is never left out: it is
// listed as not checked, with the reason.

/** A file, and the line in it where one is known. */
export interface Place {
  readonly path: string
  /** From 1. */
  readonly line?: number
}

/** A package at one version. */
export interface Package {
  /** As OSV calls it: `PyPI`, `npm`, `Debian:12`; null where OSV has no name for it. */
  readonly ecosystem: string | null
  /** As the ecosystem normalises it. */
  readonly name: string
  readonly version: string
  readonly purl: string
  /** What advisories of a distribution are about: the source package; absent when it is the package itself. */
  readonly source?: { readonly name: string; readonly version: string }
  /** Where it was found, in the order in which it was. */
  readonly places: readonly Place[]
  /** Digests of the files it may be installed from, as `sha256:…`. */
  readonly hashes: readonly string[]
  /** The environment marker (PEP 508) under which it is installed; null for always. Kept, not evaluated. */
  readonly marker: string | null
  /** Extras asked for. */
  readonly extras: readonly string[]
}

/** Why something was not checked. */
export type NotCheckedReason =
  | 'unpinned'
  | 'not-from-a-registry'
  | 'not-understood'
  | 'unreadable'
  | 'include-refused'
  | 'format-not-read'
  | 'unknown-ecosystem'
  | 'feed-missing'
  | 'feed-incomplete'
  | 'version-not-understood'
  | 'advisory-not-understood'

/** Something that was not checked. */
export interface NotChecked {
  readonly reason: NotCheckedReason
  /** The package, line or file, as it was written. */
  readonly what: string
  readonly detail: string
  readonly place: Place | null
  /** Ecosystem and name, where it is a package that another file may pin. */
  readonly package?: { readonly ecosystem: string; readonly name: string }
}

/** What one file of packages holds. */
export interface Manifest {
  readonly packages: readonly Package[]
  readonly notChecked: readonly NotChecked[]
  /** Names in the project's own source tree, which no registry knows: the project, and the parts of its workspace. */
  readonly own?: readonly string[]
}

/** What a folder, file or image holds. */
export interface Inventory extends Manifest {
  /** The files that were read, by SHA-256. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[]
  /** How many files there are that name packages; of an image they lie within the one file that was read. */
  readonly manifests: number
}

/** Longest text of a stranger that a result repeats, in characters. */
const quotedMaxCharacters = 160

/** A stranger's text, cut to what a result repeats, and without who logs in at its URLs: ledgers are read by others. */
export function quoted(given: string): string {
  const text = given.replaceAll(/(:\/\/)[^/\s?#]*@/gu, '$1…@')
  return text.length <= quotedMaxCharacters ? text : `${text.slice(0, quotedMaxCharacters)}…`
}

/** Most places that are kept of one package. */
export const placesMax = 100
/** Most digests that are kept of one package. */
const hashesMax = 2_000

/** The same package found several times is one, with all its places and digests. */
export function mergePackages(packages: readonly Package[]): Package[] {
  const merged = new Map<string, Package>()
  for (const one of packages) {
    const known = merged.get(one.purl)
    merged.set(
      one.purl,
      known === undefined
        ? one
        : {
            ...known,
            places: [...known.places, ...one.places].slice(0, placesMax),
            hashes: [...new Set([...known.hashes, ...one.hashes])].slice(0, hashesMax),
            extras: [...new Set([...known.extras, ...one.extras])].toSorted(),
            // Asked for always once, it is installed always.
            marker: known.marker === one.marker ? known.marker : null,
          },
    )
  }
  return [...merged.values()]
}
