// SPDX 3.0.1 in JSON-LD: the same content as elements of the profiles Core, Software, AI and Dataset.
// `profileConformance` names the AI and Dataset profiles only where all that they require is known: a supplier, a place to get
// it from and dates are facts about a release that nobody can measure, and are not made up.

import { canonicalJson, type JsonObject } from '@proofhouse/evidence'
import type { Package } from '../inventory/package.ts'
import {
  type BomAssessment,
  type BomContent,
  type BomData,
  type BomModel,
  dataReference,
  modelReference,
  ownDigests,
  sortedPackages,
} from './bom-content.ts'
import { nameUuid } from './name-uuid.ts'

const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld'
const creationInfo = '_:creationinfo'

/** The document. */
export function spdxDocument(content: BomContent): JsonObject {
  const { name, version, model, data, assessment } = content
  // Identifiers lie below a name that no one else has: that of the content.
  const base = `https://proofhouse.dev/spdx/${nameUuid(canonicalJson({ ...seedOf(content) }))}`
  const identifier = (reference: string) => `${base}#${encodeURIComponent(reference)}`
  const root = identifier('system')
  const time = content.time.replace(/\.\d+Z$/u, 'Z')
  const agents = agentsOf(content, identifier)
  const packages = sortedPackages(content)
  const elements = [
    ...agents,
    {
      ...element('software_Package', root, name),
      ...(version === null ? {} : { software_packageVersion: version }),
      software_primaryPurpose: 'application',
    },
    ...(model === null ? [] : [aiPackage(model, assessment, identifier)]),
    ...data.map((one) => datasetPackage(one, identifier)),
    ...packages.map((one) => libraryPackage(one, identifier)),
  ]
  const relationships = relationshipsOf(content, packages, identifier)
  const members = [...elements, ...relationships]
  const sbom = {
    ...element('software_Sbom', identifier('sbom'), `bill of materials of ${name}`),
    rootElement: [root],
    element: members.map((one) => one['spdxId']).toSorted(),
    software_sbomType: ['analyzed'],
    profileConformance: ['core', 'software'],
  }
  const document = {
    ...element('SpdxDocument', identifier('document'), name),
    rootElement: [sbom.spdxId],
    element: [sbom.spdxId, ...sbom.element],
    profileConformance: ['core', 'software'],
    ...(content.notNamed.length === 0
      ? {}
      : {
          comment: `Incomplete. Not named: ${content.notNamed.map(({ what, detail }) => `${what} (${detail})`).join('; ')}`,
        }),
  }
  const info = {
    type: 'CreationInfo',
    '@id': creationInfo,
    specVersion: '3.0.1',
    created: time,
    createdBy: [identifier('author')],
    createdUsing: [identifier('tool')],
  }
  return { '@context': context, '@graph': [info, document, sbom, ...members] }
}

const seedOf = ({ name, version, model, data, packages, time }: BomContent) => ({
  name,
  version,
  model: model === null ? null : { ...model, files: model.files.map((file) => ({ ...file })) },
  data: data.map(dataReference),
  packages: packages.map(({ purl }) => purl),
  time,
})

type Identifier = (reference: string) => string

const element = (type: string, spdxId: string, name: string) => ({
  type,
  spdxId,
  creationInfo,
  name,
})

const sha256 = (hashValue: string) => [{ type: 'Hash', algorithm: 'sha256', hashValue }]
const entry = (key: string, value: string) => ({ type: 'DictionaryEntry', key, value })

function agentsOf({ assessment, tool }: BomContent, identifier: Identifier) {
  const owner = assessment?.owner ?? ''
  return [
    element('SoftwareAgent', identifier('author'), `${tool.name} ${tool.version}`),
    element('Tool', identifier('tool'), `${tool.name} ${tool.version}`),
    ...(owner === '' ? [] : [element('Organization', identifier('owner'), owner)]),
  ]
}

const risks: Readonly<Record<string, string>> = { minimal: 'low', limited: 'medium', high: 'high' }

