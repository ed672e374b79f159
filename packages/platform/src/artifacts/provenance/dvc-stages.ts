// Stages of DVC: `dvc.lock` (schemas 1 and 2) names for every stage what it read and wrote, by MD5; a `.dvc` file names
// data that was added or imported.

import { posix } from 'node:path'
import { type JsonObject, type JsonValue, OperatingError } from '@proofhouse/evidence'
import { listIn, objectIn, readYaml, textIn } from './read-documents.ts'
import {
  artifact,
  codeAt,
  emptyRun,
  type RunArtifact,
  type RunInput,
  type TrainingRun,
} from './training-run.ts'

/**
 * The stages of a lock file, in its order.
 * @param pipeline the `dvc.yaml` beside it, which alone says in which folder a stage runs; null where there is none
 * @throws import-malformed
 */
export function dvcLock(
  bytes: Uint8Array,
  fileName: string,
  pipeline: Uint8Array | null = null,
): TrainingRun[] {
  const described =
    pipeline === null ? {} : objectIn(objectIn(readYaml(pipeline, 'dvc.yaml'))['stages'])
  const lock = objectIn(readYaml(bytes, fileName))
  const schema = textIn(lock['schema'])
  const stages = Object.entries(objectIn(schema === null ? lock : lock['stages']))
  if (stages.length === 0)
    throw new OperatingError(
      'import-malformed',
      `\`${fileName}\` has no stages; run \`dvc repro\` to lock them`,
    )
  return stages.map(([name, stage]) =>
    stageOf(name, objectIn(stage), { schema, folder: folderOf(name, described) }),
  )
}

/** `train@uk` is one of the stages that `train` stands for. A folder that has yet to be filled in is not known. */
function folderOf(name: string, described: JsonObject): string {
  const stage = objectIn(described[name] ?? described[name.replace(/@.*$/s, '')])
  const folder = textIn(stage['wdir']) ?? textIn(objectIn(stage['do'])['wdir']) ?? '.'
  return folder.includes('${') ? '.' : folder
}

function stageOf(
  name: string,
  stage: JsonObject,
  { schema, folder }: { readonly schema: string | null; readonly folder: string },
): TrainingRun {
  const files = objectIn(stage['params'])
  const several = Object.keys(files).length > 1
  return {
    ...emptyRun('dvc'),
    formVersion: schema,
    name,
    command: commandOf(stage['cmd']),
    outputs: listIn(stage['outs']).map((row) => tracked(objectIn(row), folder)),
    inputs: listIn(stage['deps']).map((row) => inputOf(tracked(objectIn(row), folder))),
    hyperparameters: Object.fromEntries(
      Object.entries(files).flatMap(([file, parameters]) =>
        Object.entries(objectIn(parameters)).map(([key, value]) => [
          several ? `${file}:${key}` : key,
          value,
        ]),
      ),
    ),
    leftOut: ['DVC does not say when a stage ran, nor in which environment'],
  }
}

/** Several commands are run one after the other. */
const commandOf = (command: JsonValue | undefined): string | null =>
  textIn(command) ??
  (listIn(command)
    .map(textIn)
    .filter((each) => each !== null)
    .join(' && ') ||
    null)

const source = /\.(?:py|r|R|jl|sh|ipynb|sql|scala|java|ts|js|c|cpp|rs|go)$/
const settings =
  /(?:^|\/)(?:requirements[\w.-]*\.txt|pyproject\.toml|conda\.ya?ml|environment\.ya?ml|\w+\.lock|Dockerfile)$/
const model = /\.(?:onnx|pt|pth|pkl|joblib|safetensors|gguf|h5|keras|bin)$/

function inputOf(each: RunArtifact): RunInput {
  const { name } = each
  const role = source.test(name)
    ? 'code'
    : settings.test(name)
      ? 'environment'
      : model.test(name)
        ? 'base-model'
        : 'data-set'
  return { ...each, role }
}

/** A file by MD5, a folder by the MD5 of its listing, which ends in `.dir`. */
function tracked(row: JsonObject, from: string): RunArtifact {
  const told = textIn(row['path']) ?? 'unnamed'
  const isUri = /^[a-z][a-z0-9+]+:\/\/\S+$/.test(told)
  const path = isUri || told.startsWith('/') ? told : posix.join(from, told)
  const [, md5, folder] = /^([0-9a-f]{32})(\.dir)?$/.exec(textIn(row['md5']) ?? '') ?? []
  const notes = Object.fromEntries(
    ['etag', 'checksum', 'version_id', 'size', 'nfiles'].flatMap((name) => {
      const value = row[name]
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : []
    }),
  )
  return artifact(path, {
    digest: md5 === undefined ? {} : { [folder === undefined ? 'md5' : 'dvcFolderMd5']: md5 },
    uri: isUri ? path : null,
    path: isUri || folder !== undefined ? null : path,
    notes,
  })
}

/** What a `.dvc` file names. @throws import-malformed */
export function dvcFile(bytes: Uint8Array, fileName: string): TrainingRun {
  const file = objectIn(readYaml(bytes, fileName))
  const folder = textIn(file['wdir']) ?? '.'
  const outputs = listIn(file['outs']).map((row) => tracked(objectIn(row), folder))
  if (outputs.length === 0)
    throw new OperatingError('import-malformed', `\`${fileName}\` has no \`outs\``)
  const inputs = listIn(file['deps']).flatMap((row): RunInput[] => {
    const dependency = objectIn(row)
    const repository = objectIn(dependency['repo'])
    const code = codeAt(textIn(repository['url']), textIn(repository['rev_lock']))
    return code === null
      ? [inputOf(tracked(dependency, folder))]
      : [{ ...code, notes: { path: textIn(dependency['path']) ?? '' } }]
  })
  return {
    ...emptyRun('dvc'),
    name: fileName,
    outputs,
    inputs,
    leftOut: ['a `.dvc` file names data, not what was done with it'],
  }
}
