// Statements of provenance as events of OpenLineage (spec 2-0-2), for catalogues of lineage: one run that completed for each
// statement, with digests as versions of data sets, and the lineage of columns and its transformations as they came in.

import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Provenance,
  type ResourceDescriptor,
  sha256Hex,
  textOf,
  fromBase64,
  utf8,
} from '@proofhouse/evidence'
import { listIn, objectIn, readJson, textIn } from './read-documents.ts'

const producer = 'https://proofhouse.dev'
const facets = 'https://openlineage.io/spec/facets'
const ownFacet = `${producer}/training-run/v1`

/** A statement of provenance with its place in the ledger. */
export interface RecordedRun {
  readonly index: number
  readonly subject: readonly ResourceDescriptor[]
  readonly predicate: Provenance
  /** SHA-256 of the statement. */
  readonly digest: string
}

/** What a data set is called in OpenLineage. */
type DataSetName = { readonly namespace: string; readonly name: string }

/**
 * The event of one run.
 * @param namespace of jobs and data sets that have none of their own
 * @param at the moment of a run that tells none
 */
export function openLineageEvent(
  { index, subject, predicate, digest }: RecordedRun,
  { namespace, at }: { readonly namespace: string; readonly at: Date },
): JsonObject {
  const { buildDefinition, runDetails } = predicate
  const { externalParameters, internalParameters = {}, resolvedDependencies = [] } = buildDefinition
  const metadata = runDetails.metadata ?? {}
  const [code] = resolvedDependencies.filter((each) => roleOf(each) === 'code')
  const taken = resolvedDependencies.filter((each) => roleOf(each) !== 'code')
  // The second name of a file is no second data set.
  const made = subject.filter(({ annotations }) => annotations?.['digestOf'] !== 'model signature')
  const lineage = columnLineageIn(runDetails.byproducts ?? [])
  const names = new Map<string, DataSetName>(
    [...taken, ...made].map((each) => [each.name ?? '', dataSetName(each, namespace)]),
  )
  const { name: told, command, hyperparameters, seeds } = externalParameters
  return {
    eventType: 'COMPLETE',
    eventTime: metadata.finishedOn ?? metadata.startedOn ?? at.toISOString(),
    producer,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: {
      runId: runIdOf(metadata.invocationId ?? '', digest),
      facets: {
        proofhouse_provenance: {
          ...facet(ownFacet),
          entry: index,
          statement: `sha256:${digest}`,
          buildType: buildDefinition.buildType,
          startedOn: metadata.startedOn ?? null,
          finishedOn: metadata.finishedOn ?? null,
          hyperparameters: objectIn(hyperparameters),
          seeds: objectIn(seeds),
          environment: objectIn(internalParameters['environment']),
        },
      },
    },
    job: {
      ...jobName(textIn(told) ?? buildDefinition.buildType, { namespace, externalParameters }),
      facets: {
        ...(code?.uri === undefined ? {} : { sourceCodeLocation: codeFacet(code.uri) }),
        ...(textIn(command) === null
          ? {}
          : { proofhouse_command: { ...facet(ownFacet), command: textIn(command) } }),
      },
    },
    inputs: taken.map((each) => dataSet(each, names)),
    outputs: made.map((each) => dataSet(each, names, lineage)),
  }
}

const facet = (schema: string) => ({ _producer: producer, _schemaURL: schema })

const roleOf = ({ annotations }: ResourceDescriptor): string =>
  textIn(annotations?.['role']) ?? 'other'

/** The id of the run where it is a UUID; or else one made from the statement (RFC 9562 §5.8). */
function runIdOf(told: string, digest: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(told)) return told.toLowerCase()
  const hex = sha256Hex(utf8(digest))
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** What came from OpenLineage has its namespace before the last slash. */
function jobName(
  name: string,
  {
    namespace,
    externalParameters,
  }: { readonly namespace: string; readonly externalParameters: JsonObject },
): DataSetName {
  const cut = name.lastIndexOf('/')
  const isOwn = objectIn(externalParameters['reported'])['form'] === 'openlineage' && cut > 0
  return isOwn ? { namespace: name.slice(0, cut), name: name.slice(cut + 1) } : { namespace, name }
}

