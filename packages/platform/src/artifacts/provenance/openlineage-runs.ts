// OpenLineage events (spec 1 and 2), one JSON object a line, or a list of them: the runs that completed, each with what it
// read and wrote and the lineage of columns. Data sets have names there and no digests of their content: a name with its
// version is hashed under an algorithm of its own name, which nobody can take for a digest of content.

import { createHash } from 'node:crypto'
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  textOf,
  utf8,
} from '@proofhouse/evidence'
import { listIn, objectIn, readJson, textIn } from './read-documents.ts'
import {
  artifact,
  codeAt,
  type ColumnLineage,
  emptyRun,
  type RunArtifact,
  type TrainingRun,
  utcOf,
} from './training-run.ts'

const eventsMax = 100_000

/** The runs that completed. @throws import-malformed */
export function openLineageRuns(bytes: Uint8Array, fileName: string): TrainingRun[] {
  const byRun = new Map<string, JsonObject[]>()
  for (const event of eventsIn(bytes, fileName)) {
    const id = textIn(objectIn(event['run'])['runId'])
    if (id !== null) byRun.set(id, [...(byRun.get(id) ?? []), event])
  }
  const runs = [...byRun].flatMap(([id, events]) =>
    events.some((event) => event['eventType'] === 'COMPLETE') ? [runOf(id, events)] : [],
  )
  if (runs.length === 0)
    throw new OperatingError(
      'import-malformed',
      `\`${fileName}\` holds no run of OpenLineage that completed`,
    )
  return runs
}

function eventsIn(bytes: Uint8Array, fileName: string): JsonObject[] {
  const text = textOf(bytes).trim()
  const isLines =
    !text.startsWith('[') &&
    /\}\s*\n\s*\{/.test(text) &&
    text.split('\n').every((line) => /^\s*(?:\{.*\})?\s*$/.test(line))
  const values: readonly JsonValue[] = isLines
    ? text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => readJson(utf8(line), fileName))
    : [readJson(bytes, fileName)].flatMap((value) =>
        Array.isArray(value) ? listIn(value) : [value],
      )
  if (values.length > eventsMax)
    throw new OperatingError(
      'limit-exceeded',
      `\`${fileName}\` holds more than ${eventsMax} events`,
    )
  return values.filter((value) => isJsonObject(value))
}

/** Facts add up over the events of a run; the last word on a data set counts. */
function runOf(id: string, events: readonly JsonObject[]): TrainingRun {
  const job = objectIn(events.at(-1)?.['job'])
  const [inputs, outputs] = (['inputs', 'outputs'] as const).map((side) => dataSets(events, side))
  const moment = (type: string) =>
    utcOf(events.find((event) => event['eventType'] === type)?.['eventTime'] ?? null)
  const place =
    events
      .map((event) => objectIn(objectIn(objectIn(event['job'])['facets'])['sourceCodeLocation']))
      .findLast((each) => 'url' in each) ?? {}
  const code = codeAt(textIn(place['repoUrl']) ?? textIn(place['url']), textIn(place['version']))
  return {
    ...emptyRun('openlineage'),
    formVersion: /spec\/([\d-]+)\//.exec(textIn(events[0]?.['schemaURL']) ?? '')?.[1] ?? null,
    name:
      [textIn(job['namespace']), textIn(job['name'])].filter((each) => each !== null).join('/') ||
      null,
    runId: id,
    startedOn: moment('START'),
    finishedOn: moment('COMPLETE'),
    command: textIn(objectIn(objectIn(job['facets'])['sql'])['query']),
    outputs: (outputs ?? []).map(dataSetOf),
    inputs: [
      ...(inputs ?? []).map((each) => ({ ...dataSetOf(each), role: 'data-set' as const })),
      ...(code === null ? [] : [code]),
    ],
    columnLineage: (outputs ?? []).flatMap(columnsOf),
    leftOut: ['OpenLineage names data sets and not their content: digests of it are not known'],
  }
}

const nameOf = (each: JsonObject): string =>
  `${textIn(each['namespace']) ?? ''}/${textIn(each['name']) ?? ''}`

function dataSets(events: readonly JsonObject[], side: 'inputs' | 'outputs'): JsonObject[] {
  const byName = new Map<string, JsonObject>()
  for (const event of events)
    for (const row of listIn(event[side])) {
      const each = objectIn(row)
      const before = byName.get(nameOf(each))
      const facets = { ...objectIn(before?.['facets']), ...objectIn(each['facets']) }
      byName.set(nameOf(each), { ...each, facets })
    }
  return [...byName.values()]
}

function dataSetOf(each: JsonObject): RunArtifact {
  const version = textIn(objectIn(objectIn(each['facets'])['version'])['datasetVersion'])
  const uri = textIn(objectIn(objectIn(each['facets'])['dataSource'])['uri'])
  const identity = JSON.stringify([textIn(each['namespace']), textIn(each['name']), version])
  return artifact(nameOf(each), {
    digest: { openLineageName: createHash('sha256').update(identity).digest('hex') },
    uri: uri !== null && /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(uri) ? uri : null,
    notes: {
      ...(version === null ? {} : { version }),
      ...(textIn(each['namespace']) === null ? {} : { namespace: textIn(each['namespace']) ?? '' }),
    },
  })
}

function columnsOf(each: JsonObject): ColumnLineage[] {
  const facet = objectIn(objectIn(each['facets'])['columnLineage'])
  const fromOf = (rows: JsonValue | undefined, field: JsonObject) =>
    listIn(rows).map((row) => {
      const input = objectIn(row)
      return {
        dataSet: nameOf(input),
        column: textIn(input['field']) ?? '',
        transformations: transformationsOf(input, field),
      }
    })
  const columns = Object.entries(objectIn(facet['fields'])).map(([column, field]) => ({
    output: nameOf(each),
    column,
    from: fromOf(objectIn(field)['inputFields'], objectIn(field)),
  }))
  // Since 1.2 also what decided over the rows of the whole data set, such as a filter or a join.
  const whole = fromOf(facet['dataset'], {})
  return whole.length === 0
    ? columns
    : [...columns, { output: nameOf(each), column: '*', from: whole }]
}

/** Since 1.2 every input says how; before, the column did. */
function transformationsOf(input: JsonObject, field: JsonObject): string[] {
  const listed = listIn(input['transformations']).map((row) => {
    const one = objectIn(row)
    const kind = [textIn(one['type']), textIn(one['subtype'])]
      .filter((each) => each !== null)
      .join('/')
    return one['masking'] === true ? `${kind}, masked` : kind
  })
  const old = textIn(field['transformationType'])
  return listed.length > 0 ? listed : old === null ? [] : [old]
}
