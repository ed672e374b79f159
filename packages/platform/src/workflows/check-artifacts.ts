// Looks at what lies beside an assessment's model, where the system file names it: secrets in the sources, known
// vulnerabilities of the packages. What is found is measured, so that rules can bound it, and stated in the ledger.

import { basename, relative } from 'node:path'
import type { JsonObject, Statement } from '@proofhouse/evidence'
import { artifactMeasure, type Measure } from '../assess/index.ts'
import type { ArtifactSettings, SystemFile } from '../registry/index.ts'
import type { ReportPackages, ReportSecrets } from '../reports/index.ts'
import { checkVulnerabilities } from './check-vulnerabilities.ts'
import { searchForSecrets } from './find-secrets.ts'
import { vulnerabilityStatements } from './record-vulnerabilities.ts'
import { resultPath } from './result-path.ts'
import type { Services } from './services.ts'

/** Days for which a VEX statement holds; none is read here. */
const vexAgeMaxDays = 365

/** What was found beside the model. */
export interface CheckedArtifacts {
  /** Null where no sources are named. */
  readonly secrets: ReportSecrets | null
  /** Null where no packages are named. */
  readonly packages: ReportPackages | null
  readonly measures: readonly Measure[]
  readonly statements: readonly Statement<JsonObject>[]
}

/** Where to look. */
interface ArtifactRequest {
  readonly file: Pick<SystemFile, 'artifacts'>
  /** The folder of the system file, from which paths are told. */
  readonly folder: string
  /** Resolves a path of the system file. */
  readonly locate: (path: string) => string
  /** The workspace, which is not searched. */
  readonly out: string
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/** @throws file-missing, file-unreadable, limit-exceeded, inventory-malformed, feed-malformed, interrupted */
export async function checkArtifacts(
  services: Services,
  request: ArtifactRequest,
): Promise<CheckedArtifacts> {
  const { artifacts } = request.file
  const secrets = artifacts === null ? null : await lookForSecrets(services, request, artifacts)
  const packages = artifacts === null ? null : await lookAtPackages(services, request, artifacts)
  return {
    secrets: secrets?.reported ?? null,
    packages: packages?.reported ?? null,
    measures: [secrets, packages].flatMap((found) => found?.measure ?? []),
    statements: [...(secrets?.statements ?? []), ...(packages?.statements ?? [])],
  }
}

const unlookedText = (count: number, done: string): string | null =>
  count === 0 ? null : `${count === 1 ? 'one thing' : `${count} things`} could not be ${done}`

async function lookForSecrets(
  services: Services,
  { locate, folder, out, signal, progress }: ArtifactRequest,
  { sources, exclude, baseline }: ArtifactSettings,
) {
  if (sources.length === 0) return null
  progress('looking for secrets')
  const { found, statements } = await searchForSecrets(services, {
    paths: sources.map(locate),
    history: false,
    exclude,
    baselinePath: baseline === null ? null : locate(baseline),
    writeBaseline: false,
    sarifPath: null,
    out,
    base: folder,
    signal,
    progress: () => undefined,
  })
  const { verdict, findings, incomplete, files, known, allowed } = found
  const unlooked = unlookedText(incomplete.length, 'searched')
  return {
    reported: {
      verdict,
      files,
      known,
      allowed,
      findings: findings.map(({ told }) => told),
      not_searched: incomplete.map(({ path, why }) => `${path}: ${why}`),
    },
    measure: artifactMeasure({
      measure: 'artifacts.secrets',
      found: findings.length,
      looked: files,
      unlooked,
    }),
    statements,
  }
}

async function lookAtPackages(
  services: Services,
  { locate, progress }: ArtifactRequest,
  { requirements, osv, failOn }: ArtifactSettings,
) {
  if (requirements === null || osv === null) return null
  progress('looking for known vulnerabilities')
  // As seen from here: what is said of files names them so, and statements tell nobody where a disk keeps them.
  const path = relative('.', locate(requirements)) || '.'
  const feeds = {
    mirror: locate(osv),
    kev: null,
    epss: null,
    vex: [],
    vexAgeMaxDays,
    product: null,
  }
  const policy = {
    severityMin: failOn,
    fixableOnly: false,
    epssMin: null,
    feedAgeMaxDays: null,
    accepted: [],
  }
  const request = { path, feeds, policy, out: null, sarifPath: null }
  const checked = await checkVulnerabilities(services, request)
  const about = checked.files.map(({ path: one, sha256 }) => ({
    path: one,
    subject: {
      name: one === path ? basename(path) : resultPath(path, one),
      digest: { sha256 },
    },
  }))
  const { verdict, findings, notChecked, feeds: read, packages } = checked
  return {
    reported: {
      verdict,
      path: requirements,
      packages: packages.length,
      findings: findings.map(({ package: one, id, rating, fix, standing }) => ({
        package: one.name,
        version: one.version,
        id,
        rating,
        fix,
        counts: standing.breaks,
      })),
      not_checked: notChecked.map(({ what, detail }) => `${what}: ${detail}`),
      advisories: read.map(({ name, ecosystem, updated }) => ({
        name: ecosystem === null ? name : `${name} ${ecosystem}`,
        updated,
      })),
    },
    measure: artifactMeasure({
      measure: 'artifacts.vulnerabilities',
      found: findings.filter(({ standing }) => standing.breaks).length,
      looked: packages.length,
      unlooked: unlookedText(notChecked.length, 'checked'),
    }),
    statements: vulnerabilityStatements(services, about, checked),
  }
}
