// What a training script imports: `import { recordTraining } from '@proofhouse/platform'`. The same as
// `proofhouse provenance record` over a description, without the file. See docs/provenance.md.

import { randomUUID } from 'node:crypto'
import { composeServices } from './compose.ts'
import type { TrainingDescription } from './artifacts/provenance/index.ts'
import { recordDescription, type RecordedDescription } from './workflows/index.ts'

export type { TrainingDescription } from './artifacts/provenance/index.ts'
export type { RecordedDescription } from './workflows/index.ts'

/**
 * Records how a model was trained in the ledger of a workspace, as SLSA provenance v1. Files that are named are hashed.
 * A run is recorded once: again, the entry it has is answered.
 * @param options.workspace the folder of evidence, such as `.proofhouse`; made where there is none
 * @param options.folder that relative paths start from; by default the current one
 * @throws OperatingError import-malformed for an unknown or wrong field, or when no output has a digest;
 *   file-unreadable, ledger-busy, ledger-corrupt
 */
export async function recordTraining(
  description: TrainingDescription,
  { workspace, folder = '.' }: { readonly workspace: string; readonly folder?: string },
): Promise<RecordedDescription> {
  const services = composeServices({ newId: randomUUID, now: () => new Date() })
  return recordDescription(services, { description, folder, out: workspace })
}
