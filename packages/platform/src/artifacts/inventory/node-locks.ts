// Locks of other package managers for npm's registry: yarn.lock of Yarn 1 (a form of its own) and of later ones (YAML), and
// pnpm-lock.yaml (lockfile versions 5, 6 and 9).

import { OperatingError, textOf } from '@proofhouse/evidence'
import { type Fields, fieldsOf, isFields, textIn, yamlFields } from './document.ts'
import { type FoundNpm, takeNpm } from './npm-locks.ts'
import type { Manifest } from './package.ts'

const entriesMax = 200_000

/** What a range or a version begins with that is no registry's. */
const elsewherePattern = /^(?:[a-z+]*:\/\/|git|https?:|file:|link:|portal:|exec:|[^@:]+\/[^@:]+$)/u

/** `@scope/name@range` in its two parts; null where it has no second. */
function named(text: string): { readonly name: string; readonly range: string } | null {
  const at = text.indexOf('@', 1)
  return at < 0 ? null : { name: text.slice(0, at), range: text.slice(at + 1) }
}

const nothing = (): FoundNpm => ({ packages: [], notChecked: [], own: [] })

/** The packages of a lock of Yarn. @throws inventory-malformed */
export function readYarnLock(bytes: Uint8Array, path: string): Manifest {
  const text = textOf(bytes)
  return /^__metadata:/mu.test(text) ? readYarnYaml(bytes, path) : readYarnClassic(text, path)
}

function readYarnYaml(bytes: Uint8Array, path: string): Manifest {
  const found = nothing()
  for (const [key, value] of Object.entries(yamlFields(bytes, path))) {
    if (key === '__metadata') continue
    const fields = fieldsOf(value)
    const resolution = named(textIn(fields['resolution']) ?? key)
    const name = resolution?.name ?? key
    const range = resolution?.range ?? ''
    if (range.startsWith('workspace:')) found.own.push(name)
    else
      takeNpm(found, path, {
        name,
        version: textIn(fields['version']),
        // Yarn's checksum is of the archive that it makes itself.
        integrity: null,
        elsewhere: elsewherePattern.test(range),
      })
  }
  return found
}

interface ClassicEntry {
  readonly line: number
  readonly specifiers: readonly string[]
  readonly fields: Map<string, string>
}

/** Blocks: specifiers before a colon, then fields indented by two; what is indented deeper asks for others. */
function readYarnClassic(text: string, path: string): Manifest {
  const found = nothing()
  const entries: ClassicEntry[] = []
  for (const [n, raw] of text.split(/\r?\n/u).entries()) {
    if (raw === '' || raw.startsWith('#')) continue
    const field = /^ {2}([a-z]+) (.+)$/u.exec(raw)
    if (/^\S.*:$/u.test(raw))
      entries.push({ line: n + 1, specifiers: specifiersOf(raw.slice(0, -1)), fields: new Map() })
    else if (field !== null && entries.length > 0)
      entries.at(-1)?.fields.set(field[1] ?? '', unquoted(field[2] ?? ''))
    else if (!/^ {2}/u.test(raw) || entries.length === 0)
      throw new OperatingError('inventory-malformed', `\`${path}\`: line ${n + 1} is no yarn.lock`)
    if (entries.length > entriesMax)
      throw new OperatingError('limit-exceeded', `\`${path}\` holds over ${entriesMax} packages`)
  }
  for (const { specifiers, fields } of entries) {
    const [first = ''] = specifiers
    const asked = named(first)
    // `alias@npm:real@^1.0` is imported by another name.
    const real = asked?.range.startsWith('npm:') === true ? named(asked.range.slice(4)) : null
    takeNpm(found, path, {
      name: real?.name ?? asked?.name ?? first,
      version: fields.get('version') ?? null,
      integrity: fields.get('integrity') ?? null,
      elsewhere: real === null && elsewherePattern.test(asked?.range ?? ''),
    })
  }
  return found
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/u, '$1')

/** `a@1, "b@>=1, <2"`: commas within quotation marks belong to a range. */
const specifiersOf = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|([^",\s][^",]*)/gu)].map(([, quotedText, bare = '']) =>
    (quotedText ?? bare).trim(),
  )

/** The packages of a lock of pnpm. @throws inventory-malformed */
export function readPnpmLock(bytes: Uint8Array, path: string): Manifest {
  const document = yamlFields(bytes, path)
  const found = nothing()
  for (const [key, value] of Object.entries(fieldsOf(document['packages'])))
    takePnpm(found, path, key, fieldsOf(value))
  const importers = Object.values(fieldsOf(document['importers'])).map(fieldsOf)
  for (const importer of importers.length > 0 ? importers : [document]) takeLinks(found, importer)
  return found
}

/** Keys are `/name/1.0.0_peers` in version 5, `/name@1.0.0(peers)` in 6, and without the slash in 9. */
function takePnpm(found: FoundNpm, path: string, key: string, fields: Fields): void {
  const bare = key.replace(/^\//u, '').replace(/\(.*$/su, '')
  const old = /^((?:@[^/@]+\/)?[^/@]+)\/(\d[^_/]*)(?:[_/].*)?$/u.exec(bare)
  const [name, version] = old === null ? [named(bare)?.name, named(bare)?.range] : [old[1], old[2]]
  const resolution = fieldsOf(fields['resolution'])
  const elsewhere =
    ['git', 'directory'].includes(textIn(resolution['type']) ?? '') ||
    elsewherePattern.test(version ?? bare)
  takeNpm(found, path, {
    name: textIn(fields['name']) ?? name ?? bare,
    version: textIn(fields['version']) ?? version ?? null,
    integrity: textIn(resolution['integrity']),
    elsewhere,
  })
}

/** What an importer links to is its own code. */
function takeLinks(found: FoundNpm, importer: Fields): void {
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'])
    for (const [name, value] of Object.entries(fieldsOf(importer[group]))) {
      const version = isFields(value) ? textIn(value['version']) : textIn(value)
      if (version?.startsWith('link:') === true) found.own.push(name)
    }
}