function aiPackage(
  model: BomModel,
  assessment: BomAssessment | null,
  identifier: Identifier,
): JsonObject & { readonly spdxId: string } {
  const [only] = model.files.length === 1 ? model.files : []
  const verifiedUsing =
    only === undefined
      ? model.files.map(({ name, sha256: hashValue }) => ({
          type: 'Hash',
          algorithm: 'sha256',
          hashValue,
          comment: name,
        }))
      : sha256(only.sha256)
  return {
    ...element('ai_AIPackage', identifier(modelReference(model)), model.name),
    software_primaryPurpose: 'model',
    ...(model.rootDigest === null ? {} : { software_packageVersion: `sha256:${model.rootDigest}` }),
    ...(verifiedUsing.length === 0 ? {} : { verifiedUsing }),
    ...(assessment === null ? {} : assessed(assessment, identifier)),
  }
}

function assessed(assessment: BomAssessment, identifier: Identifier): JsonObject {
  const { metrics, limitations, purpose, riskClass, task, threshold, fairness } = assessment
  const risk = risks[riskClass]
  const limits = [...limitations, ...fairness.map(({ finding }) => finding)]
  return {
    ...(assessment.owner === '' ? {} : { suppliedBy: identifier('owner') }),
    ai_informationAboutApplication: purpose,
    ai_typeOfModel: [task],
    ...(risk === undefined ? {} : { ai_safetyRiskAssessment: risk }),
    ...(limits.length === 0 ? {} : { ai_limitation: limits.join('\n') }),
    ai_metric: metrics.flatMap(({ name, slice, value, low, high }) => {
      if (value === null) return []
      const interval = low === null || high === null ? '' : ` (${low} to ${high})`
      return [entry(slice === '' ? name : `${name} ${slice}`, `${value}${interval}`)]
    }),
    ...(threshold === null ? {} : { ai_metricDecisionThreshold: [entry('score', `${threshold}`)] }),
  }
}

const intendedUses: Readonly<Record<string, string>> = {
  train: 'training of the model',
  test: 'testing of the model',
  reference: 'comparison of later data with it',
  current: 'comparison with earlier data',
}

function datasetPackage(data: BomData, identifier: Identifier) {
  const { role, name, rows, columns, sizeBytes, sensitive } = data
  return {
    ...element('dataset_DatasetPackage', identifier(dataReference(data)), name),
    description: `${role} data: ${rows} rows, ${columns} columns`,
    software_primaryPurpose: 'data',
    verifiedUsing: sha256(data.sha256),
    dataset_datasetType: ['structured'],
    dataset_datasetSize: sizeBytes,
    ...(intendedUses[role] === undefined ? {} : { dataset_intendedUse: intendedUses[role] }),
    ...(sensitive.length === 0
      ? {}
      : {
          dataset_hasSensitivePersonalInformation: 'yes',
          comment: `protected columns: ${sensitive.join(', ')}`,
        }),
  }
}

function libraryPackage(one: Package, identifier: Identifier) {
  const verifiedUsing = ownDigests(one).map(({ algorithm, digest }) => ({
    type: 'Hash',
    algorithm,
    hashValue: digest,
  }))
  return {
    ...element('software_Package', identifier(one.purl), one.name),
    software_packageVersion: one.version,
    software_packageUrl: one.purl,
    software_primaryPurpose: 'library',
    ...(verifiedUsing.length === 0 ? {} : { verifiedUsing }),
  }
}

function relationshipsOf(
  { model, data, notNamed }: BomContent,
  packages: readonly Package[],
  identifier: Identifier,
) {
  const relationship = (
    from: string,
    relationshipType: string,
    to: readonly string[],
    completeness: string,
  ) => ({
    type: 'Relationship',
    spdxId: identifier(`${from} ${relationshipType}`),
    creationInfo,
    from: identifier(from),
    relationshipType,
    to: to.map(identifier),
    completeness,
  })
  const reference = model === null ? null : modelReference(model)
  const of = (roles: readonly string[]) =>
    data.filter(({ role }) => roles.includes(role)).map(dataReference)
  const [trained, tested] = [of(['train']), of(['test'])]
  const parts = [...(reference === null ? [] : [reference]), ...packages.map(({ purl }) => purl)]
  return [
    ...(parts.length === 0
      ? []
      : [
          relationship(
            'system',
            'contains',
            parts,
            notNamed.length > 0 ? 'incomplete' : 'noAssertion',
          ),
        ]),
    ...(reference === null || trained.length === 0
      ? []
      : [relationship(reference, 'trainedOn', trained, 'noAssertion')]),
    ...(reference === null || tested.length === 0
      ? []
      : [relationship(reference, 'testedOn', tested, 'noAssertion')]),
  ]
}
