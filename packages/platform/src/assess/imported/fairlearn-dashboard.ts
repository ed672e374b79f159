// The dictionary behind Fairlearn's dashboard (`_create_group_metric_set`, up to version 0.6). It also holds every
// row's label and prediction; none of that is taken.

import {
  type ImportedResult,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@proofhouse/evidence'
import {
  columnIn,
  type ImportedFile,
  labelOf,
  listIn,
  nameOf,
  numbersIn,
  objectIn,
  refuseImport,
} from './import-form.ts'
import { rateMeasure } from './measure-names.ts'

/** Whether a file is a dashboard's dictionary. */
export const isDashboard = (value: JsonValue): value is JsonObject =>
  isJsonObject(value) && value['schemaType'] === 'dashboardDictionary'

/** Reads a dashboard of one model. @throws import-malformed */
export function readDashboard(value: JsonObject): ImportedFile {
  const models = listIn(value['modelNames'])
  if (models.length > 1)
    refuseImport(
      `the dashboard compares ${models.length} models; write the dictionary of the one that the system uses`,
    )
  const bins = listIn(value['precomputedFeatureBins'])
  const metrics = listIn(value['precomputedMetrics'])
  const results = bins.flatMap((bin, n) => feature(objectIn(bin), listIn(metrics[n])[0], n === 0))
  const numbers = numbersIn(value['trueY']) + numbersIn(value['predictedY'])
  return {
    form: 'dashboard',
    peerVersion: null,
    made: null,
    results,
    tests: [],
    leftOut: numbers,
  }
}

/** The metrics of each group of one column, and those of everyone, which every column repeats. */
function feature(
  bin: JsonObject,
  metrics: JsonValue | undefined,
  withEveryone: boolean,
): ImportedResult[] {
  const column = columnIn(bin['featureBinName'])
  const labels = listIn(bin['binLabels']).map(labelOf)
  return Object.entries(objectIn(metrics)).flatMap(([name, of]) => {
    const { global: everyone, bins } = objectIn(of)
    const values = listIn(bins)
    if (values.length !== labels.length)
      refuseImport(`\`${nameOf(name)}\` does not have a value for every group of \`${column}\``)
    const measure = rateMeasure(name)
    const number = (one: JsonValue | undefined) => (typeof one === 'number' ? one : null)
    const overall = { name: nameOf(`overall.${name}`), measure, over: [], slice: null }
    return [
      ...(withEveryone ? [{ ...overall, value: number(everyone) }] : []),
      ...labels.map((label, n) => ({
        name: nameOf(`by_group.${name}`),
        measure,
        over: [column],
        slice: { [column]: label },
        value: number(values[n]),
      })),
    ]
  })
}
