// The packages of a CycloneDX bill of materials in JSON: components with a package URL.

import { PackageURL } from 'packageurl-js'
import { fieldsOf, type Fields, jsonFields, listIn, textIn } from './document.ts'
import { ecosystemOf } from './operating-system.ts'
import { type Manifest, type NotChecked, type Package, quoted } from './package.ts'
import {
  cargoPackage,
  condaPackage,
  goPackage,
  npmPackage,
  pythonPackage,
  systemPackage,
} from './purl.ts'

const componentsMax = 200_000
const nestingMax = 32

/** The packages of a BOM. @throws inventory-malformed */
export function readBom(bytes: Uint8Array, path: string): Manifest {
  return packagesOfBom(jsonFields(bytes, path), path)
}

/** The packages of a BOM that was read already. */
export function packagesOfBom(bom: Fields, path: string): Manifest {
  const packages: Package[] = []
  const notChecked: NotChecked[] = []
  if (bom['bomFormat'] !== 'CycloneDX')
    return { packages, notChecked: [unread('unreadable', path, path, 'not a CycloneDX BOM')] }
  for (const component of componentsIn(bom['components'], 0)) {
    const purl = textIn(component['purl'])
    const name = textIn(component['name']) ?? '(a component without a name)'
    const isPackage = ['library', 'framework', 'application'].includes(
      textIn(component['type']) ?? '',
    )
    if (purl === null) {
      if (isPackage)
        notChecked.push(unread('unknown-ecosystem', path, name, 'a component without a purl'))
      continue
    }
    const read = packageOfPurl(purl, path)
    if (typeof read === 'string') notChecked.push(unread('not-understood', path, purl, read))
    else packages.push(read)
    if (packages.length + notChecked.length > componentsMax) {
      notChecked.push(unread('unreadable', path, path, `over ${componentsMax} components`))
      break
    }
  }
  for (const property of listIn(bom['properties']).map(fieldsOf))
    if (property['name'] === 'proofhouse:not-checked')
      notChecked.push(
        unread('unpinned', path, textIn(property['value']) ?? '', 'left out when the BOM was made'),
      )
  return { packages, notChecked }
}

const unread = (
  reason: NotChecked['reason'],
  path: string,
  what: string,
  detail: string,
): NotChecked => ({ reason, what: quoted(what), detail, place: { path } })

function* componentsIn(list: unknown, depth: number): Generator<Fields> {
  if (depth > nestingMax) return
  for (const component of listIn(list).map(fieldsOf)) {
    yield component
    yield* componentsIn(component['components'], depth + 1)
  }
}

/** The package that a purl names, or what is wrong with it. */
function packageOfPurl(text: string, path: string): Package | string {
  let purl: PackageURL
  try {
    purl = PackageURL.fromString(text)
  } catch {
    return 'not a package URL'
  }
  const { type, namespace, name, version, qualifiers } = purl
  const places = { places: [{ path }] }
  if (typeof version !== 'string' || version === '') return 'has no version'
  if (type === 'pypi') return pythonPackage(name, version, places)
  if (type === 'npm') return npmPackage(namespace ? `${namespace}/${name}` : name, version, places)
  if (type === 'cargo') return cargoPackage(name, version, places)
  if (type === 'golang')
    return goPackage(namespace ? `${namespace}/${name}` : name, version, places)
  if (type === 'conda') return condaPackage(name, version, places)
  if (type !== 'deb' && type !== 'apk')
    return {
      ecosystem: null,
      name,
      version,
      purl: text,
      ...places,
      hashes: [],
      marker: null,
      extras: [],
    }
  const distribution = namespace ?? ''
  const [, id = distribution, versionId = ''] =
    /^([a-z]+)-(.+)$/u.exec(qualifiers?.['distro'] ?? '') ?? []
  const [sourceName = name, sourceVersion = version] = (qualifiers?.['upstream'] ?? name).split('@')
  // A release with long-term support is named so by its numbers: April of an even year.
  const lts = /^\d*[02468]\.04$/u.test(versionId) ? 'LTS' : ''
  return systemPackage(
    {
      type,
      distribution,
      release: versionId,
      name,
      version,
      ecosystem: ecosystemOf({ id, versionId, version: lts }),
      architecture: qualifiers?.['arch'] ?? '',
      source: { name: sourceName, version: sourceVersion },
    },
    places,
  )
}
