// A run as its people describe it, in a YAML or JSON file with named fields; unknown ones are refused, with the nearest
// valid name, because what is misspelt would be left out in silence.

import { isJsonObject, type JsonObject, type JsonValue, OperatingError } from '@proofhouse/evidence'
import { nearestName } from '../../nearest-name.ts'
import { listIn, numbersIn, objectIn, readYaml, textIn, textsIn } from './read-documents.ts'
import {
  artifact,
  codeAt,
  emptyRun,
  type InputRole,
  type RunArtifact,
  type RunInput,
  type TrainingRun,
  utcOf,
} from './training-run.ts'

/** What goes into a run or comes out: a path, or what is known of it. */
type DescribedArtifact =
  | string
  | {
      readonly name?: string
      readonly path?: string
      readonly uri?: string
      /** Lower-case hexadecimal. */
      readonly sha256?: string
      /** Algorithm → lower-case hexadecimal. */
      readonly digest?: Readonly<Record<string, string>>
      readonly notes?: Readonly<Record<string, string>>
    }

/** A run as its people describe it; the fields of docs/provenance.md. */
export interface TrainingDescription {
  readonly name?: string
  readonly run_id?: string
  /** Moments like `2026-01-31T12:00:00Z`. */
  readonly started?: string
  readonly finished?: string
  readonly command?: string
  readonly outputs: readonly DescribedArtifact[]
  readonly data?: readonly DescribedArtifact[]
  readonly base_models?: readonly DescribedArtifact[]
  readonly code?: { readonly repository?: string; readonly commit: string }
  readonly other_inputs?: readonly DescribedArtifact[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly environment_files?: readonly DescribedArtifact[]
  readonly hyperparameters?: Readonly<Record<string, JsonValue>>
  readonly seeds?: number | Readonly<Record<string, number>>
  readonly metrics?: Readonly<Record<string, number>>
}

const fields = [
  'name',
  'run_id',
  'started',
  'finished',
  'command',
  'outputs',
  'data',
  'base_models',
  'code',
  'other_inputs',
  'environment',
  'environment_files',
  'hyperparameters',
  'seeds',
  'metrics',
] as const

const artifactFields = ['name', 'path', 'uri', 'sha256', 'digest', 'notes'] as const
const codeFields = ['repository', 'commit'] as const

/** @throws import-malformed */
export function describedRun(bytes: Uint8Array, fileName: string): TrainingRun {
  const refuse = (what: string): never => {
    throw new OperatingError('import-malformed', `\`${fileName}\`: ${what}`)
  }
  const value = readYaml(bytes, fileName)
  if (!isJsonObject(value)) return refuse('it is no description of a run; see docs/provenance.md')
  known(value, fields, '', refuse)
  const artifacts = (name: string): RunArtifact[] =>
    listIn(value[name]).map((row, index) => artifactOf(row, `${name}[${index}]`, refuse))
  const inputs = (name: string, role: InputRole): RunInput[] =>
    artifacts(name).map((each) => ({ ...each, role }))
  const code = value['code'] === undefined ? null : codeOf(objectIn(value['code']), refuse)
  const moment = (name: string): string | null => {
    const given = value[name]
    return given === undefined || given === null
      ? null
      : (utcOf(given) ?? refuse(`\`${name}\` is no moment like 2026-01-31T12:00:00Z`))
  }
  return {
    ...emptyRun('description'),
    name: textIn(value['name']),
    runId: textIn(value['run_id']),
    startedOn: moment('started'),
    finishedOn: moment('finished'),
    command: textIn(value['command']),
    outputs: artifacts('outputs'),
    inputs: [
      ...inputs('data', 'data-set'),
      ...inputs('base_models', 'base-model'),
      ...(code === null ? [] : [code]),
      ...inputs('environment_files', 'environment'),
      ...inputs('other_inputs', 'other'),
    ],
    environment: textsIn(value['environment']),
    hyperparameters: { ...objectIn(value['hyperparameters']), ...seedsOf(value['seeds']) },
    metrics: numbersIn(value['metrics']),
  }
}

type Refuse = (what: string) => never

function known(value: JsonObject, names: readonly string[], at: string, refuse: Refuse): void {
  for (const name of Object.keys(value))
    if (!names.includes(name)) {
      const near = nearestName(name, names)
      refuse(
        `unknown field \`${at}${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
      )
    }
}

/** A path alone, or an object that names it by path, URI or digest. */
function artifactOf(row: JsonValue, at: string, refuse: Refuse): RunArtifact {
  if (typeof row === 'string') return artifact(row, { path: row })
  if (!isJsonObject(row)) return refuse(`\`${at}\` must be a path or an object`)
  known(row, artifactFields, `${at}.`, refuse)
  const [path, uri] = [textIn(row['path']), textIn(row['uri'])]
  const digest = {
    ...textsIn(row['digest']),
    ...(textIn(row['sha256']) === null ? {} : { sha256: String(textIn(row['sha256'])) }),
  }
  for (const [algorithm, hex] of Object.entries(digest))
    if (!/^([0-9a-f]{2})+$/.test(hex))
      refuse(`\`${at}\`: the ${algorithm} digest must be in lower-case hexadecimal`)
  if (uri !== null && !/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(uri))
    refuse(`\`${at}.uri\` must be a URI`)
  if (path === null && uri === null && Object.keys(digest).length === 0)
    refuse(`\`${at}\` needs \`path\`, \`uri\` or \`sha256\``)
  return artifact(textIn(row['name']) ?? path ?? uri ?? 'unnamed', {
    path,
    uri,
    digest,
    notes: textsIn(row['notes']),
  })
}

function codeOf(code: JsonObject, refuse: Refuse): RunInput {
  known(code, codeFields, 'code.', refuse)
  return (
    codeAt(textIn(code['repository']), textIn(code['commit'])) ??
    refuse('`code.commit` must be a whole commit id in hexadecimal')
  )
}

/** Seeds are hyperparameters whose names say so; `seeds: 7` is one. */
function seedsOf(seeds: JsonValue | undefined): JsonObject {
  if (seeds === undefined || seeds === null) return {}
  if (!isJsonObject(seeds)) return { seed: seeds }
  return Object.fromEntries(
    Object.entries(seeds).map(([name, value]) => [isSeedName(name) ? name : `${name}_seed`, value]),
  )
}

/** Whether a hyperparameter of this name is a seed. */
export function isSeedName(name: string): boolean {
  return /(?:^|[._/-])(?:seed|random_state|random_seed)$|(?:^|[._/-])seed(?:$|[._/-])|_seed$/i.test(
    name,
  )
}
