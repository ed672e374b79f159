// What a serialised Keras object would have built or called (keras/src/saving/serialization_lib.py): a module and a name,
// resolved while the model is loaded, and called with the configuration beside it. Deny by default.

import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../configs/json-reader.ts'
import { codeIn } from '../code-words.ts'
import { dangerOf } from '../pickle/dangerous-imports.ts'
import type { Finder } from '../scan-findings.ts'
import { kerasClasses } from './keras-names.ts'

/** Packages of Keras whose members hold numbers, and compute with them. */
const plainModules =
  /^(?:keras(?:_hub|_nlp|_cv)?|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(?:\.(?:api|src))?(?:\.(?:_v\d|v\d))?(?:\.(?:layers|models|engine|activations|initializers|optimizers|losses|metrics|regularizers|constraints|ops|random|dtype_policies|quantizers|mixed_precision|tokenizers|samplers|bounding_box)(?:\.\w+)*)?$/
const anyKeras = /^(?:keras\w*|tf_keras|tensorflow(?:\.python)?\.keras)(?:\.|$)/
/** Functions in those packages that load, save or build by name once more. */
const loaders =
  /^(?:deserialize\w*|load_\w+|save_\w+|model_from_\w+|get_file|get|clone_model|enable_unsafe_deserialization)$/
/** Objects that only spell a value. */
const spelled = /^__(?:tensor|numpy|bytes|ellipsis|keras_tensor|tuple|tf_tensor|dtype|set)__$/
/** What older Keras calls its own optimizers: registered under the name of everybody's classes. */
const builtInUnderCustom =
  /^Custom>(?:Adadelta|Adafactor|Adagrad|Adam|AdamW|Adamax|Ftrl|Lion|Nadam|RMSprop|SGD)$/
/** Symbols of TensorFlow, called by older models, that do more than compute. */
const reachingSymbols =
  /^(?:tf\.)?(?:compat\.v\d\.)?(?:io|raw_ops|saved_model|train|data|distribute|config|tpu|lite|xla|summary|autograph|__internal__|load_\w+|py_func\w*|numpy_function|print|keras|test|experimental|profiler|sysconfig|lookup|gfile|Session|function)(?:\.|$)/
const escapes = /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]|^[A-Za-z]:[\\/]/

/** Whether an object of a configuration is one that Keras would build. */
export function isKerasObject(object: JsonObject): boolean {
  return (
    typeof object.get('class_name') === 'string' &&
    (object.has('config') || object.has('module') || object.has('spec_name'))
  )
}

/** Scans one serialised object; those inside of it are scanned by themselves. */
export function scanKerasObject(object: JsonObject, path: string, finder: Finder): void {
  const className = text(object.get('class_name')) ?? ''
  const config = object.get('config')
  const module = text(object.get('module'))
  const found = (rule: Parameters<Finder['found']>[0], detail: string) =>
    finder.found(rule, null, path === '' ? detail : `\`${path}\`: ${detail}`)
  if (className === '__lambda__') found('keras-lambda', 'carries Python code as bytes')
  else if (className === 'Lambda') scanLambda(config, found)
  else if (className === 'TorchModuleWrapper')
    found('keras-embedded-model', 'holds a pickle of PyTorch')
  else if (className === 'TFSMLayer')
    found('keras-embedded-model', `loads ${shown(config, 'filepath')}`)
  else if (className === '__typespec__') judge(module, text(object.get('spec_name')) ?? '', found)
  else if (className === 'function') judge(module, text(config) ?? 'function', found)
  else if (className.endsWith('OpLambda')) scanSymbol(config, found)
  else if (!spelled.test(className)) judge(module, className, found)
  if (isJsonObject(config)) scanSettings(config, found)
}

type Found = (rule: Parameters<Finder['found']>[0], detail: string) => void

const text = (value: JsonValue | undefined) => (typeof value === 'string' ? value : null)
const shown = (config: JsonValue | undefined, key: string) =>
  isJsonObject(config) ? `\`${text(config.get(key)) ?? ''}\`` : 'what it does not name'

/** What is built or called by a module and a name. */
function judge(module: string | null, name: string, found: Found): void {
  const whole = module === null ? name : `${module}.${name}`
  if (module === null || module === '') {
    if (!kerasClasses.has(name) && !builtInUnderCustom.test(name))
      found('keras-unknown-object', `\`${name}\` is not part of Keras`)
  } else if (anyKeras.test(module)) {
    if (loaders.test(name))
      found('keras-dangerous-object', `\`${whole}\` loads what the file names`)
    else if (!plainModules.test(module) || (/^keras$/.test(module) && !kerasClasses.has(name)))
      found('keras-dangerous-object', `\`${whole}\` is not a part of a model`)
  } else if (
    /^tensorflow(?:\.python)?\.(?:framework|ops\.ragged|data\.ops)\b/.test(module) &&
    name.endsWith('Spec')
  ) {
    // Descriptions of tensors.
  } else {
    const danger = dangerOf(module, name)
    if (danger === null) found('keras-unknown-object', `\`${whole}\` is not part of Keras`)
    else found('keras-dangerous-object', `\`${whole}\` ${danger}`)
  }
}

/** A layer that calls a function: older files carry its code in a list, newer ones in an object, which is seen by itself. */
function scanLambda(config: JsonValue | undefined, found: Found): void {
  if (!isJsonObject(config))
    return found('keras-lambda', 'a Lambda layer whose function is not told')
  if (!config.has('function')) found('keras-lambda', 'a Lambda layer whose function is not told')
  for (const key of ['function', 'output_shape', 'mask']) {
    const value = config.get(key)
    // Between the two, files have the list as `{"class_name": "__tuple__", "items": […]}`.
    const items = isJsonObject(value) ? value.get('items') : value
    const isCode = isJsonArray(items) && typeof items[0] === 'string'
    if (isCode || (typeof value === 'string' && config.get(`${key}_type`) === 'lambda'))
      found('keras-lambda', `the \`${key}\` of a Lambda layer is Python code as bytes`)
    else if (typeof value === 'string')
      found('keras-unknown-object', `a Lambda layer calls \`${value}\`, which is not in the file`)
  }
}

function scanSymbol(config: JsonValue | undefined, found: Found): void {
  const symbol = isJsonObject(config) ? text(config.get('function')) : null
  if (symbol !== null && reachingSymbols.test(symbol))
    found('keras-dangerous-object', `calls \`tf.${symbol}\``)
}

/** Texts of a layer that name a module to look something up in, a function that loads, or hold code. */
function scanText(key: string, value: string, found: Found): void {
  const danger = key.endsWith('module') && /^[\w.]+$/.test(value) ? dangerOf(value, '*') : null
  const code = codeIn(value)
  if (danger !== null)
    found('keras-dangerous-object', `\`${key}\` names \`${value}\`, which ${danger}`)
  else if (/(?:^|\.)get_file$/.test(value))
    found(
      'keras-dangerous-object',
      `\`${key}\` names \`${value}\`, which loads what the file names`,
    )
  else if (code !== null) found('keras-dangerous-object', `\`${key}\` holds \`${code}\``)
}

function scanSettings(config: JsonObject, found: Found): void {
  const name = text(config.get('name'))
  if (name !== null && escapes.test(name)) found('keras-name-escape', `is called \`${name}\``)
  for (const [key, value] of config) if (typeof value === 'string') scanText(key, value, found)
  for (const key of ['vocabulary', 'idf_weights', 'merges', 'file_path', 'filepath']) {
    const value = text(config.get(key))
    if (value !== null && value !== '')
      found('keras-file-reference', `takes \`${key}\` from \`${value}\``)
  }
}
