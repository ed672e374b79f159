// How the versions of an ecosystem are ordered: PEP 440 for PyPI, Semantic Versioning 2.0 for npm, Rust and Go, dpkg and apk for
// distributions.

import { compare as comparePython, parse as parsePython } from '@renovatebot/pep440'
import compareSemver from 'semver/functions/compare.js'
import parseSemver from 'semver/functions/parse.js'
import { compareApkVersions } from './apk-version.ts'
import { compareDpkgVersions } from './dpkg-version.ts'

/** Below, equal or above zero; null when one of them is no version, so that nothing may be concluded. */
export type VersionOrder = (installed: string, named: string) => number | null

/** Longer ones are no versions. */
const versionMaxCharacters = 256
/** Numbers beyond what a double holds exactly would compare equal. */
const tooManyDigits = /\d{16}/u

const isPython = (text: string) =>
  text.length <= versionMaxCharacters && !tooManyDigits.test(text) && parsePython(text) !== null

/**
 * PEP 440. A local label (`2.5.1+cu124`) of what is installed counts only against versions that have one: builds of 2.5.1 are
 * 2.5.1, as PEP 440 has it for specifiers.
 */
function comparePep440(installed: string, named: string): number | null {
  const [a, b] = [installed.trim(), named.trim()]
  if (!isPython(a) || !isPython(b)) return null
  return comparePython(b.includes('+') ? a : a.replace(/\+.*$/su, ''), b)
}

function compareSemantic(installed: string, named: string): number | null {
  const [a, b] = [parseSemver(installed), parseSemver(named)]
  return a === null || b === null ? null : compareSemver(a, b)
}

/** Modules of Go have a `v` before their version, and OSV's records of them have none. */
const compareGo: VersionOrder = (installed, named) =>
  compareSemantic(installed.replace(/^v/u, ''), named.replace(/^v/u, ''))

/** The order of an ecosystem by OSV's name for it; null where it is not known here. */
export function orderOf(ecosystem: string): VersionOrder | null {
  const [base = ''] = ecosystem.split(':')
  if (base === 'PyPI') return comparePep440
  if (base === 'npm' || base === 'crates.io') return compareSemantic
  if (base === 'Go') return compareGo
  if (base === 'Debian' || base === 'Ubuntu') return compareDpkgVersions
  if (['Alpine', 'Wolfi', 'Chainguard'].includes(base)) return compareApkVersions
  return null
}
