// pyproject.toml: dependencies as PEP 621, PEP 735 and Poetry declare them. Mostly ranges, which a lock beside it pins.

import { fieldsOf, isFields, listIn, textIn, tomlFields } from './document.ts'
import { type Manifest, type NotChecked, type Package, quoted } from './package.ts'
import { normalizePythonName, pythonPackage } from './purl.ts'
import { readRequirement } from './requirement.ts'
import { openRequirement } from './requirements-file.ts'

/** What a project declares. @throws inventory-malformed */
export function readPyproject(bytes: Uint8Array, path: string): Manifest {
  const document = tomlFields(bytes, path)
  const project = fieldsOf(document['project'])
  const groups = [
    project['dependencies'],
    ...Object.values(fieldsOf(project['optional-dependencies'])),
    ...Object.values(fieldsOf(document['dependency-groups'])),
    fieldsOf(document['build-system'])['requires'],
  ]
  const lines = groups.flatMap(listIn).filter((line) => typeof line === 'string')
  const standard = readRequirementLines(lines, path)
  const poetry = fieldsOf(fieldsOf(document['tool'])['poetry'])
  const tables = [
    poetry['dependencies'],
    poetry['dev-dependencies'],
    ...Object.values(fieldsOf(poetry['group'])).map((group) => fieldsOf(group)['dependencies']),
  ]
  const declared = tables.flatMap((table) => Object.entries(fieldsOf(table)))
  const poetrys = declared.filter(([name]) => name !== 'python').map((one) => ofPoetry(one, path))
  return {
    packages: [...standard.packages, ...poetrys.flatMap(({ packages }) => packages)],
    notChecked: [...standard.notChecked, ...poetrys.flatMap(({ notChecked }) => notChecked)],
    // Extras may be told by the project's own name: `all = ["own[plots]"]`.
    own: [project['name'], poetry['name']].flatMap((name) => {
      const text = textIn(name)
      return text === null ? [] : [normalizePythonName(text)]
    }),
  }
}

/** Requirements as a list of texts. */
export function readRequirementLines(lines: readonly string[], path: string): Manifest {
  const packages: Package[] = []
  const notChecked: NotChecked[] = []
  for (const text of lines) {
    const requirement = readRequirement(text.trim(), { path })
    if (requirement.package !== undefined) packages.push(requirement.package)
    if (requirement.kind === 'open')
      notChecked.push(openRequirement(text, requirement, requirement))
  }
  return { packages, notChecked }
}

/** Poetry's own table: `name = "^1.2"`, or a table with `version`, `git`, `path` or `url`. */
function ofPoetry([name, value]: readonly [string, unknown], path: string): Manifest {
  const text = typeof value === 'string' ? value : textIn(fieldsOf(value)['version'])
  const place = { path }
  const version = /^={1,3}\s*([^\s,*]+)$/u.exec(text ?? '')?.[1]
  if (version !== undefined)
    return { packages: [pythonPackage(name, version, { places: [place] })], notChecked: [] }
  const elsewhere =
    isFields(value) && ['git', 'path', 'url', 'file'].some((field) => field in value)
  const open: NotChecked = {
    reason: elsewhere ? 'not-from-a-registry' : 'unpinned',
    what: quoted(name),
    detail: elsewhere ? 'names a repository, folder or URL' : `a range: ${quoted(text ?? 'any')}`,
    place,
    package: { ecosystem: 'PyPI', name: normalizePythonName(name) },
  }
  return { packages: [], notChecked: [open] }
}
