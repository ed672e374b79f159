// Records how a model was trained: `proofhouse provenance record`.

import { resolve } from 'node:path'
import {
  assert,
  type Checkpoint,
  provenance,
  type Provenance,
  type Statement,
  utf8,
} from '@proofhouse/evidence'
import {
  describedRun,
  type ProvenanceForm,
  type TrainingDescription,
  type TrainingRun,
  trainingStatement,
} from '../artifacts/provenance/index.ts'
import { contentsOnDisk, withDigests } from './hash-run.ts'
import { formOf, readRuns } from './read-runs.ts'
import { readServerRun, type RunServer } from './read-server-run.ts'
import { recordEachOnce, type RecordedOnce } from './record-once.ts'
import type { Services } from './services.ts'

/** What to record. */
export interface RecordProvenanceRequest {
  /** Of files; of a server, the id of the run. */
  readonly path: string
  /** The server that keeps the run; null for files. */
  readonly server: RunServer | null
  /** Null to tell it by what is there. */
  readonly form: ProvenanceForm | null
  readonly outputs: readonly string[]
  /** The workspace whose ledger records it; null to make the statements and record nothing. */
  readonly out: string | null
}

/** Statements about runs, in the order of the file. */
export interface RecordedProvenance {
  readonly form: ProvenanceForm
  readonly runs: readonly {
    readonly statement: Statement<Provenance>
    /** Null where nothing was to be recorded. */
    readonly entry: RecordedOnce | null
    /** What is not in the statement, and why, in words. */
    readonly leftOut: readonly string[]
  }[]
  readonly checkpoint: Checkpoint | null
}

/** @throws import-malformed, limit-exceeded, file-missing, server-unreachable, server-refused, ledger-busy, ledger-corrupt */
export async function recordProvenance(
  services: Services,
  { path, server, form: given, outputs, out }: RecordProvenanceRequest,
): Promise<RecordedProvenance> {
  const form = server === null ? (given ?? (await formOf(services, path))) : 'mlflow'
  const read =
    server === null
      ? await readRuns(services, { path, form, outputs })
      : [await readServerRun(services, server, path)]
  return { form, ...(await recordRuns(services, read, out)) }
}

/** A run described by a program. */
export interface RecordDescriptionRequest {
  readonly description: TrainingDescription
  /** That paths start from. */
  readonly folder: string
  readonly out: string
}

/** The statement about a described run, with its place. */
export interface RecordedDescription {
  readonly statement: Statement<Provenance>
  /** Its entry in the ledger, and whether it was put there now. */
  readonly entry: RecordedOnce
  /** What is not in the statement, and why, in words. */
  readonly leftOut: readonly string[]
}

/** @throws import-malformed, limit-exceeded, ledger-busy, ledger-corrupt */
export async function recordDescription(
  services: Services,
  { description, folder, out }: RecordDescriptionRequest,
): Promise<RecordedDescription> {
  const described = describedRun(utf8(JSON.stringify(description)), 'the description')
  const run = await withDigests(described, contentsOnDisk(services, folder))
  const { runs } = await recordRuns(services, [run], out)
  const [recorded] = runs
  assert(recorded?.entry !== undefined && recorded.entry !== null, 'one run has one entry')
  return { ...recorded, entry: recorded.entry }
}

async function recordRuns(
  services: Services,
  read: readonly TrainingRun[],
  out: string | null,
): Promise<Omit<RecordedProvenance, 'form'>> {
  // Checked before anything is opened: what is refused leaves no workspace behind.
  const made = read.map((run) => trainingStatement(run, services.toolVersion))
  if (out === null) return { runs: made.map((one) => ({ ...one, entry: null })), checkpoint: null }
  const workspace = await services.openWorkspace(resolve(out))
  try {
    const statements = made.map(({ statement }) => statement)
    const entries = await recordEachOnce(workspace, provenance, statements)
    const runs = made.map((one, at) => ({ ...one, entry: entries[at] ?? null }))
    const { checkpoint } = await workspace.ledger.checkpoint()
    return { runs, checkpoint }
  } finally {
    await workspace.close()
  }
}
