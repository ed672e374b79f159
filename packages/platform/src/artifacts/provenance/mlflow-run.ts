// A run of MLflow as its file store lies on disk (`mlruns/<experiment>/<run>/`), versions 1 to 3, or a model that it saved
// (`MLmodel`). Files are parsed; no model is loaded and nothing executed.

import { type JsonObject, type JsonValue, OperatingError, textOf } from '@proofhouse/evidence'
import { objectIn, parameterValue, readJson, readYaml, textIn, textsIn } from './read-documents.ts'
import {
  artifact,
  codeAt,
  emptyRun,
  momentOf,
  type RunArtifact,
  type RunInput,
  type TrainingRun,
  utcOf,
} from './training-run.ts'

/** Small files by path from the run's folder; `../` leads into its experiment. */
export type RunFiles = ReadonlyMap<string, Uint8Array>

const textIs = (files: RunFiles, path: string): string | null => {
  const bytes = files.get(path)
  return bytes === undefined ? null : textOf(bytes).trim() || null
}

/** @throws import-malformed */
export function mlflowRun(files: RunFiles): TrainingRun {
  const meta = files.get('meta.yaml')
  if (meta === undefined) {
    const model = files.get('MLmodel')
    if (model !== undefined) return mlflowModel(model)
    throw new OperatingError(
      'import-malformed',
      'there is neither `meta.yaml` nor `MLmodel`: name the folder of one run, `mlruns/<experiment>/<run>`, or of a model',
    )
  }
  const info = objectIn(readYaml(meta, 'meta.yaml'))
  const tag = (name: string) => textIs(files, `tags/${name}`)
  const dataSets = inputsOf(files)
  const code = codeAt(
    tag('mlflow.source.git.repoURL'),
    tag('mlflow.source.git.commit') ?? textIn(info['source_version']),
  )
  const outputs = outputsOf(files)
  return {
    ...emptyRun('mlflow'),
    formVersion: versionOf(files, outputs),
    name: tag('mlflow.runName') ?? textIn(info['run_name']),
    runId: textIn(info['run_id']) ?? textIn(info['run_uuid']),
    startedOn: momentOf(info['start_time']),
    finishedOn: momentOf(info['end_time']),
    command: tag('mlflow.source.name') ?? textIn(info['source_name']),
    outputs,
    inputs: [
      ...dataSets.inputs,
      ...(code === null ? [] : [code]),
      ...environmentFiles(files, outputs),
    ],
    hyperparameters: Object.fromEntries(
      [...files]
        .filter(([path]) => path.startsWith('params/'))
        .map(([path, bytes]) => [path.slice('params/'.length), parameterValue(textOf(bytes))]),
    ),
    environment: pythonOf(files, outputs),
    metrics: metricsOf(files),
    leftOut: [
      ...dataSets.leftOut,
      ...(code === null
        ? ['the run names no commit: it was started outside of a git repository']
        : []),
      ...(dataSets.inputs.every(({ role }) => role !== 'data-set')
        ? ['the run names no data sets: `mlflow.log_input` was not called']
        : []),
      ...(info['status'] === undefined || info['status'] === 3 || info['status'] === 'FINISHED'
        ? []
        : [`the run did not finish: its status is ${JSON.stringify(info['status'])}`]),
    ],
  }
}

/** Folders with an `MLmodel` are what came out; of MLflow 3 they lie beside the runs, and the run's `outputs/` names them. */
function outputsOf(files: RunFiles): RunArtifact[] {
  const own = [...files.keys()]
    .filter((path) => path.startsWith('artifacts/') && path.endsWith('/MLmodel'))
    .map((path) => path.slice(0, -'/MLmodel'.length))
  const named = [...files]
    .filter(([path]) => /^outputs\/[^/]+\/meta\.yaml$/.test(path))
    .map(([path, bytes]) => textIn(objectIn(readYaml(bytes, path))['destination_id']))
    .filter((id) => id !== null && /^[\w-]+$/.test(id))
    .map((id) => `../models/${id}/artifacts`)
  return [...own, ...named].map((path) => artifact(modelName(files, path), { path }))
}

