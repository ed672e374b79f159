// What projects of setuptools declare: setup.cfg is read; setup.py is a program, which is never run.

import { textOf } from '@proofhouse/evidence'
import type { Manifest } from './package.ts'
import { readRequirementLines } from './pyproject.ts'
import { normalizePythonName } from './purl.ts'

/** What setup.cfg asks for, in its sections `options` and `options.extras_require`. */
export function readSetupCfg(bytes: Uint8Array, path: string): Manifest {
  const asked: string[] = []
  const own: string[] = []
  let section = ''
  let key = ''
  for (const raw of textOf(bytes).split(/\r\n|\r|\n/u)) {
    const line = raw.trimEnd()
    if (line === '' || /^\s*[#;]/u.test(line)) continue
    const header = /^\[([^\]]+)\]/u.exec(line)?.[1]
    const [, name, first = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/u.exec(line) ?? []
    if (header !== undefined) {
      section = header.trim()
      key = ''
      continue
    }
    if (name !== undefined) key = name
    const value = name === undefined ? line.trim() : first
    if (section === 'metadata' && key === 'name' && value !== '')
      own.push(normalizePythonName(value))
    const asks =
      section === 'options.extras_require' ||
      (section === 'options' &&
        ['install_requires', 'setup_requires', 'tests_require'].includes(key))
    // A comment may follow; requirements on one line stand with semicolons only before markers.
    if (asks) asked.push(value.replace(/(^|\s)#.*$/u, '').trim())
  }
  const lines = asked.filter((line) => line !== '')
  return { ...readRequirementLines(lines, path), own }
}

/** A setup.py that seems to ask for something is said; what it asks for, only running it would tell. */
export function readSetupPy(bytes: Uint8Array, path: string): Manifest {
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes)
  if (!/\b(install_requires|extras_require|setup_requires|tests_require)\b/u.test(text))
    return { packages: [], notChecked: [] }
  const detail = 'a program that asks for packages; it is not run'
  return {
    packages: [],
    notChecked: [{ reason: 'format-not-read', what: path, detail, place: { path } }],
  }
}
