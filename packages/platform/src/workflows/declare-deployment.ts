// A deployment's declaration, from a YAML or JSON file into the evidence log of the workspace that takes its decisions. A changed
// declaration is a new version; entries name theirs, and so keep their meaning.

import {
  canonicalJson,
  deploymentDeclared,
  equalBytes,
  type JsonValue,
  makeStatement,
  OperatingError,
  sha256Hex,
  textOf,
} from '@proofhouse/evidence'
import { Type } from 'typebox'
import { parseDocument } from 'yaml'
import { type Deployment, openDeployment, readDeployment } from '../decisions/index.ts'
import { decisionOperation, operate } from './decision-operation.ts'
import type { Services } from './services.ts'

const sizeMaxBytes = 4 * 1_048_576

/** What came of a declaration. */
export interface DeclaredDeployment {
  readonly deployment: Deployment
  readonly version: number
  /** Entry of the evidence log that states it; null where it was the newest version already. */
  readonly index: number | null
}

/** Declares; decisions are taken under it once it is stated. */
export const declaring = decisionOperation({
  name: 'deploy',
  changes: true,
  shape: Type.Object({ declaration: Type.Unknown() }, { additionalProperties: false }),
  async run({ log, workspace }, { declaration }, { now }): Promise<DeclaredDeployment> {
    const deployment = readDeployment(declaration)
    const canonical = canonicalJson(deployment)
    const before = log.deployments.get(deployment.id) ?? null
    const bytesBefore = before === null ? null : canonicalJson(before.deployment)
    if (before !== null && bytesBefore !== null && equalBytes(bytesBefore, canonical))
      return { deployment, version: before.version, index: null }
    const of = openDeployment(deployment, before)
    const subject = { name: deployment.id, digest: { sha256: sha256Hex(canonical) } }
    const statement = makeStatement(deploymentDeclared, [subject], {
      deployment: deployment.id,
      version: of.version,
      log: log.place.origin,
      declaration: deployment,
      previous: bytesBefore === null ? null : sha256Hex(bytesBefore),
      statedAt: now().toISOString(),
    })
    const { index } = await workspace.recorder.record(statement)
    log.declare(of)
    return { deployment, version: of.version, index }
  },
})

/** Adds a deployment, or a new version of it. @throws config-invalid, file-missing, and what the log throws */
export async function declareDeployment(
  { file, folder }: { readonly file: string; readonly folder: string },
  services: Services,
): Promise<DeclaredDeployment> {
  const document = parseDocument(textOf(await services.files.read(file, sizeMaxBytes)))
  const [problem] = document.errors
  if (problem !== undefined)
    throw new OperatingError('config-invalid', `\`${file}\`: ${problem.message.split('\n')[0]}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked field by field next
  const declaration = document.toJS({ maxAliasCount: 0 }) as JsonValue
  // Before anything is opened: a mistake in a file is told at once.
  readDeployment(declaration)
  return operate(declaring, { folder, request: { declaration } }, services)
}
