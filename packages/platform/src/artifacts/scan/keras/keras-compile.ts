// What a Keras model was compiled with: losses and metrics by name, which Keras looks up among its own and those the program
// registered, so that a name of neither is somebody's code.

import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../configs/json-reader.ts'
import type { Finder } from '../scan-findings.ts'
import { kerasClasses } from './keras-names.ts'

/** Short names beside those that classes have as functions. */
const shortNames =
  'mse mae mape msle mse_loss bce cce acc ce accuracy crossentropy kld kl_divergence kullback_leibler_divergence logcosh log_cosh huber_loss cosine ' +
  'cosine_proximity cosine_similarity auc auto loss weighted_acc weighted_accuracy ctc topk_categorical_accuracy'
/** `MeanSquaredError` is `mean_squared_error` too. */
const asFunction = (name: string) =>
  name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase()
const known: ReadonlySet<string> = new Set([
  ...kerasClasses,
  ...[...kerasClasses].flatMap((name) => [name.toLowerCase(), asFunction(name)]),
  ...shortNames.split(' '),
  ...shortNames.toUpperCase().split(' '),
])

/** Whether an object tells what a model was compiled with. */
export const isCompileConfig = (object: JsonObject): boolean =>
  (object.has('loss') || object.has('metrics')) &&
  (object.has('optimizer') || object.has('optimizer_config'))

/** Finds names of losses and metrics that are not those of Keras. */
export function scanCompileConfig(object: JsonObject, path: string, finder: Finder): void {
  for (const key of ['loss', 'metrics', 'weighted_metrics'])
    for (const name of namesIn(object.get(key)))
      if (!known.has(name))
        finder.found(
          'keras-unknown-object',
          null,
          `\`${path === '' ? key : `${path}.${key}`}\`: \`${name}\` is not part of Keras`,
        )
}

/** Texts in lists and by output; objects are looked at by themselves. */
function namesIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  if (isJsonArray(value)) return value.flatMap(namesIn)
  if (!isJsonObject(value) || value.has('class_name') || isCompileConfig(value)) return []
  return [...value.values()].flatMap(namesIn)
}
