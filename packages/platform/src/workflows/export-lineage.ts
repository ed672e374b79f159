// The runs that a ledger records, as events of OpenLineage: `proofhouse provenance export`.

import { resolve } from 'node:path'
import {
  type JsonObject,
  parseStatement,
  provenance,
  readStatement,
  sha256Hex,
  trainingBuildType,
} from '@proofhouse/evidence'
import { openLineageEvent } from '../artifacts/provenance/index.ts'
import type { Services } from './services.ts'
import { requireLedger, vouchedStatements } from './trace-provenance.ts'

/** Events, in the order of the ledger. */
export interface ExportedLineage {
  readonly events: readonly JsonObject[]
  /** Statements that no believed key has signed, which were passed over. */
  readonly passedOver: number
}

/** @throws ledger-missing, ledger-busy, ledger-corrupt */
export async function exportLineage(
  services: Pick<Services, 'files' | 'now' | 'openWorkspace'>,
  { workspace: folder, namespace }: { readonly workspace: string; readonly namespace: string },
): Promise<ExportedLineage> {
  await requireLedger(services.files, folder)
  const workspace = await services.openWorkspace(resolve(folder))
  const events: JsonObject[] = []
  let passedOver = 0
  try {
    const at = services.now()
    for await (const { index, payload } of vouchedStatements(workspace)) {
      if (payload === null) passedOver++
      else if (parseStatement(payload).predicateType === provenance.uri) {
        const { subject, predicate } = readStatement(payload, provenance)
        // What parameters of other build types mean is not known here.
        if (predicate.buildDefinition.buildType !== trainingBuildType) continue
        const run = { index, subject, predicate, digest: sha256Hex(payload) }
        events.push(openLineageEvent(run, { namespace, at }))
      }
    }
  } finally {
    await workspace.close()
  }
  return { events, passedOver }
}