function codeFacet(uri: string): JsonObject {
  const [, url = uri, version] = /^(?:git\+)?(.+?)(?:@([0-9a-f]{40,64}))?$/.exec(uri) ?? []
  return {
    ...facet(`${facets}/1-1-0/SourceCodeLocationJobFacet.json#/$defs/SourceCodeLocationJobFacet`),
    type: 'git',
    url,
    repoUrl: url,
    ...(version === undefined ? {} : { version }),
  }
}

/** By the namespace it came with; by the host of its URI; or in the namespace given. */
function dataSetName(
  { name = 'unnamed', uri, annotations }: ResourceDescriptor,
  namespace: string,
) {
  const own = textIn(annotations?.['namespace'])
  if (own !== null && name.startsWith(`${own}/`))
    return { namespace: own, name: name.slice(own.length + 1) }
  const [, place, path] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]+)\/([^?#]+)/.exec(uri ?? '') ?? []
  return place === undefined || path === undefined
    ? { namespace, name }
    : { namespace: place, name: path }
}

function dataSet(
  each: ResourceDescriptor,
  names: ReadonlyMap<string, DataSetName>,
  lineage: readonly JsonObject[] = [],
): JsonObject {
  const { name = '', uri, digest = {} } = each
  const digests = Object.entries(digest).map(([algorithm, hex]) => `${algorithm}:${hex}`)
  const version =
    textIn(each.annotations?.['version']) ??
    digests.find((one) => one.startsWith('sha256:')) ??
    digests[0]
  const columns = lineage.filter((row) => row['output'] === name)
  return {
    ...names.get(name),
    facets: {
      ...(version === undefined
        ? {}
        : {
            version: {
              ...facet(
                `${facets}/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet`,
              ),
              datasetVersion: version,
            },
          }),
      ...(uri === undefined
        ? {}
        : {
            dataSource: {
              ...facet(`${facets}/1-0-1/DatasourceDatasetFacet.json#/$defs/DatasourceDatasetFacet`),
              name,
              uri,
            },
          }),
      ...(columns.length === 0 ? {} : { columnLineage: columnFacet(columns, names) }),
      proofhouse_digests: { ...facet(ownFacet), digests, role: roleOf(each) },
    },
  }
}

function columnLineageIn(byproducts: readonly ResourceDescriptor[]): JsonObject[] {
  const held = byproducts.find(({ name }) => name === 'column-lineage')?.content
  if (held === undefined) return []
  const value = readJson(utf8(textOf(fromBase64(held))), 'column-lineage')
  return listIn(value).filter((row) => isJsonObject(row))
}

/** The column `*` is the data set as a whole. */
function columnFacet(
  columns: readonly JsonObject[],
  names: ReadonlyMap<string, DataSetName>,
): JsonObject {
  const inputs = (row: JsonObject | undefined) =>
    listIn(row?.['from']).map((from) => inputField(objectIn(from), names))
  const whole = columns.find(({ column }) => column === '*')
  return {
    ...facet(`${facets}/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet`),
    fields: Object.fromEntries(
      columns
        .filter(({ column }) => column !== '*')
        .map((row) => [textIn(row['column']) ?? '', { inputFields: inputs(row) }]),
    ),
    ...(whole === undefined ? {} : { dataset: inputs(whole) }),
  }
}

function inputField(from: JsonObject, names: ReadonlyMap<string, DataSetName>): JsonObject {
  const told = textIn(from['dataSet']) ?? ''
  const cut = told.lastIndexOf('/')
  const split = { namespace: told.slice(0, Math.max(cut, 0)), name: told.slice(cut + 1) }
  return {
    ...(names.get(told) ?? split),
    field: textIn(from['column']) ?? '',
    transformations: listIn(from['transformations']).flatMap(transformationOf),
  }
}

/** `DIRECT/AGGREGATION, masked`. */
function transformationOf(text: JsonValue): JsonObject[] {
  if (typeof text !== 'string' || text === '') return []
  const masking = text.endsWith(', masked')
  const [type = '', subtype] = (masking ? text.slice(0, -', masked'.length) : text).split('/')
  return [{ type, ...(subtype === undefined ? {} : { subtype }), masking }]
}
