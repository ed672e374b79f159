// Reads runs that trained models from files of their own or of other tools, and hashes what they name on this disk.

import { createHash } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import {
  artifact,
  describedRun,
  dvcFile,
  dvcLock,
  hashModel,
  mlflowRun,
  openLineageRuns,
  type ProvenanceForm,
  type RunArtifact,
  rootOfFile,
  type RunFiles,
  type TrainingRun,
  wandbRun,
} from '../artifacts/index.ts'
import type { Services } from './services.ts'

/** Files of settings are small; lineage of many runs may be larger. */
const fileSizeMaxBytes = 64 * 1_048_576
const smallFileMaxBytes = 1_048_576
const runFilesMax = 20_000
const chunkBytes = 1_048_576
/** Files of a folder that are named one by one besides the folder. */
const folderFilesMax = 200

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
    hashed.push(await withDigests(ports, { ...run, outputs: [...run.outputs, ...more] }, base))
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

async function withDigests(ports: Ports, run: TrainingRun, base: string): Promise<TrainingRun> {
  const notes: string[] = []
  const outputs: RunArtifact[] = []
  for (const output of run.outputs)
    outputs.push(...(await hashedOutput(ports, output, { base, notes })))
  const inputs: TrainingRun['inputs'][number][] = []
  for (const input of run.inputs) {
    const [hashed = input] = await hashedOutput(ports, input, { base, notes })
    inputs.push({ ...hashed, role: input.role })
  }
  return { ...run, outputs, inputs, leftOut: [...run.leftOut, ...notes] }
}

/**
 * An artifact with its digest; a model besides under the root digest by which it is signed and assessed, so that both
 * names lead to it.
 */
async function hashedOutput(
  ports: Ports,
  each: RunArtifact,
  { base, notes }: { readonly base: string; readonly notes: string[] },
): Promise<RunArtifact[]> {
  if (each.path === null) return [each]
  const path = resolve(base, each.path)
  const kind = await ports.files.kind(path)
  if (kind === null) {
    if (Object.keys(each.digest).length === 0)
      notes.push(`\`${each.name}\` is not at \`${each.path}\`: it was not hashed`)
    return [each]
  }
  if (kind === 'folder') {
    const { rootDigest, resources } = await hashModel(ports.modelFiles, path)
    const told = { ...each.notes, digestOf: 'files of the folder' }
    return [
      { ...each, digest: { ...each.digest, sha256: rootDigest }, notes: told },
      ...resources
        .slice(0, folderFilesMax)
        .map(({ name, digest }) =>
          artifact(`${each.name}/${name}`, { digest: { sha256: digest } }),
        ),
    ]
  }
  const { md5, sha256 } = await digestsOf(ports, path)
  const told = each.digest['sha256'] ?? each.digest['md5']
  const isOther = told !== undefined && told !== sha256 && told !== md5
  if (isOther && told !== (await md5OfLines(ports, path))) {
    notes.push(
      `\`${each.path}\` on this disk is not the one that is named: only the digest that was named is recorded`,
    )
    return [each]
  }
  const root = rootOfFile(sha256)
  return [
    { ...each, digest: { ...each.digest, sha256 } },
    { ...each, digest: { sha256: root }, notes: { ...each.notes, digestOf: 'model signature' } },
  ]
}

async function digestsOf(
  { searchedFiles }: Ports,
  path: string,
): Promise<{ readonly md5: string; readonly sha256: string }> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  await readThrough(searchedFiles, path, (bytes) => {
    md5.update(bytes)
    sha256.update(bytes)
  })
  return { md5: md5.digest('hex'), sha256: sha256.digest('hex') }
}

/** MD5 of a text with its line ends as Unix has them, which is what DVC took before version 3. */
async function md5OfLines({ searchedFiles }: Ports, path: string): Promise<string> {
  const md5 = createHash('md5')
  let held = ''
  await readThrough(searchedFiles, path, (bytes) => {
    const text = `${held}${Buffer.from(bytes).toString('latin1')}`
    // A line end may lie across two parts.
    held = text.endsWith('\r') ? '\r' : ''
    const whole = held === '' ? text : text.slice(0, -1)
    md5.update(whole.replaceAll('\r\n', '\n'), 'latin1')
  })
  return md5.update(held, 'latin1').digest('hex')
}

async function readThrough(
  searchedFiles: Ports['searchedFiles'],
  path: string,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  await searchedFiles.open(path, async (content) => {
    const { sizeBytes } = content
    for (let at = 0; at < sizeBytes; at += chunkBytes)
      take(await content.read(at, Math.min(chunkBytes, sizeBytes - at)))
  })
}
