// Packages of the operating system: dpkg's status file and apk's database, named by the distribution's release. Advisories
// of distributions are about source packages and their versions.

import { OperatingError, textOf } from '@proofhouse/evidence'
import type { Manifest, NotChecked, Package } from './package.ts'
import { systemPackage } from './purl.ts'

const packagesMax = 100_000

/** A distribution's release, as os-release(5) names it. */
export interface Release {
  /** `debian`; empty when it is not known. */
  readonly id: string
  /** `12`, `22.04`, `3.19.1`. */
  readonly versionId: string
  readonly version: string
}

/** No os-release was found. */
export const unknownRelease: Release = { id: '', versionId: '', version: '' }

/** Reads os-release. */
export function readRelease(bytes: Uint8Array): Release {
  const values = new Map(
    textOf(bytes)
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^([A-Z_]+)=(.*)$/u.exec(line.trim()) ?? []
        return name === undefined
          ? []
          : [[name, (value ?? '').replace(/^(["'])(.*)\1$/u, '$2')] as const]
      }),
  )
  const of = (name: string) => values.get(name) ?? ''
  return { id: of('ID').toLowerCase(), versionId: of('VERSION_ID'), version: of('VERSION') }
}

/** OSV's name for a release; null where OSV has none, or the release is not known. */
export function ecosystemOf({ id, versionId, version }: Release): string | null {
  if (id === 'wolfi') return 'Wolfi'
  if (id === 'chainguard') return 'Chainguard'
  if (id === 'debian') return /^\d+$/u.test(versionId) ? `Debian:${versionId}` : null
  if (id === 'ubuntu')
    return /^\d+\.\d+$/u.test(versionId)
      ? `Ubuntu:${versionId}${/\bLTS\b/u.test(version) ? ':LTS' : ''}`
      : null
  const alpine = /^(\d+\.\d+)(\.|$)/u.exec(versionId)?.[1]
  return id === 'alpine' && alpine !== undefined ? `Alpine:v${alpine}` : null
}

/** The installed packages of dpkg's status file, or of one file of `status.d`. @throws inventory-malformed */
export function readDpkgStatus(bytes: Uint8Array, path: string, release: Release): Manifest {
  const records = textOf(bytes).split(/\n(?:[ \t]*\n)+/u)
  return listed(records, path, (record) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(\\S.*?)[ \\t]*$`, 'imu').exec(record)?.[1]
    const status = field('Status')
    // Also what waits to be configured has its files in place (dpkg(1), "Package states").
    if (/ (not-installed|config-files)$/u.test(status ?? '')) return null
    const name = field('Package')
    const version = field('Version')
    if (name === undefined || version === undefined) return 'malformed'
    const [, sourceName, sourceVersion] =
      /^(\S+)(?:\s+\(([^)]+)\))?$/u.exec(field('Source') ?? '') ?? []
    return systemPackage(
      {
        ...named('deb', release),
        name,
        version,
        architecture: field('Architecture') ?? '',
        source: { name: sourceName ?? name, version: sourceVersion ?? version },
      },
      { places: [{ path }] },
    )
  })
}

/** The packages of apk's database: letters before a colon, a blank line between packages. @throws inventory-malformed */
export function readApkInstalled(bytes: Uint8Array, path: string, release: Release): Manifest {
  return listed(textOf(bytes).split(/\n\n+/u), path, (record) => {
    const field = (letter: string) => new RegExp(`^${letter}:(.+)$`, 'mu').exec(record)?.[1]
    const name = field('P')
    const version = field('V')
    if (name === undefined || version === undefined) return 'malformed'
    const source = { name: field('o') ?? name, version }
    const architecture = field('A') ?? ''
    return systemPackage(
      { ...named('apk', release), name, version, architecture, source },
      { places: [{ path }] },
    )
  })
}

const named = (type: 'deb' | 'apk', release: Release) => ({
  type,
  distribution: release.id,
  release: release.versionId,
  ecosystem: ecosystemOf(release),
})

function listed(
  records: readonly string[],
  path: string,
  read: (record: string) => Package | 'malformed' | null,
): Manifest {
  const packages: Package[] = []
  const notChecked: NotChecked[] = []
  const filled = records.filter((record) => record.trim() !== '')
  if (filled.length > packagesMax)
    throw new OperatingError('limit-exceeded', `\`${path}\` holds over ${packagesMax} packages`)
  for (const [n, record] of filled.entries()) {
    const one = read(record)
    if (one === 'malformed')
      notChecked.push({
        reason: 'not-understood',
        what: `package ${n + 1}`,
        detail: 'has no name or no version',
        place: { path },
      })
    else if (one !== null) packages.push(one)
  }
  return { packages, notChecked }
}
