// conda: environment.yml with its list for pip, and what is installed (`conda-meta`). Packages of conda have no advisories under
// their names.

import { OperatingError } from '@proofhouse/evidence'
import { fieldsOf, jsonFields, listIn, textIn, yamlFields } from './document.ts'
import { type Manifest, type NotChecked, type Package, quoted } from './package.ts'
import { condaPackage } from './purl.ts'
import { readRequirementLines } from './pyproject.ts'

/** The packages of an environment. @throws inventory-malformed */
export function readCondaEnvironment(bytes: Uint8Array, path: string): Manifest {
  const packages: Package[] = []
  const notChecked: NotChecked[] = []
  for (const entry of listIn(yamlFields(bytes, path)['dependencies'])) {
    if (typeof entry === 'string') takeConda(entry, path, packages, notChecked)
    const pip = listIn(fieldsOf(entry)['pip']).flatMap((line) => textIn(line) ?? [])
    const lines = readRequirementLines(
      pip.filter((line) => !line.startsWith('-')),
      path,
    )
    packages.push(...lines.packages)
    notChecked.push(...lines.notChecked)
    for (const option of pip.filter((line) => /^(-r|-c|-e|--requirement|--editable)\b/u.test(line)))
      notChecked.push({
        reason: 'include-refused',
        what: quoted(option),
        detail: "in conda's list for pip",
        place: { path },
      })
  }
  return { packages, notChecked }
}

/** An installed package: one file of `conda-meta`. @throws inventory-malformed */
export function readCondaMeta(bytes: Uint8Array, path: string): Manifest {
  const document = jsonFields(bytes, path)
  const [name, version] = [textIn(document['name']), textIn(document['version'])]
  if (name === null || version === null)
    throw new OperatingError('inventory-malformed', `\`${path}\` has no \`name\` and \`version\``)
  const hashes = ['sha256', 'md5'].flatMap((algorithm) => {
    const digest = textIn(document[algorithm])
    return digest === null ? [] : [`${algorithm}:${digest}`]
  })
  return { packages: [condaPackage(name, version, { places: [{ path }], hashes })], notChecked: [] }
}

/** `channel::name=1.2=build`, `name==1.2`, `name >=1`. */
function takeConda(
  text: string,
  path: string,
  packages: Package[],
  notChecked: NotChecked[],
): void {
  const [, name, after = ''] = /^(?:[^:\s]+::)?([A-Za-z0-9_.-]+)\s*(.*)$/u.exec(text.trim()) ?? []
  const version = /^={1,2}\s*([^=<>!~*|,\s]+)(?:=[^=\s]*)?$/u.exec(after)?.[1]
  if (name !== undefined && version !== undefined)
    packages.push(condaPackage(name, version, { places: [{ path }] }))
  else
    notChecked.push({
      reason: name === undefined ? 'not-understood' : 'unpinned',
      what: quoted(text),
      detail: 'a package of conda without one version',
      place: { path },
    })
}
