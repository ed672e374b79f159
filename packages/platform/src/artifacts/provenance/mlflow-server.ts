// A run of MLflow as its server tells it (REST 2.0 of versions 2 and 3): the same files as its store on disk would hold, so
// that one reader reads both, and the digests of what the run logged, hashed as it streams by and kept nowhere.

import { createHash } from 'node:crypto'
import {
  type JsonObject,
  type JsonValue,
  type OmsResource,
  omsRootDigest,
  OperatingError,
  singleFileName,
  sortResources,
  utf8,
} from '@proofhouse/evidence'
import type { HttpServer } from '../http-ports.ts'
import { defaultIgnorePaths } from '../model-hash.ts'
import { listIn, objectIn, readJson, textIn } from './read-documents.ts'

const answerMaxBytes = 16 * 1_048_576
const artifactMaxBytes = 2 ** 40
const smallFileMaxBytes = 1_048_576
const filesMax = 20_000
const depthMax = 64
/** Files of a model that say what it needs. */
const readNames = ['MLmodel', 'requirements.txt', 'conda.yaml', 'python_env.yaml']

/** A run on a server. */
export interface MlflowServerRun {
  /** As in the store on disk; see `mlflowRun`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Path, as in the store on disk → SHA-256. */
  readonly digests: ReadonlyMap<string, string>
}

/**
 * The run, and everything it logged.
 * @throws server-unreachable, server-refused, limit-exceeded, import-malformed
 */
export async function mlflowServerRun(server: HttpServer, runId: string): Promise<MlflowServerRun> {
  if (!/^[\w-]{1,128}$/.test(runId))
    throw new OperatingError('usage-invalid', `\`${runId}\` is no id of a run of MLflow`)
  const reader = new Reader(server)
  const answer = await reader.json('/api/2.0/mlflow/runs/get', { run_id: runId })
  const run = objectIn(answer['run'])
  const info = objectIn(run['info'])
  if (textIn(info['run_id']) !== runId)
    throw new OperatingError('server-refused', `\`${server.url}\` answered with another run`)
  const files = filesOf(run, info)
  const found = new Map<string, string>()
  const own = {
    top: 'artifacts',
    list: (path: string, page: string): Promise<JsonObject> =>
      reader.json('/api/2.0/mlflow/artifacts/list', { run_id: runId, path, page_token: page }),
    file: { path: '/get-artifact', query: { run_uuid: runId }, name: 'path' },
  }
  await reader.logged(own, { files, found })
  for (const id of modelsOf(run)) {
    const model = `/api/2.0/mlflow/logged-models/${id}`
    const about = objectIn(objectIn((await reader.json(model, {}))['model'])['info'])
    files.set(`../models/${id}/meta.yaml`, jsonBytes({ name: about['name'] ?? null }))
    const logged = {
      top: `../models/${id}/artifacts`,
      list: (path: string, page: string): Promise<JsonObject> =>
        reader.json(`${model}/artifacts/directories`, {
          artifact_directory_path: path,
          page_token: page,
        }),
      file: {
        path: `/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files`,
        query: {},
        name: 'artifact_file_path',
      },
    }
    await reader.logged(logged, { files, found })
  }
  return { files, digests: found }
}

/** A place where artifacts were logged. */
interface Logged {
  readonly top: string
  list(path: string, page: string): Promise<JsonObject>
  readonly file: {
    readonly path: string
    readonly query: Readonly<Record<string, string>>
    readonly name: string
  }
}

class Reader {
  readonly #server: HttpServer

  constructor(server: HttpServer) {
    this.#server = server
  }

  async json(path: string, query: Readonly<Record<string, string>>): Promise<JsonObject> {
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
    const bytes = await this.#server.ask({ path, query: given, bytesMax: answerMaxBytes })
    return objectIn(readJson(bytes, `${this.#server.url} ${path}`))
  }

  /** Every file of a place, by digest; those that are read besides, whole. */
  async logged(
    place: Logged,
    {
      files,
      found,
    }: { readonly files: Map<string, Uint8Array>; readonly found: Map<string, string> },
  ): Promise<void> {
    const folders = ['']
    const seen = new Set(folders)
    // Grows while it is walked.
    for (const folder of folders) {
      for (const { path, isFolder } of await this.#listed(place, folder)) {
        if (seen.has(path)) continue
        seen.add(path)
        if (seen.size > filesMax || path.split('/').length > depthMax)
          throw new OperatingError(
            'limit-exceeded',
            `\`${this.#server.url}\` lists more than ${filesMax} artifacts, or deeper ones than ${depthMax} folders`,
          )
        if (isFolder) folders.push(path)
        else {
          const { sha256, bytes } = await this.#hashed(place.file, path)
          found.set(`${place.top}/${path}`, sha256)
          if (bytes !== null) files.set(`${place.top}/${path}`, bytes)
        }
      }
    }
  }

