// What programs act on in a configuration, whatever format it was read from: templates, files of Python code, names of what
// to call. Every object in it is looked at; nothing is called.

import { isCompileConfig, scanCompileConfig } from '../keras/keras-compile.ts'
import { isKerasObject, scanKerasObject } from '../keras/keras-objects.ts'
import { codeIn } from '../code-words.ts'
import type { Finder } from '../scan-findings.ts'
import { scanTemplate } from '../templates/scan-template.ts'
import { dangerOfTarget, targetsIn } from './call-targets.ts'
import { isNotebook, scanNotebook } from './notebook.ts'
import { isSkopsObject, scanSkopsObject } from './skops-objects.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-reader.ts'

/** Settings whose texts some loader may run; elsewhere code is data. */
const namesCode = /(?:_fn|_func|_function|_callback|_hook|_command|_script|_expr)$/

/** Templates under any name that read special attributes of Python: what programs fill in is theirs to choose. */
const reachesInside = /\{[{%][^}]{0,2000}__[a-z]+__/

interface Place {
  readonly value: JsonValue
  readonly path: string
}

/** Scans everything in a configuration. */
export function scanConfig(root: JsonValue, finder: Finder): void {
  if (isNotebook(root)) scanNotebook(root, finder)
  const open: Place[] = [{ value: root, path: '' }]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, path } = place
    if (isJsonArray(value)) {
      for (const [at, item] of value.entries())
        if (typeof item === 'object' && item !== null)
          open.push({ value: item, path: `${path}[${at}]` })
    } else if (isJsonObject(value)) {
      scanObject(value, path, finder)
      for (const [key, item] of value)
        if (typeof item === 'object' && item !== null)
          open.push({ value: item, path: path === '' ? key : `${path}.${key}` })
    }
  }
}

function scanObject(object: JsonObject, path: string, finder: Finder): void {
  if (isSkopsObject(object)) scanSkopsObject(object, path, finder)
  if (isKerasObject(object)) scanKerasObject(object, path, finder)
  if (isCompileConfig(object)) scanCompileConfig(object, path, finder)
  for (const [key, value] of object) {
    const here = path === '' ? key : `${path}.${key}`
    if (key.includes('chat_template')) scanTemplates(value, here, finder)
    else if (key === '_target_' || key === 'target') scanTarget(key, value, here, object, finder)
    else if (key === 'auto_map' || key === 'custom_pipelines') scanCode(value, here, finder)
    else if (key === 'weight_map') scanPaths(value, here, finder)
    else if (
      key === 'parent_library' ||
      key === 'loader_module' ||
      (key === 'type' && isModule(object))
    )
      scanModule(key, value, here, finder)
    else if (key === 'trust_remote_code' && value === true)
      finder.found(
        'config-remote-code',
        null,
        `\`${here}\` asks for code from elsewhere to be trusted`,
      )
    else if (typeof value === 'string' && namesCode.test(key) && codeIn(value) !== null)
      finder.found('described-code', null, `\`${here}\` holds \`${codeIn(value) ?? ''}\``)
    else if (typeof value === 'string' && reachesInside.test(value))
      scanTemplate(value, finder.within(here))
    else if (typeof value === 'string' && value.includes('_target_'))
      for (const target of targetsIn(value)) scanTarget('_target_', target, here, object, finder)
  }
}

/** A template, or several by name: `[{"name": …, "template": …}]` or `{name: template}`. */
function scanTemplates(value: JsonValue, path: string, finder: Finder): void {
  if (typeof value === 'string') scanTemplate(value, finder.within(path))
  else if (isJsonArray(value))
    value.forEach((item, at) => {
      if (isJsonObject(item)) scanTemplates(item.get('template') ?? null, `${path}[${at}]`, finder)
      else if (typeof item === 'string') scanTemplate(item, finder.within(`${path}[${at}]`))
    })
  else if (isJsonObject(value))
    for (const [name, item] of value)
      if (typeof item === 'string') scanTemplate(item, finder.within(`${path}.${name}`))
}

/** `_target_`, and `target` as latent-diffusion's configurations spell it, which is an ordinary word elsewhere. */
function scanTarget(
  key: string,
  value: JsonValue,
  path: string,
  beside: JsonObject,
  finder: Finder,
): void {
  if (typeof value !== 'string') return
  if (key === 'target' && !(beside.has('params') && value.includes('.'))) return
  const danger = dangerOfTarget(value)
  if (danger !== null)
    finder.found('config-dangerous-target', null, `\`${path}\`: \`${value}\` ${danger}`)
  // What a look-up by name is given, and what partial applications wrap.
  for (const named of [beside.get('path'), beside.get('func'), ...listed(beside.get('_args_'))])
    if (typeof named === 'string' && /^[A-Za-z_]\w*(?:\.\w+)+$/.test(named)) {
      const effect = dangerOfTarget(named)
      if (effect !== null)
        finder.found('config-dangerous-target', null, `\`${path}\`: \`${named}\` ${effect}`)
    }
}

/** An entry of sentence-transformers' `modules.json`. */
const isModule = (object: JsonObject) =>
  object.has('idx') && object.has('path') && object.has('name')

/** Libraries whose modules these settings name: PEFT's base models, MLflow's loaders, sentence-transformers' parts. */
const knownModules: Readonly<Record<string, RegExp>> = {
  parent_library:
    /^(?:transformers|diffusers|timm|peft|torch|torchvision|sentence_transformers|__main__)(?:\.|$)/,
  loader_module: /^mlflow(?:\.|$)/,
  type: /^sentence_transformers\./,
}

/** A module that the loader imports. */
function scanModule(key: string, value: JsonValue, path: string, finder: Finder): void {
  if (typeof value !== 'string' || value === '' || knownModules[key]?.test(value) === true) return
  const danger = dangerOfTarget(value)
  if (danger === null)
    finder.found('config-remote-code', null, `\`${path}\` has \`${value}\` imported`)
  else finder.found('config-dangerous-target', null, `\`${path}\`: \`${value}\` ${danger}`)
}

/** Files of a model that is kept in several. */
function scanPaths(value: JsonValue, path: string, finder: Finder): void {
  if (!isJsonObject(value)) return
  for (const file of new Set(value.values()))
    if (typeof file === 'string' && /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]|^[A-Za-z]:|:\/\//.test(file))
      finder.found('config-path-escape', null, `\`${path}\` takes weights from \`${file}\``)
}

const listed = (value: JsonValue | undefined) => (isJsonArray(value) ? value : [])

function scanCode(value: JsonValue, path: string, finder: Finder): void {
  if (!isJsonObject(value) || value.size === 0) return
  const names = [...value.values()].flatMap((item) =>
    typeof item === 'string' ? [item] : listed(item).filter((i) => typeof i === 'string'),
  )
  const elsewhere = names.find((name) => name.includes('--'))
  finder.found(
    'config-remote-code',
    null,
    elsewhere === undefined
      ? `\`${path}\` has Python files of the model imported: ${names.slice(0, 3).join(', ')}`
      : `\`${path}\` has Python files of another repository imported: ${elsewhere}`,
  )
}
