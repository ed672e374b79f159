// Names and links in archives that lead out of the folder where they are unpacked.

import type { Finder } from '../scan-findings.ts'

/** Whether a path, seen from a folder in the archive, leads above its top. */
function leaves(path: string, from: readonly string[] = []): boolean {
  if (/^(?:[/\\]|[a-zA-Z]:)/.test(path) || path.includes('\0')) return true
  let depth = from.length
  for (const part of path.split(/[/\\]/))
    if (part === '..') {
      if (--depth < 0) return true
    } else if (part !== '' && part !== '.') depth++
  return false
}

const foldersOf = (name: string) =>
  name
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.')
    .slice(0, -1)

/** A name that leads out of the folder. */
export function checkName(name: string, offset: number, finder: Finder): void {
  if (leaves(name))
    finder.found('archive-path-traversal', offset, `\`${name}\` leads out of the folder`)
}

/** A link that leads out of the folder, seen from where it lies. */
export function checkLinkTarget(
  name: string,
  target: string,
  offset: number,
  finder: Finder,
): void {
  if (leaves(target, foldersOf(name)))
    finder.found('archive-link', offset, `\`${name}\` is a link to \`${target}\``)
}
