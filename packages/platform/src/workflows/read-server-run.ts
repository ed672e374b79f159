// Reads a run from the server that keeps it, and hashes what it logged.

import {
  artifact,
  loggedFolder,
  mlflowRun,
  mlflowServerRun,
  type TrainingRun,
} from '../artifacts/provenance/index.ts'
import { type RunContents, withDigests } from './hash-run.ts'
import { tokenLine } from './secret-line.ts'
import type { Services } from './services.ts'

/** A server that keeps runs. */
export interface RunServer {
  readonly url: string
  /** File with what lets us in, in its first line: a token, or `name:password`; null where nothing is asked for. */
  readonly tokenPath: string | null
}

/** @throws server-unreachable, server-refused, usage-invalid, import-malformed, limit-exceeded, key-malformed */
export async function readServerRun(
  { httpServers, keyFiles }: Pick<Services, 'httpServers' | 'keyFiles'>,
  { url, tokenPath }: RunServer,
  runId: string,
): Promise<TrainingRun> {
  const authorization =
    tokenPath === null ? null : authorizationOf(await tokenLine(keyFiles, tokenPath))
  const { files, digests } = await mlflowServerRun(httpServers.open(url, authorization), runId)
  const run = mlflowRun(files)
  const models = run.outputs.map(({ path }) => `${path}/`)
  const others = [...digests.keys()].filter(
    (path) => path.startsWith('artifacts/') && !models.some((model) => path.startsWith(model)),
  )
  const logged = others.map((path) => artifact(path.slice('artifacts/'.length), { path }))
  return withDigests({ ...run, outputs: [...run.outputs, ...logged] }, contentsOf(digests))
}

/** What a server holds is known by SHA-256 alone. */
const contentsOf =
  (digests: ReadonlyMap<string, string>): RunContents =>
  (path) => {
    const sha256 = digests.get(path)
    const folder = loggedFolder(digests, path)
    if (sha256 !== undefined)
      return Promise.resolve({ kind: 'file', sha256, isNamedBy: () => Promise.resolve(false) })
    return Promise.resolve(folder === null ? null : { kind: 'folder', ...folder })
  }

/** A token has no colon (RFC 6750 §2.1), a name with its password has. */
const authorizationOf = (line: string): string =>
  line.includes(':') ? `Basic ${Buffer.from(line).toString('base64')}` : `Bearer ${line}`
