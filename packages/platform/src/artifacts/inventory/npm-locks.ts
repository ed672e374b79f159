// npm: package-lock.json and npm-shrinkwrap.json of lockfile versions 1 to 3, and package.json, whose ranges a lock pins.

import { fieldsOf, type Fields, jsonFields, textIn } from './document.ts'
import { type Manifest, type NotChecked, type Package, quoted } from './package.ts'
import { npmPackage } from './purl.ts'

const packagesMax = 200_000
const nestingMax = 64

/** What a lock of npm packages was found to hold so far. */
export interface FoundNpm {
  readonly packages: Package[]
  readonly notChecked: NotChecked[]
  readonly own: string[]
}

/** The packages of a lock. @throws inventory-malformed */
export function readNpmLock(bytes: Uint8Array, path: string): Manifest {
  const document = jsonFields(bytes, path)
  const found: FoundNpm = { packages: [], notChecked: [], own: [] }
  const locked = fieldsOf(document['packages'])
  // Version 2 holds both forms; the newer one knows more.
  if (Object.keys(locked).length > 0)
    for (const [key, value] of Object.entries(locked)) takeLocated(found, key, value, path)
  else takeTree(found, fieldsOf(document['dependencies']), path, 0)
  return found
}

/** An entry of `packages`: the key is where it lies, its last folder the name it is imported by. */
function takeLocated(found: FoundNpm, key: string, value: unknown, path: string): void {
  const fields = fieldsOf(value)
  const at = key.lastIndexOf('node_modules/')
  // The project itself, its workspaces and links to them are its own code.
  const name = textIn(fields['name']) ?? key.slice(at + 'node_modules/'.length)
  if (fields['link'] === true) found.own.push(name)
  if (at < 0 || fields['link'] === true) return
  take(found, { name, fields, path, resolved: textIn(fields['resolved']) })
}

function takeTree(found: FoundNpm, dependencies: Fields, path: string, depth: number): void {
  for (const [imported, value] of Object.entries(dependencies)) {
    const fields = fieldsOf(value)
    // `npm:real@1.0` is a package imported by another name.
    const [, real, version] = /^npm:(@?[^@]+)@(.+)$/u.exec(textIn(fields['version']) ?? '') ?? []
    const own = version === undefined ? fields : { ...fields, version }
    // A folder of the project's own tree; the packages that it asks for are in the same lock.
    if (
      /^file:(?![/\\]|[A-Za-z]:|\.\.)(?!.*\.(tgz|tar\.gz|tar)$)/u.test(
        textIn(fields['version']) ?? '',
      )
    )
      found.own.push(imported)
    else
      take(found, {
        name: real ?? imported,
        fields: own,
        path,
        resolved: textIn(fields['resolved']),
      })
    const below = fieldsOf(fields['dependencies'])
    if (depth < nestingMax) takeTree(found, below, path, depth + 1)
    else if (Object.keys(below).length > 0)
      found.notChecked.push(unreadable(path, `nested deeper than ${nestingMax}`))
  }
}

const unreadable = (path: string, detail: string): NotChecked => ({
  reason: 'unreadable',
  what: path,
  detail,
  place: { path },
})

interface Located {
  readonly name: string
  readonly fields: Fields
  readonly path: string
  readonly resolved: string | null
}

function take(found: FoundNpm, { name, fields, path, resolved }: Located): void {
  const version = textIn(fields['version'])
  const isVersion = version !== null && /^\d/u.test(version)
  const elsewhere = isVersion
    ? /^(git|file:|github:)|\.git#/u.test(resolved ?? '')
    : /^(git|file:|github:|https?:)|\.git#/u.test(version ?? '')
  takeNpm(found, path, { name, version, integrity: textIn(fields['integrity']), elsewhere })
}

/** A package as a lock names it. */
export interface LockedNpm {
  readonly name: string
  /** As it is written; null for none. */
  readonly version: string | null
  /** Subresource Integrity of the registry's file; null for none. */
  readonly integrity: string | null
  /** From a repository, a folder or a URL. */
  readonly elsewhere: boolean
}

/** Takes a package, or says why it cannot be named. */
export function takeNpm(
  found: FoundNpm,
  path: string,
  { name, version, integrity, elsewhere }: LockedNpm,
): void {
  if (found.packages.length >= packagesMax) {
    if (found.packages.length === packagesMax && found.notChecked.at(-1)?.what !== path)
      found.notChecked.push(unreadable(path, `more than ${packagesMax} packages`))
    return
  }
  const place = { path }
  if (version !== null && /^\d/u.test(version)) {
    const hashes = integrity === null ? [] : integrityDigests(integrity)
    found.packages.push(npmPackage(name, version, { places: [place], hashes }))
  } else if (!elsewhere)
    found.notChecked.push({
      reason: 'unpinned',
      what: quoted(name),
      detail:
        version === null ? 'locked without a version' : `\`${quoted(version)}\` is no version`,
      place,
      package: { ecosystem: 'npm', name },
    })
  if (elsewhere)
    found.notChecked.push({
      reason: 'not-from-a-registry',
      what: quoted(name),
      detail: 'from a repository or a file',
      place,
    })
}

/** Digests of a Subresource Integrity text, in hexadecimal. */
function integrityDigests(integrity: string): string[] {
  return integrity.split(/\s+/u).flatMap((part) => {
    const [, algorithm, digest] = /^(sha\d+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/u.exec(part) ?? []
    if (algorithm === undefined || digest === undefined) return []
    return [`${algorithm}:${Buffer.from(digest, 'base64').toString('hex')}`]
  })
}

/** A package where it is installed, by its own package.json: where no lock says what there is. @throws inventory-malformed */
export function readInstalledNpm(bytes: Uint8Array, path: string): Manifest {
  const document = jsonFields(bytes, path)
  const found: FoundNpm = { packages: [], notChecked: [], own: [] }
  const name = textIn(document['name'])
  const version = textIn(document['version'])
  takeNpm(found, path, { name: name ?? path, version, integrity: null, elsewhere: false })
  return found
}

/** What a project declares; a lock beside it or above it pins it. @throws inventory-malformed */
export function readPackageJson(bytes: Uint8Array, path: string): Manifest {
  const document = jsonFields(bytes, path)
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies']
  const declared = groups.flatMap((group) => Object.entries(fieldsOf(document[group])))
  const notChecked = declared.map(([imported, range]): NotChecked => {
    // `npm:real@1.0` is a package imported by another name; locks know it by its own.
    const [, name = imported] = /^npm:(@?[^@]+)/u.exec(textIn(range) ?? '') ?? []
    return {
      reason: 'unpinned',
      what: quoted(`${imported}@${textIn(range) ?? ''}`),
      detail: 'declared, and no lock file pins it',
      place: { path },
      package: { ecosystem: 'npm', name },
    }
  })
  const own = textIn(document['name'])
  return { packages: [], notChecked, own: own === null ? [] : [own] }
}