  async #listed(place: Logged, folder: string) {
    const rows: { readonly path: string; readonly isFolder: boolean }[] = []
    const pages = new Set<string>()
    for (let page = ''; !pages.has(page); ) {
      pages.add(page)
      const answer = await place.list(folder, page)
      for (const row of listIn(answer['files'])) {
        const { path, is_dir: isFolder } = objectIn(row)
        if (typeof path === 'string' && isBelow(path, folder))
          rows.push({ path, isFolder: isFolder === true })
      }
      page = textIn(answer['next_page_token']) ?? ''
    }
    return rows
  }

  async #hashed({ path, query, name }: Logged['file'], file: string) {
    const hash = createHash('sha256')
    const isRead = readNames.includes(file.split('/').at(-1) ?? '')
    const kept: Uint8Array[] = []
    let size = 0
    await this.#server.read(
      { path, query: { ...query, [name]: file }, bytesMax: artifactMaxBytes },
      (part) => {
        hash.update(part)
        size += part.length
        if (isRead && size <= smallFileMaxBytes) kept.push(part)
      },
    )
    const bytes = isRead && size <= smallFileMaxBytes ? Buffer.concat(kept) : null
    return { sha256: hash.digest('hex'), bytes }
  }
}

/** Whether a server's path is a relative one below a folder, as it must be. */
function isBelow(path: string, folder: string): boolean {
  const parts = path.split('/')
  return (
    !parts.some((part) => part === '' || part === '.' || part === '..') &&
    (folder === '' || path.startsWith(`${folder}/`))
  )
}

const jsonBytes = (value: JsonObject): Uint8Array => utf8(JSON.stringify(value))

function modelsOf(run: JsonObject): Set<string> {
  const [outputs, inputs] = [objectIn(run['outputs']), objectIn(run['inputs'])]
  return new Set([...modelIds(outputs['model_outputs']), ...modelIds(inputs['model_inputs'])])
}

function modelIds(rows: JsonValue | undefined): string[] {
  return listIn(rows).flatMap((row) => {
    const id = textIn(objectIn(row)['model_id'])
    return id !== null && /^[\w-]{1,128}$/.test(id) ? [id] : []
  })
}

/** What the store on disk would hold of the run. */
function filesOf(run: JsonObject, info: JsonObject): Map<string, Uint8Array> {
  const files = new Map([['meta.yaml', jsonBytes(info)]])
  const data = objectIn(run['data'])
  for (const [side, list] of [
    ['params', 'params'],
    ['tags', 'tags'],
  ] as const)
    for (const row of listIn(data[list])) {
      const { key, value } = objectIn(row)
      if (typeof key === 'string' && typeof value === 'string')
        files.set(`${side}/${key}`, utf8(value))
    }
  for (const row of listIn(data['metrics'])) {
    const { key, value } = objectIn(row)
    // The server tells the last value alone.
    if (typeof key === 'string' && typeof value === 'number')
      files.set(`metrics/${key}`, utf8(`0 ${value} 0`))
  }
  const inputs = objectIn(run['inputs'])
  for (const [at, row] of listIn(inputs['dataset_inputs']).entries()) {
    const { dataset, tags } = objectIn(row)
    const told = listIn(tags).map((tag) => objectIn(tag))
    const named = Object.fromEntries(
      told.flatMap(({ key, value }) => (typeof key === 'string' ? [[key, value ?? null]] : [])),
    )
    files.set(`inputs/${at}/meta.yaml`, jsonBytes({ source_id: `${at}`, tags: named }))
    files.set(`../datasets/${at}/meta.yaml`, jsonBytes(objectIn(dataset)))
  }
  for (const id of modelIds(inputs['model_inputs']))
    files.set(`inputs/${id}/meta.yaml`, jsonBytes({ source_type: 'MODEL', source_id: id }))
  for (const id of modelIds(objectIn(run['outputs'])['model_outputs']))
    files.set(`outputs/${id}/meta.yaml`, jsonBytes({ destination_id: id }))
  return files
}

/** The files below a folder as the model they are, as if it were signed; null where there is none. */
export function loggedFolder(
  digests: ReadonlyMap<string, string>,
  folder: string,
): { readonly rootDigest: string; readonly resources: readonly OmsResource[] } | null {
  const resources: OmsResource[] = []
  for (const [path, digest] of digests) {
    const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : singleFileName
    const [top = ''] = name.split('/')
    if (name !== singleFileName && !defaultIgnorePaths.some((ignored) => ignored === top))
      resources.push({ name, algorithm: 'sha256', digest })
  }
  if (resources.length === 0) return null
  const sorted = sortResources(resources)
  return { rootDigest: omsRootDigest(sorted), resources: sorted }
}
