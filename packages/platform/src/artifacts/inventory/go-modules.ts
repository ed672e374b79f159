// Go: go.mod (go.dev/ref/mod). From Go 1.17 on it names every module that is built in, with the version that is taken; go.sum
// only adds digests, of more modules than are used.

import { OperatingError, textOf } from '@proofhouse/evidence'
import { type Manifest, type NotChecked, type Package, quoted } from './package.ts'
import { goPackage } from './purl.ts'

const linesMax = 200_000

interface Required {
  readonly name: string
  readonly version: string
  readonly line: number
}

interface Replaced {
  /** Null for a folder. */
  readonly version: string | null
  readonly name: string
}

interface Directives {
  readonly required: Required[]
  /** By module, and by module and version: the more exact one counts. */
  readonly replaced: Map<string, Replaced>
  go: string | null
}

/** The modules of a project. @throws inventory-malformed, limit-exceeded */
export function readGoMod(bytes: Uint8Array, path: string): Manifest {
  const { required, replaced, go } = directivesOf(textOf(bytes), path)
  const packages: Package[] = []
  const notChecked: NotChecked[] = []
  for (const { name, version, line } of required) {
    const place = { path, line }
    const other = replaced.get(`${name} ${version}`) ?? replaced.get(name)
    if (other !== undefined && other.version === null)
      notChecked.push({
        reason: 'not-from-a-registry',
        what: quoted(`${name} ${version}`),
        detail: `replaced by the folder \`${quoted(other.name)}\``,
        place,
      })
    else
      packages.push(goPackage(other?.name ?? name, other?.version ?? version, { places: [place] }))
  }
  const [, major = '1', minor = '0'] = /^(\d+)\.(\d+)/u.exec(go ?? '') ?? []
  if (required.length > 0 && Number(major) === 1 && Number(minor) < 17)
    notChecked.push({
      reason: 'unpinned',
      what: path,
      detail: 'before Go 1.17 it does not name what its modules need in their turn',
      place: { path },
    })
  return { packages, notChecked }
}

function directivesOf(text: string, path: string): Directives {
  const found: Directives = { required: [], replaced: new Map(), go: null }
  const lines = text.split(/\r?\n/u)
  if (lines.length > linesMax)
    throw new OperatingError('limit-exceeded', `\`${path}\` has more than ${linesMax} lines`)
  let block: string | null = null
  for (const [n, raw] of lines.entries()) {
    const words = wordsOf(raw)
    if (words.length === 0) continue
    if (block !== null && words[0] === ')') {
      block = null
      continue
    }
    const [verb = '', ...rest]: readonly string[] = block === null ? words : [block, ...words]
    if (block === null && rest.length === 1 && rest[0] === '(') block = verb
    else if (!take(found, verb, rest, n + 1))
      throw new OperatingError('inventory-malformed', `\`${path}\`: line ${n + 1} is no go.mod`)
  }
  return found
}

/** The words of a line without its comment; quotation marks taken off. */
const wordsOf = (line: string): string[] =>
  (line.replace(/\/\/.*$/u, '').match(/"[^"]*"|`[^`]*`|[^\s"`]+/gu) ?? []).map((word) =>
    word.replace(/^(["`])(.*)\1$/u, '$2'),
  )

/** Takes a directive; false for one that is not written as it should be. Directives of later versions are left alone. */
function take(found: Directives, verb: string, rest: readonly string[], line: number): boolean {
  const [name, version] = rest
  if (verb === 'go') found.go = name ?? null
  if (verb === 'require') {
    if (name === undefined || version === undefined || !version.startsWith('v')) return false
    found.required.push({ name, version, line })
  }
  if (verb === 'replace') {
    const arrow = rest.indexOf('=>')
    const [old, oldVersion] = rest.slice(0, arrow)
    const [target, targetVersion = null] = rest.slice(arrow + 1)
    if (arrow < 1 || old === undefined || target === undefined) return false
    const key = oldVersion === undefined ? old : `${old} ${oldVersion}`
    found.replaced.set(key, { name: target, version: targetVersion })
  }
  return /^[a-z]+$/u.test(verb)
}
