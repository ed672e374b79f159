// Searches paths and their history for secrets, against a baseline of known ones: `proofhouse secrets`.

import { createHash } from 'node:crypto'
import { dirname, matchesGlob, relative, resolve } from 'node:path'
import { OperatingError, type Statement, type TestResult } from '@proofhouse/evidence'
import {
  type Baseline,
  baselineSizeMaxBytes,
  type FileContent,
  formatBaseline,
  parseBaseline,
  type SearchedPaths,
  searchPaths,
  type SecretFinding,
} from '../artifacts/secrets/index.ts'
import { renderSecretsSarif, secretLine } from '../reports/index.ts'
import { type RecordedChecks, recordInWorkspace } from './record-in-workspace.ts'
import { secretsStatements } from './secrets-statement.ts'
import type { Services } from './services.ts'

const stepSizeBytes = 1_048_576

/** What to search. */
export interface FindSecretsRequest {
  readonly paths: readonly string[]
  readonly history: boolean
  /** Paths that match one of these are not searched, nor what lies below them. */
  readonly exclude: readonly string[]
  /** The file of known secrets; null for none. */
  readonly baselinePath: string | null
  /** Whether to write what is found as the baseline. */
  readonly writeBaseline: boolean
  /** Where to write SARIF; null for nowhere. */
  readonly sarifPath: string | null
  /** The workspace whose ledger records the answer, itself not searched; null to record nothing. */
  readonly out: string | null
  /** The folder from which paths are told where there is no baseline. */
  readonly base: string
  readonly signal: AbortSignal
  readonly progress: (files: number) => void
}

/** What was found, without the secrets themselves. */
export interface FoundSecrets extends Omit<SearchedPaths, 'findings'> {
  readonly verdict: 'found' | 'incomplete' | 'clean'
  /** What the baseline does not know. */
  readonly findings: readonly (SecretFinding & {
    /** The finding in one line, for a person. */
    readonly told: string
  })[]
  /** How many the baseline knows, and how many of its own were not found any more. */
  readonly known: number
  readonly gone: number
  /** Whether fingerprints are the same in the next run: they are under a baseline's key. */
  readonly lastingFingerprints: boolean
  /** Null when nothing was to be recorded. */
  readonly recorded: RecordedChecks | null
}

/** What was found, before it is recorded. */
type Settled = Omit<FoundSecrets, 'recorded'>

type SearchServices = Pick<
  Services,
  'files' | 'searchedFiles' | 'gitHistory' | 'newId' | 'toolVersion' | 'now'
>

/**
 * Searches for secrets.
 * @throws file-missing, config-invalid for a baseline that cannot be read, file-unwritable, interrupted, and those of
 *   the ledger
 */
export async function findSecrets(
  services: SearchServices & Pick<Services, 'openWorkspace'>,
  request: FindSecretsRequest,
): Promise<FoundSecrets> {
  const { found, statements } = await searchForSecrets(services, request)
  const { out } = request
  const recorded = out === null ? null : await recordInWorkspace(services, out, statements)
  return { ...found, recorded }
}

/** The same without a ledger: what was found, and the statements of it, none without a workspace. */
export async function searchForSecrets(
  services: SearchServices,
  request: FindSecretsRequest,
): Promise<{ readonly found: Settled; readonly statements: readonly Statement<TestResult>[] }> {
  const startedAt = services.now()
  const { out } = request
  const { baselinePath, writeBaseline } = request
  if (writeBaseline && baselinePath === null)
    throw new OperatingError(
      'usage-invalid',
      '`--write-baseline` needs `--baseline FILE`: where to write',
    )
  const baseline = await readBaseline(services.files, request)
  const key = baseline?.key ?? keyFrom(services.newId)
  // Beside a baseline paths are told from its folder, so that they are the same wherever the search is started.
  const base = baselinePath === null ? resolve(request.base) : dirname(resolve(baselinePath))
  const shown = (path: string) => relative(base, resolve(path)) || '.'
  const clean = new Map<string, string>()
  const searched = await searchPaths(services, {
    paths: request.paths,
    history: request.history,
    key,
    shown,
    excluded: (path) =>
      isExcluded(shown(path), request.exclude) || (out !== null && resolve(path) === resolve(out)),
    clean:
      out === null
        ? null
        : async (path, content) => {
            clean.set(path, await digestOf(content))
          },
    signal: request.signal,
    progress: request.progress,
  })
  if (writeBaseline && baselinePath !== null)
    await services.files.write(baselinePath, formatBaseline(key, searched.findings))
  const found = settle(searched, { baseline, writeBaseline, lasting: baselinePath !== null })
  if (request.sarifPath !== null)
    await services.files.write(request.sarifPath, renderSecretsSarif(found, services.toolVersion))
  if (out === null) return { found, statements: [] }
  const times = { startedAt, finishedAt: services.now() }
  const statements = secretsStatements({
    found,
    clean,
    toolVersion: services.toolVersion,
    ...times,
  })
  return { found, statements }
}

/** Read once more, while it is open: its bytes are those that were searched, unless someone writes to it. */
async function digestOf(content: FileContent): Promise<string> {
  const digest = createHash('sha256')
  for (let at = 0; at < content.sizeBytes; at += stepSizeBytes)
    digest.update(await content.read(at, Math.min(stepSizeBytes, content.sizeBytes - at)))
  return digest.digest('hex')
}

function settle(
  searched: SearchedPaths,
  {
    baseline,
    writeBaseline,
    lasting,
  }: { baseline: Baseline | null; writeBaseline: boolean; lasting: boolean },
): Settled {
  const known = new Set(
    writeBaseline ? searched.findings.map(({ fingerprint }) => fingerprint) : baseline?.known,
  )
  const findings = searched.findings.filter(({ fingerprint }) => !known.has(fingerprint))
  const met = new Set(searched.findings.map(({ fingerprint }) => fingerprint))
  return {
    ...searched,
    verdict:
      findings.length > 0 ? 'found' : searched.incomplete.length > 0 ? 'incomplete' : 'clean',
    findings: findings.map((finding) => ({ ...finding, told: secretLine(finding) })),
    known: searched.findings.length - findings.length,
    gone: [...known].filter((fingerprint) => !met.has(fingerprint)).length,
    lastingFingerprints: lasting && (baseline !== null || writeBaseline),
  }
}

/** The baseline; null where none is named, or one is to be written where there is none. */
async function readBaseline(
  files: Services['files'],
  { baselinePath, writeBaseline }: FindSecretsRequest,
): Promise<Baseline | null> {
  if (baselinePath === null) return null
  if (writeBaseline && (await files.kind(baselinePath)) === null) return null
  return parseBaseline(await files.read(baselinePath, baselineSizeMaxBytes), baselinePath)
}

/** A key from two random ids of 122 bits each. */
function keyFrom(newId: () => string): Uint8Array {
  return createHash('sha256').update(newId()).update(newId()).digest()
}

function isExcluded(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const bare = pattern.replace(/\/+$/, '')
    return (
      matchesGlob(path, bare) ||
      (!bare.includes('/') && matchesGlob(path.split('/').at(-1) ?? '', bare))
    )
  })
}
