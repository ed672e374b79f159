// Where the compiled program lies, and whether it is what its sources say now. A list beside it names every file that went
// into it, with its size and time; one that differs, and the program runs from source. Imports nothing outside Node, and runs on
// any Node from 20 on: the set-up asks, too.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const lineOf = (path, { size, mtimeMs }) => `${size} ${mtimeMs} ${path}`

/** What the list says of these files. */
export const listOf = (paths) => paths.map((path) => lineOf(path, statSync(path))).join('\n')

/** Address of the program compiled into a folder; null where it is not there or not that of its sources. */
export function compiledProgram(folder = join(import.meta.dirname, '../compiled')) {
  try {
    const list = readFileSync(join(folder, 'sources.txt'), 'utf8')
    for (const line of list.split('\n')) {
      const path = line.split(' ').slice(2).join(' ')
      const found = statSync(path, { throwIfNoEntry: false })
      if (found === undefined || lineOf(path, found) !== line) return null
    }
    return pathToFileURL(join(folder, 'main.js')).href
  } catch {
    return null
  }
}
