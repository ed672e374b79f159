// A run that trained a model, as whoever ran it or a tool of theirs tells it: what went in, what came out, and with what
// settings. Every reader of another tool's files makes one of these, and one function turns it into a statement.

import { type JsonValue, omsRootDigest, singleFileName } from '@proofhouse/evidence'

/** Where a run was read from. */
export type ProvenanceForm = 'description' | 'mlflow' | 'dvc' | 'wandb' | 'openlineage'

/** What an input was to a run. */
export type InputRole = 'data-set' | 'base-model' | 'code' | 'environment' | 'other'

/** Something that went in or came out. */
export interface RunArtifact {
  readonly name: string
  /** Algorithm → hexadecimal; empty where nobody took one. */
  readonly digest: Readonly<Record<string, string>>
  readonly uri: string | null
  /** Where it lies on this disk, from the run's folder, to be hashed; null where it does not, or need not be. */
  readonly path: string | null
  /** What the tool said of it besides. */
  readonly notes: Readonly<Record<string, string>>
}

/** An input with what it was. */
export interface RunInput extends RunArtifact {
  readonly role: InputRole
}

/** From which columns a column of an output was made. */
export interface ColumnLineage {
  readonly output: string
  /** `*` for the rows of the data set as a whole. */
  readonly column: string
  readonly from: readonly {
    readonly dataSet: string
    readonly column: string
    /** Such as `DIRECT/AGGREGATION`; the last word says that values are masked. */
    readonly transformations: readonly string[]
  }[]
}

/** A run. */
export interface TrainingRun {
  readonly form: ProvenanceForm
  /** Of the tool; null where its files do not say. */
  readonly formVersion: string | null
  readonly name: string | null
  readonly runId: string | null
  /** UTC, RFC 3339. */
  readonly startedOn: string | null
  readonly finishedOn: string | null
  readonly command: string | null
  readonly outputs: readonly RunArtifact[]
  readonly inputs: readonly RunInput[]
  readonly hyperparameters: Readonly<Record<string, JsonValue>>
  readonly environment: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly columnLineage: readonly ColumnLineage[]
  /** What the files lack or hold in a form that was not read, in words. */
  readonly leftOut: readonly string[]
}

/** A run of which nothing is known yet. */
export function emptyRun(form: ProvenanceForm): TrainingRun {
  return {
    form,
    formVersion: null,
    name: null,
    runId: null,
    startedOn: null,
    finishedOn: null,
    command: null,
    outputs: [],
    inputs: [],
    hyperparameters: {},
    environment: {},
    metrics: {},
    columnLineage: [],
    leftOut: [],
  }
}

/** An artifact of which only what is given is known. */
export function artifact(name: string, known: Partial<RunArtifact> = {}): RunArtifact {
  return { name, digest: {}, uri: null, path: null, notes: {}, ...known }
}

/** The digest by which a model of one file is signed and assessed, from SHA-256 of the file. */
export function rootOfFile(sha256: string): string {
  return omsRootDigest([{ name: singleFileName, algorithm: 'sha256', digest: sha256 }])
}

/** The commit of a repository as an input; null where there is no commit. */
export function codeAt(repository: string | null, commit: string | null): RunInput | null {
  if (commit === null || !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return null
  const url = repository === null ? null : httpsOf(repository)
  return {
    ...artifact(url ?? 'source code', {
      digest: { gitCommit: commit },
      uri: url === null ? null : `git+${url}@${commit}`,
    }),
    role: 'code',
  }
}

/** `git@host:team/repo.git` as a URL; no user or password stays in it. */
function httpsOf(repository: string): string | null {
  const [, host, path] = /^[\w.-]+@([\w.-]+):(.+)$/.exec(repository) ?? []
  if (host !== undefined && path !== undefined) return `ssh://${host}/${path}`
  const bare = repository.replace(/^([a-z+]+:\/\/)[^@/]*@/, '$1')
  return /^[a-z+]+:\/\/\S+$/.test(bare) ? bare.replace(/^git\+/, '') : null
}

/** A moment of epoch milliseconds; null where it is none. */
export function momentOf(epochMs: unknown): string | null {
  const ms = typeof epochMs === 'string' && /^\d{1,15}$/.test(epochMs) ? Number(epochMs) : epochMs
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms <= 0 || ms > 8.64e15) return null
  return new Date(ms).toISOString()
}

/** A moment as text, in UTC; null where it is none. A moment without a zone is taken as UTC. */
export function utcOf(text: unknown): string | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return null
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`
  const moment = new Date(zoned.replace(' ', 'T'))
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString()
}