/** MLflow 3 keeps the name beside the model's artifacts. */
function modelName(files: RunFiles, path: string): string {
  const meta = files.get(path.replace(/artifacts$/, 'meta.yaml'))
  const [, id] = /^\.\.\/models\/([^/]+)/.exec(path) ?? []
  const name = meta === undefined ? null : textIn(objectIn(readYaml(meta, 'meta.yaml'))['name'])
  return id === undefined
    ? path.replace(/^artifacts\//, '')
    : name === null
      ? id
      : `${name} (${id})`
}

function inputsOf(files: RunFiles): { readonly inputs: RunInput[]; readonly leftOut: string[] } {
  const inputs: RunInput[] = []
  const leftOut: string[] = []
  for (const [path, bytes] of files) {
    if (!/^inputs\/[^/]+\/meta\.yaml$/.test(path)) continue
    const link = objectIn(readYaml(bytes, path))
    const id = textIn(link['source_id'])
    if (link['source_type'] === 'MODEL' && id !== null && /^[\w-]+$/.test(id)) {
      const model = `../models/${id}/artifacts`
      inputs.push({ ...artifact(modelName(files, model), { path: model }), role: 'base-model' })
      continue
    }
    const found = id === null ? undefined : files.get(`../datasets/${id}/meta.yaml`)
    if (found === undefined) {
      leftOut.push(`data set ${id ?? 'without id'} is named by the run and is not in the store`)
      continue
    }
    inputs.push(
      dataSetOf(objectIn(readYaml(found, `datasets/${id}/meta.yaml`)), textsIn(link['tags'])),
    )
  }
  return { inputs, leftOut }
}

/** MLflow's own digest is eight characters of its own making over a sample: it identifies, and proves nothing. */
function dataSetOf(meta: JsonObject, tags: Readonly<Record<string, string>>): RunInput {
  const name = textIn(meta['name']) ?? 'data set'
  const own = textIn(meta['digest'])
  const source = textIn(meta['source'])
  const place = source?.startsWith('{') === true ? objectIn(sourceOf(source)) : {}
  const uri = textIn(place['uri']) ?? textIn(place['url']) ?? textIn(place['path'])
  const isUri = uri !== null && /^[A-Za-z][A-Za-z0-9+.-]+:\S+$/.test(uri)
  return {
    ...artifact(name, {
      uri: isUri ? uri : null,
      notes: {
        ...(own === null ? {} : { mlflowDigest: own }),
        ...(tags['mlflow.data.context'] === undefined
          ? {}
          : { context: tags['mlflow.data.context'] }),
        ...(uri === null || isUri ? {} : { location: uri }),
      },
    }),
    role: 'data-set',
  }
}

function sourceOf(text: string): JsonValue {
  try {
    return readJson(new TextEncoder().encode(text), 'source of a data set')
  } catch {
    return null
  }
}

/** What each model says that it needs. */
function environmentFiles(files: RunFiles, outputs: readonly RunArtifact[]): RunInput[] {
  return outputs.flatMap(({ name: model, path }) =>
    ['requirements.txt', 'conda.yaml', 'python_env.yaml']
      .filter((name) => files.has(`${path}/${name}`))
      .map(
        (name): RunInput => ({
          ...artifact(`${model}/${name}`, { path: `${path}/${name}` }),
          role: 'environment',
        }),
      ),
  )
}

/**
 * The last value of each metric, as MLflow has it: that of the highest step, and there of the latest moment. Lines are
 * `moment value step`; what is written last need not be last.
 */
function metricsOf(files: RunFiles): Record<string, number> {
  const metrics: Record<string, number> = {}
  for (const [path, bytes] of files) {
    if (!path.startsWith('metrics/')) continue
    let last: readonly [step: number, moment: number, value: number] | null = null
    for (const line of textOf(bytes).split('\n')) {
      const [moment = '', value = '', step = '0'] = line.trim().split(/\s+/)
      const next = [Number(step), Number(moment), value === '' ? NaN : Number(value)] as const
      if (value !== '' && (last === null || isLater(next, last))) last = next
    }
    const value = last?.[2]
    if (value !== undefined && Number.isFinite(value))
      metrics[path.slice('metrics/'.length)] = value
  }
  return metrics
}

function isLater(one: readonly number[], other: readonly number[]): boolean {
  const [step = 0, moment = 0] = one
  const [otherStep = 0, otherMoment = 0] = other
  return step > otherStep || (step === otherStep && moment >= otherMoment)
}

function versionOf(files: RunFiles, outputs: readonly RunArtifact[]): string | null {
  for (const { path } of outputs) {
    const model = files.get(`${path}/MLmodel`)
    if (model !== undefined) return textIn(objectIn(readYaml(model, 'MLmodel'))['mlflow_version'])
  }
  return null
}

/** The Python that saved the models. */
function pythonOf(files: RunFiles, outputs: readonly RunArtifact[]): Record<string, string> {
  for (const { path } of outputs) {
    const model = files.get(`${path}/MLmodel`)
    const python = model === undefined ? null : pythonIn(objectIn(readYaml(model, 'MLmodel')))
    if (python !== null) return { python }
  }
  return {}
}

const pythonIn = (model: JsonObject): string | null =>
  textIn(objectIn(objectIn(model['flavors'])['python_function'])['python_version'])

/** Since version 3 the path may be a URL of where it lay on the machine of the training. */
function savedName(model: JsonObject): string {
  const path = textIn(model['artifact_path'])
  const isPlace = path === null || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path) || path.startsWith('/')
  return isPlace ? (textIn(model['model_id']) ?? 'model') : path
}

/** A saved model without its run: little is known of where it came from, and that is said. */
function mlflowModel(bytes: Uint8Array): TrainingRun {
  const model = objectIn(readYaml(bytes, 'MLmodel'))
  const python = pythonIn(model)
  return {
    ...emptyRun('mlflow'),
    formVersion: textIn(model['mlflow_version']),
    runId: textIn(model['run_id']),
    finishedOn: utcOf(model['utc_time_created']),
    outputs: [artifact(savedName(model), { path: '.' })],
    inputs: ['requirements.txt', 'conda.yaml'].map((path) => ({
      ...artifact(path, { path }),
      role: 'environment',
    })),
    environment: python === null ? {} : { python },
    leftOut: ['an `MLmodel` alone names no data, code or settings: name the folder of its run'],
  }
}
