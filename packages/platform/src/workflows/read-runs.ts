// Reads runs that trained models from files of their own or of other tools, and hashes what they name on this disk.

import { basename, dirname, join, resolve } from 'node:path'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import {
  artifact,
  describedRun,
  dvcFile,
  dvcLock,
  mlflowRun,
  openLineageRuns,
  type ProvenanceForm,
  type RunArtifact,
  type RunFiles,
  type TrainingRun,
  wandbRun,
} from '../artifacts/provenance/index.ts'
import { contentsOnDisk, withDigests } from './hash-run.ts'
import type { Services } from './services.ts'

/** Files of settings are small; lineage of many runs may be larger. */
const fileSizeMaxBytes = 64 * 1_048_576
const smallFileMaxBytes = 1_048_576
const runFilesMax = 20_000

type Ports = Pick<Services, 'files' | 'searchedFiles' | 'modelFiles'>

/** The form of what stands at a path, by its name and what lies in it. @throws import-malformed, file-missing */
export async function formOf(
  { files }: Pick<Ports, 'files'>,
  path: string,
): Promise<ProvenanceForm> {
  const kind = await files.kind(path)
  if (kind === null)
    throw new OperatingError('file-missing', `nothing at \`${path}\`; check the path`)
  const name = basename(path)
  if (kind === 'file') {
    if (name === 'dvc.lock' || name.endsWith('.dvc')) return 'dvc'
    if (name === 'MLmodel') return 'mlflow'
    const start = await files.read(path, fileSizeMaxBytes)
    const isLineage =
      /\.(?:jsonl?|ndjson)$/.test(name) && Buffer.from(start).includes('"eventType"')
    return isLineage ? 'openlineage' : 'description'
  }
  for (const [file, form] of [
    ['meta.yaml', 'mlflow'],
    ['MLmodel', 'mlflow'],
    ['dvc.lock', 'dvc'],
    ['wandb-metadata.json', 'wandb'],
    ['files/wandb-metadata.json', 'wandb'],
    ['config.yaml', 'wandb'],
  ] as const)
    if ((await files.kind(join(path, file))) === 'file') return form
  throw new OperatingError(
    'import-malformed',
    `\`${path}\` is no run of MLflow, DVC or W&B; name its folder, a lineage file or a description, or the form with --from`,
  )
}

/**
 * The runs at a path, with the digests of what they name.
 * @param outputs paths of models that the files do not name
 * @throws import-malformed, limit-exceeded, file-missing, file-unreadable
 */
export async function readRuns(
  ports: Ports,
  {
    path,
    form,
    outputs,
  }: { readonly path: string; readonly form: ProvenanceForm; readonly outputs: readonly string[] },
): Promise<TrainingRun[]> {
  const { runs, base } = await parsedRuns(ports, path, form)
  const more = outputs.map((each) => artifact(basename(each), { path: resolve(each) }))
  if (more.length > 0 && runs.length !== 1)
    throw new OperatingError(
      'usage-invalid',
      `\`--output\` needs one run; \`${path}\` holds ${runs.length}`,
    )
  const hashed: TrainingRun[] = []
  for (const run of runs)
    hashed.push(
      await withDigests(
        { ...run, outputs: [...run.outputs, ...more] },
        contentsOnDisk(ports, base),
      ),
    )
  return hashed
}

async function parsedRuns(
  ports: Ports,
  path: string,
  form: ProvenanceForm,
): Promise<{ readonly runs: readonly TrainingRun[]; readonly base: string }> {
  const isFolder = (await ports.files.kind(path)) === 'folder'
  const read = (file: string): Promise<Bytes> => ports.files.read(file, fileSizeMaxBytes)
  if (form === 'description')
    return { runs: [describedRun(await read(path), path)], base: dirname(path) }
  if (form === 'openlineage')
    return { runs: openLineageRuns(await read(path), path), base: dirname(path) }
  if (form === 'dvc') {
    const file = isFolder ? join(path, 'dvc.lock') : path
    const bytes = await read(file)
    const beside = join(dirname(file), 'dvc.yaml')
    const pipeline = (await ports.files.kind(beside)) === 'file' ? await read(beside) : null
    const runs = file.endsWith('.dvc')
      ? [dvcFile(bytes, basename(file))]
      : dvcLock(bytes, file, pipeline)
    return { runs, base: dirname(file) }
  }
  const folder = isFolder ? path : dirname(path)
  if (form === 'wandb') {
    const base =
      (await ports.files.kind(join(folder, 'files'))) === 'folder' ? join(folder, 'files') : folder
    return { runs: [wandbRun(await smallFiles(ports, base))], base }
  }
  const run = mlflowRun(await mlflowFiles(ports, folder))
  const logged = await loggedFiles(ports, folder, run)
  return { runs: [{ ...run, outputs: [...run.outputs, ...logged] }], base: folder }
}

/** Files that a run of MLflow logged outside of its models, such as an ONNX file. */
async function loggedFiles(
  { files, searchedFiles }: Ports,
  folder: string,
  { outputs }: TrainingRun,
): Promise<RunArtifact[]> {
  const top = resolve(folder, 'artifacts')
  const logged: RunArtifact[] = []
  if ((await files.kind(top)) !== 'folder') return logged
  const models = outputs.map(({ path }) => resolve(folder, path ?? '.'))
  for await (const { path, kind } of searchedFiles.list(top, (each) => models.includes(each))) {
    if (kind !== 'file') continue
    if (logged.length >= runFilesMax)
      throw new OperatingError('limit-exceeded', `\`${top}\` holds more than ${runFilesMax} files`)
    logged.push(artifact(path.slice(top.length + 1), { path }))
  }
  return logged
}

/** The small files of a run's folder; larger ones are outputs, and only hashed. */
async function smallFiles(
  { searchedFiles }: Ports,
  folder: string,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for await (const { path, kind } of searchedFiles.list(folder, () => false)) {
    if (kind !== 'file') continue
    if (found.size >= runFilesMax)
      throw new OperatingError(
        'limit-exceeded',
        `\`${folder}\` holds more than ${runFilesMax} files`,
      )
    const bytes = await searchedFiles.open(path, async (content) =>
      content.sizeBytes > smallFileMaxBytes ? null : content.read(0, content.sizeBytes),
    )
    if (bytes !== null) found.set(path.slice(folder.length).replace(/^\/+/, ''), bytes)
  }
  return found
}

/** A run names data sets and models that lie beside it, in its experiment. */
async function mlflowFiles(ports: Ports, folder: string): Promise<RunFiles> {
  const found = await smallFiles(ports, resolve(folder))
  const experiment = dirname(resolve(folder))
  for (const [side, wanted] of [
    ['datasets', /\/meta\.yaml$/],
    ['models', /\/(?:meta\.yaml|MLmodel|requirements\.txt|conda\.yaml|python_env\.yaml)$/],
  ] as const) {
    const beside = join(experiment, side)
    if (!found.has('meta.yaml') || (await ports.files.kind(beside)) !== 'folder') continue
    for (const [path, bytes] of await smallFiles(ports, beside))
      if (wanted.test(`/${path}`)) found.set(`../${side}/${path}`, bytes)
  }
  return found
}
