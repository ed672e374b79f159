// The statements of a vulnerability check (in-toto vulns v0.2), appended to a workspace's ledger.

import {
  type JsonObject,
  makeStatement,
  type ResourceDescriptor,
  type ScannedVulnerability,
  type Statement,
  type Vulnerabilities,
  type VulnerabilityCheck,
  vulnerabilities,
  vulnerabilityCheckField,
} from '@proofhouse/evidence'
import { type Inventory, type Place, placesMax } from '../artifacts/inventory/index.ts'
import { type JudgedFinding, verdictOf } from '../artifacts/vulnerabilities/index.ts'
import type { CheckedPackages } from './check-packages.ts'
import { partsThatFit, type RecordedChecks, recordInWorkspace } from './record-in-workspace.ts'
import type { Services } from './services.ts'

/** URI of the scanner that statements name: this program. */
const scannerUri = 'https://proofhouse.dev/vulns'

/** Appends the statements to a workspace's ledger; null where there is nothing to state. */
export async function recordVulnerabilities(
  services: Services,
  given: {
    readonly out: string
    readonly files: Inventory['files']
    readonly checked: CheckedPackages
  },
): Promise<RecordedChecks | null> {
  const { out, files, checked } = given
  const about = files.map(({ path, sha256 }) => ({
    path,
    subject: { name: path, digest: { sha256 } },
  }))
  const statements = vulnerabilityStatements(services, about, checked)
  return statements.length === 0 ? null : recordInWorkspace(services, out, statements)
}

/** The oldest of the advisories' feeds: what came later in another one does not make this one newer. */
function oldestUpdate({ feeds }: Pick<CheckedPackages, 'feeds'>): string | null {
  const updates = feeds.flatMap(({ name, updated }) =>
    name === 'osv' && updated !== null && !Number.isNaN(Date.parse(updated))
      ? [new Date(updated).toISOString()]
      : [],
  )
  return updates.length === 0 ? null : updates.reduce((a, b) => (a < b ? a : b))
}

/** What a check is about: a file, and how a statement names it. */
interface CheckedFile {
  /** As places name it; null for what is no file. */
  readonly path: string | null
  readonly subject: ResourceDescriptor
}

/**
 * One statement about all that was read; where that is too long, one about each part of it, with what was found
 * there and what belongs to no file. None where no advisory was read, or there is nothing to be about.
 */
export function vulnerabilityStatements(
  { toolVersion, now }: Pick<Services, 'toolVersion' | 'now'>,
  files: readonly CheckedFile[],
  checked: CheckedPackages,
): readonly Statement<Vulnerabilities>[] {
  const lastUpdate = oldestUpdate(checked)
  if (lastUpdate === null || files.length === 0) return []
  const parts = partsThatFit(files, ({ subject }) => subject)
  const scanner = {
    uri: scannerUri,
    version: toolVersion,
    db: { uri: 'https://osv.dev', lastUpdate },
  }
  const metadata = { scanStartedOn: checked.startedAt, scanFinishedOn: now().toISOString() }
  return parts.map((part, n) => {
    const own = parts.length === 1 ? checked : checkedIn(part, files, checked)
    const subject = part.map((file) => file.subject)
    return makeStatement(vulnerabilities, subject, {
      scanner: { ...scanner, result: own.findings.map(scannedOf) },
      metadata,
      [vulnerabilityCheckField]: {
        ...checkOf(own),
        ...(parts.length === 1 ? {} : { part: { number: n + 1, of: parts.length } }),
      },
    })
  })
}

/** What of a check is about a part of the files. What has its place in none, or in more than are kept, is about each part. */
function checkedIn(
  part: readonly CheckedFile[],
  all: readonly CheckedFile[],
  checked: CheckedPackages,
): CheckedPackages {
  const pathsOf = (files: readonly CheckedFile[]) => new Set(files.map(({ path }) => path))
  const [own, stated] = [pathsOf(part), pathsOf(all)]
  const isAbout = (places: readonly Place[]) =>
    places.length >= placesMax ||
    places.some(({ path }) => own.has(path)) ||
    !places.some(({ path }) => stated.has(path))
  const findings = checked.findings.filter((finding) => isAbout(finding.package.places))
  const notChecked = checked.notChecked.filter(({ place }) =>
    isAbout(place === null ? [] : [place]),
  )
  return {
    ...checked,
    findings,
    notChecked,
    packages: checked.packages.filter(({ places }) => isAbout(places)),
    verdict: verdictOf(findings, notChecked, checked.policy),
  }
}

const checkOf = (checked: CheckedPackages): VulnerabilityCheck => ({
  verdict: checked.verdict,
  packages: checked.packages.length,
  policy: { ...checked.policy, accepted: [...checked.policy.accepted] },
  feeds: checked.feeds.map(({ name, ecosystem, records, updated, version }) => ({
    name,
    ecosystem,
    records,
    updated,
    version,
  })),
  notChecked: checked.notChecked.map(notCheckedOf),
})

function scannedOf(finding: JudgedFinding): ScannedVulnerability {
  const { id, ids, upstream, records, rating, severities, fix, standing, kev, epss, vex } = finding
  const scores = severities.map(({ type, score, value }) => ({
    method: type,
    score: value === null ? score : String(value),
  }))
  const about: JsonObject = {
    package: finding.package.purl,
    ids,
    upstream,
    records,
    fix,
    malware: finding.malware,
    standing: { ...standing },
    ...(kev === null ? {} : { kev: { ...kev } }),
    ...(epss === null ? {} : { epss: { ...epss } }),
    ...(vex === null
      ? {}
      : { vex: { status: vex.statement.status, state: vex.state, source: vex.statement.source } }),
  }
  const severity = [
    ...scores.filter(({ score }) => score !== ''),
    { method: 'rating', score: rating },
  ]
  return { id, severity, annotations: [about] }
}

const notCheckedOf = ({
  reason,
  what,
  detail,
  place,
  accepted,
}: CheckedPackages['notChecked'][number]): JsonObject => ({
  reason,
  what,
  detail,
  accepted,
  place: place === null ? null : { ...place },
})
