// requirements.txt as pip reads it (pip.pypa.io/en/stable/reference/requirements-file-format): comments, continuations,
// `-r` and `-c` files, hashes and markers. Includes are followed within one folder, to a depth and a number.

import { dirname, isAbsolute, join, relative } from 'node:path'
import { OperatingError, textOf } from '@proofhouse/evidence'
import { type Manifest, type NotChecked, type Package, type Place, quoted } from './package.ts'
import { pythonPackage } from './purl.ts'
import { readRequirement, type Requirement } from './requirement.ts'

const includeDepthMax = 16
const includedFilesMax = 256
const linesMax = 200_000

/** Where a requirements file lies, and how others are read. */
export interface RequirementsContext {
  /** Includes outside this folder are not read. */
  readonly folder: string
  read(path: string): Promise<Uint8Array>
}

interface Gathered {
  readonly requirements: { readonly text: string; readonly requirement: Requirement }[]
  /** Normal name → version, of `-c` files. */
  readonly constraints: Map<string, string>
  readonly notChecked: NotChecked[]
  readonly seen: Set<string>
}

/** The packages of a requirements file and of all it includes. */
export async function readRequirements(
  path: string,
  bytes: Uint8Array,
  context: RequirementsContext,
): Promise<Manifest> {
  const gathered: Gathered = {
    requirements: [],
    constraints: new Map(),
    notChecked: [],
    seen: new Set([`requirement ${path}`]),
  }
  await gather(gathered, path, bytes, { context, depth: 0, as: 'requirement' })
  const packages: Package[] = []
  const notChecked = [...gathered.notChecked]
  for (const { text, requirement } of gathered.requirements) {
    if (requirement.package !== undefined) packages.push(requirement.package)
    if (requirement.kind === 'pinned') continue
    const { name, found, reason, detail } = requirement
    const version = name === null ? undefined : gathered.constraints.get(name)
    if (name !== null && version !== undefined && reason === 'unpinned')
      packages.push(pythonPackage(name, version, found))
    else notChecked.push(openRequirement(text, requirement, { reason, detail }))
  }
  return { packages, notChecked }
}

/** A requirement without a version, as something not checked. */
export function openRequirement(
  text: string,
  { name, found }: Extract<Requirement, { kind: 'open' }>,
  why: Pick<NotChecked, 'reason' | 'detail'>,
): NotChecked {
  return {
    ...why,
    what: quoted(text),
    place: found.places[0] ?? null,
    ...(name === null ? {} : { package: { ecosystem: 'PyPI', name } }),
  }
}

interface Step {
  readonly context: RequirementsContext
  readonly depth: number
  readonly as: 'requirement' | 'constraint'
}

async function gather(
  gathered: Gathered,
  path: string,
  bytes: Uint8Array,
  step: Step,
): Promise<void> {
  for (const { text, line } of logicalLines(decoded(bytes, path), path)) {
    const place = { path, line }
    const include = /^(?:(-r|--requirement)|(-c|--constraint))(?:\s+|=)?(.+)$/u.exec(text)
    const editable = /^(?:-e|--editable)(?:\s+|=)?(.+)$/u.exec(text)
    if (include?.[3] !== undefined) {
      const as = include[1] === undefined ? 'constraint' : step.as
      await follow(gathered, include[3].trim(), place, { ...step, as })
    } else if (editable !== null) {
      gathered.notChecked.push({
        reason: 'not-from-a-registry',
        what: quoted(text),
        detail: 'an editable source tree',
        place,
      })
    } else if (!text.startsWith('-')) take(gathered, text, place, step.as)
  }
}

function take(gathered: Gathered, text: string, place: Place, as: Step['as']): void {
  const requirement = readRequirement(text, place)
  if (as === 'requirement') gathered.requirements.push({ text, requirement })
  else if (requirement.kind === 'pinned')
    gathered.constraints.set(requirement.package.name, requirement.package.version)
}

async function follow(gathered: Gathered, named: string, place: Place, step: Step): Promise<void> {
  const refuse = (detail: string) =>
    gathered.notChecked.push({ reason: 'include-refused', what: quoted(named), detail, place })
  if (/^[a-z+]+:\/\//iu.test(named) || isAbsolute(named)) {
    refuse('a URL or an absolute path')
    return
  }
  const path = join(dirname(place.path), named)
  const inside = relative(step.context.folder, path)
  if (inside === '..' || inside.startsWith('../') || isAbsolute(inside)) {
    refuse(`outside \`${step.context.folder}\``)
    return
  }
  const key = `${step.as} ${path}`
  if (gathered.seen.has(key)) return
  gathered.seen.add(key)
  if (step.depth >= includeDepthMax || gathered.seen.size > includedFilesMax) {
    refuse(`more than ${includeDepthMax} deep, or more than ${includedFilesMax} files`)
    return
  }
  try {
    const bytes = await step.context.read(path)
    await gather(gathered, path, bytes, { ...step, depth: step.depth + 1 })
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    refuse(error.message)
  }
}

/** As pip decodes it: UTF-8, or UTF-16 where a byte order mark says so, as PowerShell writes it. */
function decoded(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes
  const isLittle = first === 0xff && second === 0xfe
  if (!isLittle && !(first === 0xfe && second === 0xff)) return textOf(bytes)
  try {
    return new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new OperatingError('inventory-malformed', `\`${path}\` is not UTF-16`, { cause })
  }
}

/** Lines joined over backslashes, without comments and blank ones. */
function* logicalLines(text: string, path: string): Generator<{ text: string; line: number }> {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r\n|\r|\n/u)
  if (lines.length > linesMax)
    throw new OperatingError('limit-exceeded', `\`${path}\` has more than ${linesMax} lines`)
  let joined: string[] = []
  let start = 0
  for (const [n, raw] of lines.entries()) {
    if (joined.length === 0) start = n + 1
    const isComment = /^\s*#/u.test(raw)
    const continues = raw.endsWith('\\') && !isComment
    if (!isComment) joined.push(continues ? raw.slice(0, -1) : raw)
    if (continues && n < lines.length - 1) continue
    // As pip joins them: with nothing between.
    const whole = joined
      .join('')
      .replace(/(^|\s)#.*$/su, '')
      .trim()
    joined = []
    if (whole !== '') yield { text: whole, line: start }
  }
}
