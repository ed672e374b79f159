// One requirement of PEP 508 as requirements files, pyproject.toml and conda's `pip:` lists write it.
// Nothing is evaluated: a marker is kept as text, and a pin is a version whatever machine it is for.

import { type NotCheckedReason, type Package, type Place, quoted } from './package.ts'
import { normalizePythonName, pythonPackage } from './purl.ts'

/** Longest requirement that is read, in characters; hashes included. */
const requirementMaxCharacters = 65_536

/** What a requirement says. */
export type Requirement =
  | { readonly kind: 'pinned'; readonly package: Package }
  | {
      readonly kind: 'open'
      /** Normal form; null where the requirement names none. */
      readonly name: string | null
      readonly reason: NotCheckedReason
      readonly detail: string
      /** A package that is known by name and version though no registry has it. */
      readonly package?: Package
      /** What is known for the case that a constraint pins it. */
      readonly found: Pick<Package, 'places' | 'hashes' | 'marker' | 'extras'>
    }

const namePattern = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)$/su
const hashOption = /\s--hash[=\s]\s*([A-Za-z0-9]+:[0-9A-Fa-f]+)/gu

/** Reads one requirement, comments and continuations already removed. */
export function readRequirement(text: string, place: Place): Requirement {
  const hashes = [...text.slice(0, requirementMaxCharacters).matchAll(hashOption)].flatMap(
    ([, hash]) => (hash === undefined ? [] : [hash.toLowerCase()]),
  )
  const options = text.search(/\s--[a-z]/u)
  const bare = (options < 0 ? text : text.slice(0, options)).trim()
  const found = { places: [place], hashes, marker: null, extras: [] }
  const open = (reason: NotCheckedReason, detail: string, name: string | null = null) =>
    ({ kind: 'open', name, reason, detail, found }) as const
  if (text.length > requirementMaxCharacters)
    return open('not-understood', `longer than ${requirementMaxCharacters} characters`)
  if (/\$\{[A-Z0-9_]+\}/u.test(bare))
    return open('not-understood', 'holds a variable of the environment')
  const parts = namePattern.exec(bare)
  const [, name, extrasText = '', after = ''] = parts ?? []
  if (name === undefined || /^[:\\/]/u.test(after) || /^([./]|[a-z+]+:\/\/)/u.test(bare))
    return ofFile(bare, found, open('not-from-a-registry', 'names a file or a URL'))
  const normal = normalizePythonName(name)
  if (after.startsWith('@'))
    return ofFile(
      after.slice(1).split(/\s;/u, 1)[0] ?? '',
      found,
      open('not-from-a-registry', 'names a URL', normal),
    )
  const [specifiers = '', ...markers] = after.split(';')
  const marker = markers.join(';').trim()
  const extras = extrasText
    .split(',')
    .map((extra) => normalizePythonName(extra.trim()))
    .filter((extra) => extra !== '')
  const known = { places: [place], hashes, marker: marker === '' ? null : marker, extras }
  const pin = pinOf(specifiers)
  if (typeof pin === 'string') return { kind: 'pinned', package: pythonPackage(name, pin, known) }
  return { kind: 'open', name: normal, ...pin, found: known }
}

/** A wheel says its name and version in the name of its file (PEP 427), a source distribution too (PEP 625). */
const fileName =
  /(?:^|\/)([A-Za-z0-9][A-Za-z0-9._]*)-([A-Za-z0-9._!+]+?)(?:(?:-\d[^-/]*)?-[^-/]+-[^-/]+-[^-/]+\.whl|\.tar\.gz)$/u

/** A requirement of one file: known by its file's name, and of the registry only where PyPI itself serves it. */
function ofFile(
  url: string,
  found: Pick<Package, 'places' | 'hashes' | 'marker' | 'extras'>,
  open: Extract<Requirement, { kind: 'open' }>,
): Requirement {
  const [address = '', fragment = ''] = url.trim().split('#', 2)
  const [, name, version] = fileName.exec(decodeSafely(address.split('?', 1)[0] ?? '')) ?? []
  if (name === undefined || version === undefined) return open
  const digest = /(?:^|&)(sha(?:256|384|512))=([0-9a-fA-F]+)/u.exec(fragment)
  const hashes = digest === null ? found.hashes : [`${digest[1]}:${digest[2]?.toLowerCase()}`]
  const one = pythonPackage(name, version, { ...found, hashes })
  if (address.startsWith('https://files.pythonhosted.org/')) return { kind: 'pinned', package: one }
  return { ...open, package: one }
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The one version that specifiers allow, or why there is none. */
function pinOf(
  text: string,
): string | { readonly reason: NotCheckedReason; readonly detail: string } {
  const bare = text.trim().replace(/^\((.*)\)$/su, '$1')
  if (bare === '') return { reason: 'unpinned', detail: 'any version' }
  let pinned: string | null = null
  for (const specifier of bare.split(',').map((part) => part.trim())) {
    const [, operator, version] = /^(===|==|~=|!=|<=|>=|<|>)\s*(\S+)$/u.exec(specifier) ?? []
    if (version === undefined)
      return { reason: 'not-understood', detail: `\`${quoted(specifier)}\` is no specifier` }
    if (operator === '===' || (operator === '==' && !version.endsWith('.*'))) {
      if (pinned !== null && pinned !== version)
        return { reason: 'not-understood', detail: 'pinned to two versions' }
      pinned = version
    }
  }
  return pinned ?? { reason: 'unpinned', detail: `a range: ${quoted(bare)}` }
}
