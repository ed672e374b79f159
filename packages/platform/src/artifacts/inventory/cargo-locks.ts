// Rust: Cargo.lock (versions 1 to 4), and Cargo.toml, whose ranges a lock pins.

import { fieldsOf, type Fields, isFields, listIn, textIn, tomlFields } from './document.ts'
import { type Manifest, type NotChecked, type Package, quoted } from './package.ts'
import { cargoPackage } from './purl.ts'

const packagesMax = 100_000

/** The packages of a lock. @throws inventory-malformed */
export function readCargoLock(bytes: Uint8Array, path: string): Manifest {
  const document = tomlFields(bytes, path)
  const packages: Package[] = []
  const notChecked: NotChecked[] = []
  const own: string[] = []
  const entries = listIn(document['package']).map(fieldsOf)
  // Version 1 keeps the digests of all packages in a table of its own.
  const digests = fieldsOf(document['metadata'])
  const place = { path }
  for (const fields of entries.slice(0, packagesMax)) {
    const [name, version] = [textIn(fields['name']), textIn(fields['version'])]
    const source = textIn(fields['source'])
    const what = quoted(name ?? '(a package without a name)')
    if (name === null || version === null) {
      notChecked.push({ reason: 'unpinned', what, detail: 'locked without a version', place })
      continue
    }
    // Without a source it lies in the project's own tree.
    if (source === null) {
      own.push(name)
      continue
    }
    const digest =
      textIn(fields['checksum']) ?? textIn(digests[`checksum ${name} ${version} (${source})`])
    const hashes = digest === null ? [] : [`sha256:${digest.toLowerCase()}`]
    packages.push(cargoPackage(name, version, { places: [place], hashes }))
    if (!/^(registry|sparse)\+/u.test(source))
      notChecked.push({
        reason: 'not-from-a-registry',
        what,
        detail: 'from a repository or a folder',
        place,
      })
  }
  if (entries.length > packagesMax)
    notChecked.push({
      reason: 'unreadable',
      what: path,
      detail: `more than ${packagesMax} packages`,
      place,
    })
  return { packages, notChecked, own }
}

const groups = ['dependencies', 'dev-dependencies', 'build-dependencies']

/** What a project declares; a lock beside it or above it pins it. @throws inventory-malformed */
export function readCargoToml(bytes: Uint8Array, path: string): Manifest {
  const document = tomlFields(bytes, path)
  const holders = [
    document,
    fieldsOf(document['workspace']),
    ...Object.values(fieldsOf(document['target'])).map(fieldsOf),
  ]
  const declared = holders.flatMap((holder) =>
    groups.flatMap((group) => Object.entries(fieldsOf(holder[group]))),
  )
  const notChecked = declared.flatMap(([imported, value]) => openDependency(imported, value, path))
  return { packages: [], notChecked }
}

function openDependency(imported: string, value: unknown, path: string): NotChecked[] {
  const fields: Fields = isFields(value) ? value : {}
  // The workspace's own table, which is read too, says which version.
  if (fields['workspace'] === true) return []
  const range = textIn(value) ?? textIn(fields['version'])
  const name = textIn(fields['package']) ?? imported
  return [
    {
      reason: 'unpinned',
      what: quoted(range === null ? name : `${name} ${range}`),
      detail: 'declared, and no lock file pins it',
      place: { path },
      package: { ecosystem: 'crates.io', name },
    },
  ]
}
