// Writes a bill of materials of a project: packages from its files, the model hashed, data and model card from an assessment's
// report. `proofhouse bom`.

import { basename, resolve } from 'node:path'
import {
  cyclonedxBom as cyclonedxPredicate,
  type JsonObject,
  makeStatement,
  OperatingError,
} from '@proofhouse/evidence'
import {
  type BomContent,
  type BomModel,
  cyclonedxBom,
  spdxDocument,
} from '../artifacts/bom/index.ts'
import { hashModel } from '../artifacts/index.ts'
import { collectInventory, type Inventory } from '../artifacts/inventory/index.ts'
import { type AssessmentFacts, readAssessmentFacts } from './assessment-facts.ts'
import type { bomFormats } from './bom-formats.ts'
import { partsThatFit, type RecordedChecks, recordInWorkspace } from './record-in-workspace.ts'
import type { Services } from './services.ts'

const reportMaxBytes = 256 * 1_048_576

/** What to write. */
export interface BomRequest {
  readonly path: string
  readonly format: (typeof bomFormats)[number]
  /** The `report.json` of an assessment; null for none. */
  readonly report: string | null
  /** The model's file or folder; null for none. */
  readonly model: string | null
  /** The system's name; null for what the report calls it, or the folder's. */
  readonly name: string | null
  readonly version: string | null
  /** Where to write; null for nowhere. */
  readonly file: string | null
  /** The workspace to record in; null to record nothing. */
  readonly out: string | null
}

/** A bill of materials. */
export interface WrittenBom {
  readonly document: JsonObject
  readonly packages: number
  readonly data: number
  readonly model: string | null
  readonly notNamed: Inventory['notChecked']
  /** Null when nothing was to be recorded. */
  readonly recorded: RecordedChecks | null
}

/**
 * Writes a bill of materials.
 * @throws file-missing, inventory-malformed, model-changed when the report is about another model
 */
export async function writeBom(services: Services, request: BomRequest): Promise<WrittenBom> {
  const { path, format, file, out } = request
  if (out !== null && format === 'spdx-3.0.1')
    throw new OperatingError(
      'usage-invalid',
      'the ledger records CycloneDX; leave out `--out` or SPDX',
    )
  const inventory = await collectInventory(services.readableFiles, path)
  const facts =
    request.report === null
      ? null
      : readAssessmentFacts(
          await services.files.read(request.report, reportMaxBytes),
          request.report,
        )
  const model = await modelOf(services, request, facts)
  const content: BomContent = {
    name: request.name ?? facts?.systemName ?? basename(resolve(path)),
    version: request.version,
    model,
    assessment: facts?.assessment ?? null,
    data: facts?.data ?? [],
    packages: inventory.packages,
    notNamed: inventory.notChecked,
    tool: { name: 'proofhouse', version: services.toolVersion },
    time: services.now().toISOString(),
  }
  const document =
    format === 'spdx-3.0.1'
      ? spdxDocument(content)
      : cyclonedxBom(content, format === 'cyclonedx-1.6' ? '1.6' : '1.7')
  if (file !== null) await services.files.write(file, bomText(document))
  return {
    document,
    packages: inventory.packages.length,
    data: content.data.length,
    model: model?.rootDigest ?? null,
    notNamed: inventory.notChecked,
    recorded: out === null ? null : await record(services, out, { inventory, model, document }),
  }
}

const bomText = (document: JsonObject): string => `${JSON.stringify(document, null, 2)}\n`

async function modelOf(
  services: Services,
  { model }: BomRequest,
  facts: AssessmentFacts | null,
): Promise<BomModel | null> {
  if (model === null)
    return facts === null || facts.modelPath === null
      ? null
      : { name: basename(facts.modelPath), rootDigest: facts.modelRootDigest, files: [] }
  const { name, rootDigest, resources } = await hashModel(services.modelFiles, model)
  if (facts !== null && facts.modelRootDigest !== rootDigest)
    throw new OperatingError(
      'model-changed',
      `the report is about another model than \`${model}\`: its root digest is ${facts.modelRootDigest ?? 'none'}, not ${rootDigest}`,
    )
  const files = resources.map((one) => ({
    name: one.name === '.' ? name : one.name,
    sha256: one.digest,
  }))
  return { name, rootDigest, files }
}

async function record(
  services: Services,
  out: string,
  given: {
    readonly inventory: Inventory
    readonly model: BomModel | null
    readonly document: JsonObject
  },
): Promise<WrittenBom['recorded']> {
  const { inventory, model, document } = given
  const subject = [
    ...(model === null || model.rootDigest === null
      ? []
      : [{ name: model.name, digest: { sha256: model.rootDigest } }]),
    ...inventory.files.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
  ]
  if (subject.length === 0)
    throw new OperatingError(
      'inventory-malformed',
      'nothing names packages and no model is given: a statement would be about nothing',
    )
  const predicate = cyclonedxPredicate.shape(document, 'bom', 'write')
  // The bill is one; where a statement cannot name all files, each of several says it of a part of them.
  const statements = partsThatFit(subject, (one) => one).map((part) =>
    makeStatement(cyclonedxPredicate, part, predicate),
  )
  return recordInWorkspace(services, out, statements)
}
